"""One viewport's own state: which window follows the slice, and which a person chose."""

import numpy as np
import pytest

from imaging.geometry import Geometry
from imaging.reslicing import orthogonal
from imaging.volume import Volume, Window
from viewer.state.opened import OpenSeries
from viewer.state.pane import Pane
from viewer.state.planes import Planes

WINDOWS = tuple(Window(10.0 * k, 100.0) for k in range(1, 5))
CHOSEN = Window(7.0, 70.0, "chosen")


def stack(windows: tuple[Window, ...] = WINDOWS, **rest: object) -> Volume:
    array = np.arange(4 * 3 * 2, dtype=np.int16).reshape(4, 3, 2)
    geometry = Geometry((4, 3, 2), (2.0, 1.0, 1.0))
    return Volume(array, geometry, "volume", windows=(WINDOWS[2],), slice_windows=windows, **rest)


@pytest.fixture
def pane() -> Pane:
    pane = Pane()
    pane.show(OpenSeries(None, stack()))
    return pane


def test_the_window_follows_the_slice_while_nobody_chose_one(pane: Pane):
    assert pane.view.k == 2 and pane.view.window == WINDOWS[2]
    for k in (3, 0, 1):
        pane.view.set_slice(k)
        assert pane.view.window == WINDOWS[k]


def test_a_chosen_window_stays_until_it_is_reset(pane: Pane):
    pane.view.set_window(CHOSEN)
    pane.view.set_slice(0)
    assert pane.view.window == CHOSEN
    pane.view.reset()
    assert pane.view.window == WINDOWS[0]
    pane.view.scroll(1)
    assert pane.view.window == WINDOWS[1]


def test_across_the_slices_one_window_holds(pane: Pane):
    volume = pane.planes.volume
    pane.step_through(Planes(volume, orthogonal(volume.geometry, 1), "coronal", 1))
    shown = pane.view.window
    pane.view.set_slice(0)
    assert pane.view.window == shown
    pane.set_plane("stored")
    pane.view.reset()
    pane.view.set_slice(3)
    assert pane.view.window == WINDOWS[3]


def test_the_next_phase_is_shown_through_its_own_windows(pane: Pane):
    others = tuple(Window(200.0 + k, 50.0) for k in range(4))
    pane.show(OpenSeries(None, stack(others)), stays=True)
    assert pane.view.window == others[2]
    pane.view.set_window(CHOSEN)
    pane.show(OpenSeries(None, stack()), stays=True)
    assert pane.view.window == CHOSEN


def test_one_window_for_all_never_moves():
    pane = Pane()
    pane.show(OpenSeries(None, stack(())))
    pane.view.set_slice(0)
    assert pane.view.window == WINDOWS[2]
