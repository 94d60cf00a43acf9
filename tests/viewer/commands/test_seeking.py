"""From one marked slice to the next: of what is compared or proposed, else of the active segment, in every plane."""

import numpy as np
import pytest

from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label, Labelmap
from imaging.volume import Volume
from inference.prediction import Prediction
from viewer.commands.seeking import Seeking
from viewer.state.findings import Findings
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

GEOMETRY = Geometry((20, 16, 12), calibration=Calibration.PATIENT)
LABELS = (Label(1, "lesion"), Label(2, "vessel"))


def marked(*places: tuple[int, int, int, int]) -> Labelmap:
    array = np.zeros(GEOMETRY.shape_kji, np.uint8)
    for *at, value in places:
        array[tuple(at)] = value
    return Labelmap(array, GEOMETRY, LABELS)


@pytest.fixture
def room(qapp):
    session, segmentation, findings, notices = Session(), Segmentation(), Findings(), Notices()
    session.show(None, Volume(np.zeros(GEOMETRY.shape_kji, np.int16), GEOMETRY, "volume"))
    segmentation.load(GEOMETRY, marked((3, 5, 2, 1), (9, 5, 7, 1), (15, 8, 7, 2)))
    return session, segmentation, findings, notices, Seeking(session, segmentation, findings, notices)


def test_slices_of_the_active_segment_there_and_back(room):
    session, segmentation, _, notices, seeking = room
    session.view.set_slice(0)
    visited = []
    for by in (1, 1, 1, -1, -1):
        seeking.step(by)
        visited.append(session.view.k)
    assert visited == [3, 9, 9, 3, 3]
    assert [each.text for each in notices.all] == [
        "No slice after this one has any of it.", "No slice before this one has any of it."
    ]  # fmt: skip
    segmentation.set_active(2)
    seeking.step(1)
    assert session.view.k == 15


def test_in_a_coronal_plane_its_own_planes_are_stepped_through(room):
    session, _, _, _, seeking = room
    session.active.set_plane("coronal")
    axis = session.active.axis
    session.view.set_slice(0)
    seeking.step(1)
    assert axis == 1 and session.view.k == 5


def test_what_lies_over_the_images_comes_first_while_it_is_seen(room):
    session, _, findings, _, seeking = room
    mask = marked((12, 1, 1, 1))
    findings.show_prediction(Prediction("1", "m", "1", "segmentation", (), mask, {}, "cpu", 1.0, 0.0))
    session.view.set_slice(0)
    seeking.step(1)
    assert session.view.k == 12
    findings.set_proposal_visible(False)
    session.view.set_slice(0)
    seeking.step(1)
    assert session.view.k == 3


def test_an_oblique_plane_has_no_slices_of_voxels(room):
    session, _, _, _, seeking = room
    assert seeking.possible
    session.active.turn_plane((0.0, 0.0, 0.0), (0.3, 0.5, 1.0), (0.1, -1.0, 0.0))
    assert not seeking.possible


def test_without_a_segment_what_no_mask_was_made_of_is_not_sought(room):
    """A classification lies over the images; the background belongs to no segment."""
    session, segmentation, findings, notices, seeking = room
    segmentation.set_labels(())
    findings.show_prediction(Prediction("1", "m", "1", "classification", (), None, {}, "cpu", 1.0, 0.0))
    session.view.set_slice(6)
    seeking.step(1)
    assert not seeking.possible and session.view.k == 6 and not notices.all
    mask = marked((12, 1, 1, 1))
    findings.show_prediction(Prediction("1", "m", "1", "segmentation", (), mask, {}, "cpu", 1.0, 0.0))
    seeking.step(1)
    assert seeking.possible and session.view.k == 12
    findings.set_proposal_visible(False)
    assert not seeking.possible
