"""Which viewports play."""

import numpy as np

from imaging.geometry import Geometry
from imaging.volume import Volume
from viewer.commands.playing import Playing
from viewer.state.layout import LAYOUTS
from viewer.state.opened import OpenSeries
from viewer.state.session import Session


def clips(*frames: int) -> Session:
    """A viewport with a clip of so many frames each; without any where it is 0."""
    session = Session()
    session.set_layout(LAYOUTS["1x3"])
    for pane, count in zip(session.panes, frames, strict=True):
        if count:
            volume = Volume(np.zeros((count, 2, 2), np.uint8), Geometry((count, 2, 2)), "clip")
            pane.show(OpenSeries(None, volume))
    return session


def playing(session: Session) -> list[bool]:
    return [pane.view.playing for pane in session.panes]


def test_the_active_clip_plays_and_stops(qapp):
    session = clips(5, 5, 1)
    Playing(session).toggle()
    assert playing(session) == [True, False, False]
    Playing(session).toggle()
    assert playing(session) == [False, False, False]
    session.activate(session.panes[2])
    Playing(session).toggle()
    assert playing(session) == [False, False, False], "a single picture is no clip"


def test_all_clips_play_until_all_stop(qapp):
    session = clips(5, 1, 0)
    Playing(session).toggle_all()
    assert playing(session) == [True, False, False]
    Playing(session).toggle_all()
    assert playing(session) == [False, False, False]
