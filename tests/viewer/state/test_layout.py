"""Viewports side by side: who keeps what, and who shows what."""

import numpy as np
import pytest

from imaging.geometry import Calibration, Geometry
from imaging.study import Series
from imaging.volume import Volume, Window
from viewer.state.layout import LAYOUTS, MOST_VIEWPORTS, grid_for
from viewer.state.session import Session

SHAPE = (6, 7, 8)


def volume(origin=(0.0, 0.0, 0.0)) -> Volume:
    geometry = Geometry(SHAPE, (2.0, 1.0, 1.0), origin, calibration=Calibration.PATIENT)
    return Volume(np.zeros(SHAPE, np.int16), geometry, "volume", windows=(Window(0, 100),))


def series(uid: str, frame: str = "") -> Series:
    return Series(uid, "volume", "DICOM", (), SHAPE, frame_of_reference=frame)


@pytest.fixture
def session(qtbot) -> Session:
    made = Session()
    made.show(series("a", "f"), volume())
    return made


def test_every_grid_up_to_three_by_four_is_there_and_full():
    for rows in (1, 2, 3):
        for columns in (1, 2, 3, 4):
            cells = LAYOUTS[f"{rows}x{columns}"].cells
            assert {(cell.row, cell.column) for cell in cells} == {(r, c) for r in range(rows) for c in range(columns)}


def test_the_active_viewport_keeps_what_it_shows(session):
    shown = session.opened
    session.set_layout(LAYOUTS["2x2"])
    assert [pane.opened for pane in session.panes] == [shown, None, None, None]
    last = session.panes[3]
    session.activate(last)
    session.show(series("b"), volume())
    session.set_layout(LAYOUTS["1x1"])
    assert session.panes == (last,) and session.series is not None and session.series.uid == "b"


def test_activating_a_viewport_tells_what_is_worked_on(session):
    session.set_layout(LAYOUTS["1x2"])
    heard: list[str] = []
    session.volume_changed.connect(lambda: heard.append(session.series.uid if session.series else "-"))
    session.activate(session.panes[1])
    session.show(series("b"), volume())
    session.activate(session.panes[0])
    session.activate(session.panes[0])
    assert heard == ["-", "b", "a"]


def test_three_planes_share_one_volume_and_tell_once(session):
    heard: list[int] = []
    session.volume_changed.connect(lambda: heard.append(1))
    session.view.set_window(Window(5, 50))
    session.set_layout(LAYOUTS["mpr"])
    assert [pane.plane for pane in session.panes] == ["axial", "coronal", "sagittal"]
    assert len({pane.opened for pane in session.panes}) == 1
    assert all(pane.view.window == Window(5, 50) for pane in session.panes)
    for pane in session.panes:
        session.activate(pane)
    assert not heard, "the same volume is worked on"


def test_the_common_point_moves_every_plane(session):
    session.set_layout(LAYOUTS["mpr"])
    session.set_focus((6.0, 2.0, 8.0), session.active)
    assert [pane.view.k for pane in session.panes] == [4, 2, 6]


def test_the_common_point_reaches_others_of_the_same_frame_of_reference_only(session):
    session.set_layout(LAYOUTS["1x3"])
    session.panes[1].show(None)
    for pane, frame in zip(session.panes[1:], ("f", "g"), strict=True):
        session.activate(pane)
        session.show(series(frame, frame), volume((0.0, 0.0, 4.0)))
    session.set_focus((0.0, 0.0, 10.0), session.panes[0])
    assert [pane.view.k for pane in session.panes] == [5, 3, 3]
    session.set_focus((0.0, 0.0, 6.0), session.panes[0])
    assert [pane.view.k for pane in session.panes] == [3, 1, 3], "the last has another frame of reference"


def test_leaving_three_planes_frees_the_others(session):
    session.set_layout(LAYOUTS["mpr"])
    session.activate(session.panes[1])
    session.set_layout(LAYOUTS["2x2"])
    assert [pane.opened is not None for pane in session.panes] == [False, True, False, False]
    assert session.active.plane == "stored"


def test_a_maximised_viewport_is_alone_until_it_is_put_back(session):
    session.set_maximised(True)
    assert not session.maximised, "there is nothing to maximise over"
    session.set_layout(LAYOUTS["1x2"])
    session.set_maximised(True)
    assert session.shown_panes == (session.active,)
    session.set_maximised(False)
    assert session.shown_panes == session.panes


def test_the_smallest_grid_that_holds_a_number_of_viewports():
    names = {1: "1x1", 2: "1x2", 3: "1x3", 4: "2x2", 5: "2x3", 6: "2x3", 7: "2x4", 9: "3x3", 12: "3x4"}
    assert {count: grid_for(count).name for count in names} == names
    with pytest.raises(ValueError, match="13 viewports: expected at most 12"):
        grid_for(MOST_VIEWPORTS + 1)
