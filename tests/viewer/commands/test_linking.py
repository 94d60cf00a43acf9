"""Viewports that follow one another."""

import numpy as np
import pytest

from imaging.colour_tables import COLOUR_TABLES
from imaging.geometry import Calibration, Geometry
from imaging.study import Series
from imaging.volume import Volume, Window
from viewer.commands.linking import Linking
from viewer.state.layout import LAYOUTS
from viewer.state.links import Links
from viewer.state.session import Session


def volume(count: int, step_mm: float, first_mm: float, modality: str = "CT") -> Volume:
    geometry = Geometry((count, 8, 8), (step_mm, 1.0, 1.0), (0.0, 0.0, first_mm), calibration=Calibration.PATIENT)
    return Volume(np.zeros((count, 8, 8), np.int16), geometry, "volume", "HU", modality, windows=(Window(0, 100),))


@pytest.fixture
def room(qtbot):
    """Two viewports: 20 slices of 1 mm from 0, and 10 of 2 mm from 1, in one frame of reference."""

    def make(frames=("f", "f"), modalities=("CT", "CT")) -> tuple[Session, Links]:
        session, links = Session(), Links()
        session.linking = Linking(session, links)
        session.set_layout(LAYOUTS["1x2"])
        shown = (volume(20, 1.0, 0.0, modalities[0]), volume(10, 2.0, 1.0, modalities[1]))
        for pane, made, frame in zip(session.panes, shown, frames, strict=True):
            pane.size_px = (100.0, 100.0)
            session.activate(pane)
            session.show(Series(frame, "volume", "DICOM", (), made.array.shape, frame_of_reference=frame), made)
        return session, links

    return make


def test_the_same_place_is_shown_in_one_frame_of_reference(room):
    session, _ = room()
    one, two = session.panes
    one.view.set_slice(15)
    assert two.view.k == 7, "15 mm is nearest to 1 + 7 x 2 mm"
    two.view.set_slice(2)
    assert one.view.k == 5


def test_other_frames_of_reference_do_not_follow_by_place(room):
    session, _ = room(frames=("f", "g"))
    before = session.panes[1].view.k
    session.panes[0].view.set_slice(15)
    assert session.panes[1].view.k == before


def test_linked_from_here_both_keep_their_distance(room):
    session, links = room(frames=("f", "g"))
    one, two = session.panes
    one.view.set_slice(4)
    two.view.set_slice(5)
    links.set_follow("offset")
    one.view.set_slice(10)
    assert two.view.k == 8, "6 mm further, 3 slices of 2 mm"
    one.view.set_slice(4)
    assert two.view.k == 5, "and back"


def test_frames_without_a_place_are_counted_from_where_both_stood(room):
    session, links = room()
    one, two = session.panes
    for pane, count in ((one, 12), (two, 9)):
        session.activate(pane)
        session.show(None, Volume(np.zeros((count, 8, 8), np.uint8), Geometry((count, 8, 8)), "clip"))
    two.view.set_slice(3)
    links.set_follow("offset")
    one.view.set_slice(4)
    assert two.view.k == 7
    one.view.set_slice(11)
    one.view.set_slice(5)
    assert two.view.k == 8, "the distance outlasts the end of the shorter one"
    links.set_follow("position")
    one.view.set_slice(2)
    assert two.view.k == 8, "the same number is not the same place"


def test_links_can_be_switched_off(room):
    session, links = room()
    links.set_follow("off")
    before = session.panes[1].view.k
    session.panes[0].view.set_slice(15)
    assert session.panes[1].view.k == before


def test_windows_follow_when_linked_and_where_they_mean_the_same(room):
    session, links = room()
    one, two = session.panes
    one.view.set_window(Window(40, 400))
    assert two.view.window == Window(0, 100), "not linked"
    links.set_window(True)
    one.view.set_window(Window(50, 300))
    assert two.view.window == Window(50, 300)
    session, links = room(modalities=("CT", "MR"))
    links.set_window(True)
    session.panes[0].view.set_window(Window(50, 300))
    assert session.panes[1].view.window == Window(0, 100)


def test_planes_of_one_volume_always_share_their_window(room):
    session, _ = room()
    session.set_layout(LAYOUTS["mpr"])
    session.panes[1].view.set_window(Window(7, 70))
    assert {pane.view.window for pane in session.panes} == {Window(7, 70)}
    session.panes[1].view.set_colours(COLOUR_TABLES["PET"])
    assert [pane.view.colours for pane in session.panes] == [COLOUR_TABLES["PET"]] * 3
    session.panes[0].view.set_colours(None)
    assert [pane.view.colours for pane in session.panes] == [None] * 3


def test_zoom_is_the_same_in_millimetres(room):
    session, links = room()
    links.set_zoom(True)
    one, two = session.panes
    two.size_px = (200.0, 200.0)
    one.view.set_zoom(3.0, (4.0, 5.0))
    here, there = one.transform(), two.transform()
    assert here is not None and there is not None
    assert there.px_per_mm == pytest.approx(here.px_per_mm)
    assert two.view.pan_px == (4.0, 5.0)


def test_who_comes_after_the_link_keeps_its_distance_from_then_on(room):
    """A protocol links first and fills its viewports after; another series in one of them begins anew."""
    session, links = room(frames=("f", "g"))
    one, two = session.panes
    links.set_follow("offset")
    session.activate(two)
    later = volume(30, 1.0, 500.0)
    session.show(Series("later", "volume", "DICOM", (), later.array.shape, frame_of_reference="h"), later)
    two.view.set_slice(20)
    before = one.view.k
    two.view.set_slice(17)
    assert one.view.k == before - 3, "3 mm back, as slices of 1 mm"


def test_a_series_that_comes_does_not_move_the_others(room):
    session, _ = room()
    one, two = session.panes
    one.view.set_slice(15)
    session.activate(two)
    other = volume(20, 1.0, 0.0)
    session.show(Series("other", "volume", "DICOM", (), other.array.shape, frame_of_reference="f"), other)
    assert one.view.k == 15


def test_other_planes_keep_the_distance_they_have_then(room):
    session, links = room(frames=("f", "g"))
    one, two = session.panes
    links.set_follow("offset")
    one.set_plane("coronal")
    two.set_plane("coronal")
    one.view.set_slice(2)
    two.view.set_slice(2)
    links.set_follow("offset")
    before = two.view.k
    one.view.scroll(3)
    assert two.view.k - before == 3, "rows of 1 mm in both"


def test_a_series_that_comes_goes_to_where_the_others_are(room):
    session, links = room()
    one, two = session.panes
    one.view.set_slice(15)
    session.activate(two)
    other = volume(20, 1.0, 3.0)
    about = Series("other", "volume", "DICOM", (), other.array.shape, frame_of_reference="f")
    session.show(about, other)
    assert two.view.k == 12, "15 mm is 3 + 12 x 1 mm"
    links.set_follow("off")
    session.show(None, None)
    session.show(about, other)
    assert two.view.k == 10, "in the middle where each scrolls for itself"
