"""Delete clears the plane that is shown, of what may be changed."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PySide6.QtCore import Qt

from imaging.editing import replace
from imaging.reslicing import PatientPlane
from tests.journeys.hands import key, told
from tests.journeys.small_ct import CT, show_ct
from viewer.app import Application


@pytest.fixture
def painted(main: Application, tmp_path: Path) -> Application:
    """Two segments, one beside the other through all slices."""
    show_ct(main, tmp_path)
    main.window.run("layout-1x1")
    main.segmenting.add("other")
    array = np.zeros(CT.shape_kji, np.uint8)
    array[:, 10:50, 10:30], array[:, 10:50, 30:50] = 1, 2
    edit = replace(main.segmentation.array, array, "both")
    assert edit is not None
    main.segmentation.apply(edit)
    return main


@pytest.mark.parametrize(("plane", "axis", "k"), [("stored", 0, 4), ("coronal", 1, 20), ("sagittal", 2, 35)])
def test_the_shown_plane_and_no_other_is_cleared(
    painted: Application, plane: PatientPlane | Literal["stored"], axis: int, k: int
) -> None:
    pane, before = painted.session.active, painted.segmentation.array.copy()
    pane.set_plane(plane)
    assert pane.axis == axis
    pane.view.set_slice(k)
    key(painted, Qt.Key.Key_Delete)
    wanted = before.copy()
    np.moveaxis(wanted, axis, 0)[k] = 0
    assert np.array_equal(painted.segmentation.array, wanted) and not np.array_equal(wanted, before)
    painted.segmentation.undo()
    assert np.array_equal(painted.segmentation.array, before)


def test_a_slanting_plane_is_not_cleared_and_it_is_said_why(painted: Application) -> None:
    before = painted.segmentation.array.copy()
    painted.session.active.turn_plane((0.0, 0.0, -8.0), (0.0, 0.6, 0.8), (0.0, 0.8, -0.6))
    key(painted, Qt.Key.Key_Delete)
    assert np.array_equal(painted.segmentation.array, before) and "slants" in told(painted)


def test_locked_and_hidden_segments_stay(painted: Application) -> None:
    before, k = painted.segmentation.array.copy(), painted.view.k
    painted.segmenting.set_locked(1, True)
    key(painted, Qt.Key.Key_Delete)
    assert (
        np.array_equal(painted.segmentation.array == 1, before == 1) and not (painted.segmentation.array[k] == 2).any()
    )
    painted.segmentation.undo()
    painted.segmentation.set_active(1)
    painted.segmenting.set_visible(2, False)
    key(painted, Qt.Key.Key_Delete)
    assert np.array_equal(painted.segmentation.array, before)
