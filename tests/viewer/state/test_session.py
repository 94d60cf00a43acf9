"""Which slices of the shown volume are there."""

from dataclasses import replace

import numpy as np

from imaging.geometry import Geometry
from imaging.volume import Volume
from viewer.state.session import Session


def volume(slices: int = 4) -> Volume:
    return Volume(np.zeros((slices, 2, 2), np.int16), Geometry((slices, 2, 2), (1, 1, 1)), "volume")


def test_a_whole_volume_is_complete(qtbot) -> None:
    session = Session()
    assert session.complete
    session.show(None, volume())
    assert session.complete and session.active.has(3)


def test_slices_arrive_one_by_one(qtbot) -> None:
    session, heard = Session(), []
    session.slice_arrived.connect(heard.append)
    session.show(None, volume(), only_k=2)
    assert [session.active.has(k) for k in range(4)] == [False, False, True, False] and not session.complete
    for k in (2, 1, 1, 0):
        session.opened.arrive(k)
    assert heard == [1, 0], "said once each, and not for what was there"
    assert not session.complete
    session.opened.arrive(3)
    assert session.complete


def test_finishing_leaves_nothing_missing(qtbot) -> None:
    session, heard = Session(), []
    session.completed.connect(lambda: heard.append("completed"))
    session.show(None, volume(), only_k=0)
    learned = replace(session.opened.volume, warnings=("a repair",))
    session.opened.finish(learned)
    assert session.volume is learned
    assert session.complete and heard == ["completed"]


def test_another_volume_starts_anew(qtbot) -> None:
    session = Session()
    session.show(None, volume(), only_k=0)
    session.show(None, volume())
    assert session.complete
    session.show(None, volume(), only_k=0)
    session.show(None, None)
    assert session.complete
