"""Zoom, place and window go on from case to case; the window only among images of one kind."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from imaging.geometry import Geometry
from imaging.volume import Volume, Window
from viewer.state.case_look import CaseLook
from viewer.state.opened import OpenSeries
from viewer.state.pane import Pane

CT, OTHER_CT = ("CT", "HU", 0), ("CT", "HU", 500)
MR = ("MR", "", 0)


def pane_with(kind: tuple[str, str, int]) -> Pane:
    modality, unit, offset = kind
    array = np.linspace(offset, offset + 100, 60, dtype=np.float32).reshape(3, 4, 5)
    pane = Pane()
    pane.show(OpenSeries(None, Volume(array, Geometry((3, 4, 5), (1.0, 1.0, 1.0)), "volume", unit, modality)))
    return pane


@pytest.fixture
def look(qtbot: QtBot) -> CaseLook:
    return CaseLook()


def test_zoom_place_and_inversion_go_on(look: CaseLook) -> None:
    first, second = pane_with(CT), pane_with(MR)
    first.view.set_zoom(3.0, (7.0, -2.0))
    first.view.set_inverted(True)
    look.note(first)
    look.apply(second)
    assert (second.view.zoom, second.view.pan_px, second.view.inverted) == (3.0, (7.0, -2.0), True)


def test_a_chosen_window_goes_to_images_of_the_same_kind_only(look: CaseLook) -> None:
    first = pane_with(CT)
    first.view.set_window(Window(-600, 1500))
    look.note(first)
    mr = pane_with(MR)
    proposed = mr.view.window
    look.apply(mr)
    assert mr.view.window == proposed
    look.note(mr)
    other = pane_with(OTHER_CT)
    look.apply(other)
    assert other.view.window == Window(-600, 1500), "kept while another kind was between"


def test_a_window_that_the_file_proposed_is_not_carried_on(look: CaseLook) -> None:
    first, other = pane_with(MR), pane_with(("MR", "", 500))
    look.note(first)
    proposed = other.view.window
    look.apply(other)
    assert other.view.window == proposed != first.view.window
    first.view.set_window(Window(1, 2))
    look.note(first)
    first.view.reset()
    look.note(first)
    look.apply(other)
    assert other.view.window == proposed, "reset forgets the choice"


def test_nothing_shown_changes_nothing(look: CaseLook) -> None:
    empty = Pane()
    look.note(empty)
    look.apply(empty)
    assert empty.view.zoom == 1.0
