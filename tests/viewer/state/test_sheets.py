"""Viewports in several windows: one session, layouts of their own."""

import numpy as np
import pytest

from imaging.geometry import Calibration, Geometry
from imaging.volume import Volume
from viewer.state.layout import LAYOUTS, MPR
from viewer.state.session import Session


@pytest.fixture
def session(qtbot: object) -> Session:
    made = Session()
    grid = Geometry((8, 8, 8), (2.0, 1.0, 1.0), calibration=Calibration.PATIENT)
    made.show(None, Volume(np.zeros((8, 8, 8), np.int16), grid, "volume"))
    return made


def test_a_new_window_is_empty_and_worked_in_and_the_old_one_stays(session: Session) -> None:
    first, volume = session.active, session.volume
    made = session.add_sheet()
    assert session.active is made.active is not first and session.volume is None and session.in_side_window
    assert session.panes == (first, made.active) and first.volume is volume


def test_each_window_has_its_own_layout_and_its_own_maximised_viewport(session: Session) -> None:
    first = session.active
    made = session.add_sheet()
    session.set_layout(LAYOUTS["2x2"])
    assert len(made.panes) == 4 and len(session.sheets[0].panes) == 1 and session.layout.name == "2x2"
    session.set_maximised(True)
    assert session.shown_panes == (first, made.active)
    session.activate(first)
    assert session.layout.name == "1x1" and not session.maximised and made.maximised


def test_planes_of_one_volume_stay_in_their_window(session: Session) -> None:
    made = session.add_sheet()
    session.activate(session.sheets[0].panes[0])
    session.set_layout(MPR)
    assert [session.cell_plane(pane) for pane in session.panes] == ["axial", "coronal", "sagittal", "stored"]
    assert made.active.opened is None


def test_a_window_that_closes_takes_its_viewports_and_the_work_goes_on_in_the_main_one(session: Session) -> None:
    first, volume = session.active, session.volume
    made = session.add_sheet()
    told: list[object] = []
    session.panes_changed.connect(lambda: told.append(session.panes))
    session.drop_sheet(made)
    assert session.panes == (first,) == told[-1] and session.active is first and session.volume is volume
    session.drop_sheet(session.sheets[0])
    assert session.panes == (first,), "the main window's viewports stay"
