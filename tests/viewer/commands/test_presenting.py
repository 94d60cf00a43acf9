"""Every way of turning, and zoomed parts, told as a presentation state and applied again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.formats.presentation.presentation import Presentation
from imaging.geometry import Geometry
from imaging.volume import Volume, Window
from viewer.canvas.annotation_text import reasons
from viewer.commands.presenting import look, look_of
from viewer.state.opened import OpenSeries
from viewer.state.orientation import Orientation
from viewer.state.pane import Pane
from viewer.state.transform import ViewTransform

TURNS = [Orientation(a, b, c) for a in (False, True) for b in (False, True) for c in (False, True)]


def a_pane(size_px: tuple[float, float] = (640.0, 480.0)) -> tuple[Pane, Volume]:
    geometry = Geometry((5, 96, 128), (2.0, 0.7, 0.5))
    volume = Volume(np.zeros((5, 96, 128), np.int16), geometry, "volume")
    pane = Pane()
    pane.size_px = size_px
    pane.show(OpenSeries(None, volume))
    return pane, volume


def test_what_a_state_asks_in_vain_stays_marked_on_the_view_until_it_is_reset() -> None:
    pane, volume = a_pane()
    look(pane, volume, Presentation(1, Window(3.0, 7.0), warnings=("its bitmap shutter was left out",)))
    assert "presentation state: its bitmap shutter was left out" in reasons(pane)
    pane.view.set_slice(2)
    pane.view.set_window(Window(1.0, 2.0))
    assert "presentation state: its bitmap shutter was left out" in reasons(pane)
    look(pane, volume, Presentation(1, Window(3.0, 7.0)))
    assert not any("presentation state" in each for each in reasons(pane)), "another state, which is shown whole"
    look(pane, volume, Presentation(1, warnings=("its shutter was left out",)))
    pane.view.reset()
    assert not any("presentation state" in each for each in reasons(pane))


@pytest.mark.parametrize("turn", TURNS)
def test_a_turned_view_comes_back_whatever_was_shown_before(turn: Orientation) -> None:
    pane, volume = a_pane()
    pane.view.turn_by(turn)
    pane.view.set_window(Window(3.0, 7.0))
    pane.view.set_slice(4)
    transform = pane.transform()
    assert transform is not None
    told = look_of(pane, volume, transform)
    other, volume = a_pane()
    other.view.turn_by(Orientation(True, True, False))
    other.view.set_angle_deg(13.0)
    look(other, volume, told)
    found = other.transform()
    assert found is not None
    assert (found.orientation, other.view.k, other.view.window) == (transform.orientation, 4, Window(3.0, 7.0))


def test_rotation_is_clockwise_and_mirroring_comes_after_it() -> None:
    """By hand, PS3.3 C.10.6: a quarter clockwise brings the first row to the right; mirrored then, to the left."""
    pane, volume = a_pane()
    for mirrored, side in ((False, 1), (True, -1)):
        look(pane, volume, Presentation(0, rotation_deg=90, mirrored=mirrored))
        x, _ = _transform(pane).to_screen(0, 64)
        assert np.sign(x - 320) == side


@given(
    turn=st.sampled_from(TURNS),
    zoom=st.floats(1.5, 6.0),
    pan=st.tuples(st.floats(-100, 100), st.floats(-100, 100)),
)
def test_a_zoomed_part_is_shown_again_within_a_pixel_of_the_image(
    turn: Orientation, zoom: float, pan: tuple[float, float]
) -> None:
    pane, volume = a_pane()
    pane.view.turn_by(turn)
    pane.view.set_zoom(zoom, pan)
    before = _transform(pane)
    look(pane, volume, look_of(pane, volume, before))
    after = _transform(pane)
    np.testing.assert_allclose(after.to_image(320, 240), before.to_image(320, 240), atol=1.0)
    for corner in ((0, 0), (640, 480)):
        inside = np.abs(np.subtract(after.to_image(*corner), before.to_image(*corner)))
        assert inside.max() < 2.5


def _transform(pane: Pane) -> ViewTransform:
    found = pane.transform()
    assert found is not None
    return found
