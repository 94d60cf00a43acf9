"""Clips keep real time."""

import numpy as np
import pytest

from imaging.geometry import Geometry
from imaging.volume import Volume
from viewer.canvas.playback import Playback, Schedule, schedule
from viewer.state.session import Session
from viewer.state.view import View


def clip(times: tuple[float, ...], count: int = 4) -> Volume:
    return Volume(np.zeros((count, 2, 2), np.uint8), Geometry((count, 2, 2)), "clip", frame_times_ms=times)


@pytest.fixture
def playing(qtbot):
    session = Session()
    view = session.view
    playback = Playback(session.active)
    assert qtbot is not None, "timers need an application"

    def start(volume: Volume) -> tuple[Playback, View]:
        session.show(None, volume)
        view.set_playing(True)
        return playback, view

    yield start
    view.set_playing(False)


def test_the_last_frame_lasts_as_long_as_the_one_before():
    assert schedule(clip((0, 40, 80, 130)), 4) == Schedule((0, 1, 2, 3), (0, 40, 80, 130), 180)


def test_stacks_without_or_with_broken_times_get_even_ones():
    assert schedule(clip(()), 4) == Schedule((0, 1, 2, 3), (0, 100, 200, 300), 400)
    assert schedule(clip((0, 40, 40, 80)), 4) == Schedule((0, 1, 2, 3), (0, 100, 200, 300), 400)
    assert schedule(clip((), 1), 1) == Schedule((0,), (0,), 100)


def test_frames_are_shown_by_the_clock_and_late_ones_are_counted(playing):
    playback, view = playing(clip((0, 40, 80, 130)))
    playback.show_at(39.0)
    assert view.k == 0
    playback.show_at(41.0)
    assert (view.k, view.dropped) == (1, 0)
    playback.show_at(131.0)
    assert (view.k, view.dropped) == (3, 1)
    playback.show_at(180.0 + 41.0)
    assert (view.k, view.dropped) == (1, 2)


def test_a_clip_plays_in_real_time_and_loops(playing, qtbot):
    _, view = playing(clip((0, 20, 40, 60)))
    seen = []
    view.changed.connect(lambda: seen.append(view.k))
    qtbot.waitUntil(lambda: len(seen) >= 6 and 0 in seen, timeout=10_000)
    if view.dropped == 0:
        assert seen[:6] == [1, 2, 3, 0, 1, 2]


def test_stopping_stops(playing, qtbot):
    _, view = playing(clip((0, 5, 10, 15)))
    view.set_playing(False)
    k = view.k
    qtbot.wait(40)
    assert view.k == k


def test_playing_goes_on_from_the_shown_frame(playing):
    playback, view = playing(clip((0, 40, 80, 130)))
    view.set_playing(False)
    view.set_slice(2)
    view.set_playing(True)
    playback.show_at(80.0 + 51.0)
    assert (view.k, view.dropped) == (3, 0)


def test_to_and_fro_shows_all_but_the_ends_twice():
    swept = schedule(clip((0, 40, 80, 130)), 4, sweep=True)
    assert swept.frames == (0, 1, 2, 3, 2, 1)
    assert swept.starts_ms == (0, 40, 80, 130, 180, 230) and swept.length_ms == 270
    assert schedule(clip((0, 40), 2), 2, sweep=True).frames == (0, 1)


def test_sweeping_comes_back(playing):
    playback, view = playing(clip((0, 40, 80, 130)))
    view.set_sweep(True)
    playback.show_at(181.0)
    assert view.k == 2
    playback.show_at(271.0)
    assert view.k == 0


class Clock:
    """Says what it is set to, and counts how often it was asked."""

    def __init__(self) -> None:
        self.ms, self.asked = 0.0, 0

    def start(self) -> None:
        self.ms = 0.0

    def nsecsElapsed(self) -> int:
        self.asked += 1
        return round(self.ms * 1e6)


def test_at_a_quarter_of_the_speed_a_frame_lasts_four_times_as_long(request, monkeypatch, qtbot):
    clock = Clock()
    monkeypatch.setattr("viewer.canvas.playback.QElapsedTimer", lambda: clock)
    _, view = request.getfixturevalue("playing")(clip((0, 60, 120, 180)))
    view.set_speed(0.25)
    clock.ms = 239.0
    qtbot.waitUntil(lambda: clock.asked > 0, timeout=10_000)
    assert view.k == 0
    clock.ms = 241.0
    qtbot.waitUntil(lambda: view.k == 1, timeout=10_000)


@pytest.mark.parametrize("tool", ["brush", "length", "scroll"])
def test_a_clip_stands_still_for_who_steps_or_draws(stage, tool: str) -> None:
    stage.show(clip((), 4))
    stage.session.hand.set_tool(tool)
    stage.view.set_playing(True)
    stage.press(50, 50)
    assert not stage.view.playing
    stage.release(50, 50)
    stage.view.set_playing(True)
    stage.wheel(-120)
    assert not stage.view.playing


@pytest.mark.parametrize("tool", ["window", "pan", "zoom", "magnifier"])
def test_it_plays_on_for_who_only_looks_otherwise(stage, tool: str) -> None:
    stage.show(clip((), 4))
    stage.session.hand.set_tool(tool)
    stage.view.set_playing(True)
    stage.drag((50, 50), (60, 40))
    assert stage.view.playing
    stage.view.set_playing(False)
