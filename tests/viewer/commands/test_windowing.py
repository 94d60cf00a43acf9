"""Windows from the values of the shown plane, and those that a file proposes."""

import numpy as np
import pytest

from imaging.geometry import Geometry
from imaging.volume import Volume, Window
from viewer.commands.windowing import Windowing
from viewer.state.opened import OpenSeries
from viewer.state.session import Session

OF_FILE = (Window(50.0, 20.0, "wide"), Window(50.0, 4.0, "narrow"))


def showing(windows: tuple[Window, ...] = (), dtype: type[np.generic] = np.int16) -> Session:
    """Three slices of 0-100, 1000-1100 and 2000-2100; the one in the middle is shown."""
    session = Session()
    array = (1000 * np.arange(3)[:, None, None] + np.arange(101)).astype(dtype)
    session.active.show(OpenSeries(None, Volume(array, Geometry((3, 1, 101)), "volume", windows=windows)))
    return session


def test_the_shown_plane_alone_makes_the_window(qapp):
    session = showing()
    Windowing(session).full_range()
    assert (session.view.window.low, session.view.window.high) == pytest.approx((1000.0, 1100.0))
    Windowing(session).auto()
    assert (session.view.window.low, session.view.window.high) == pytest.approx((1000.5, 1099.5))
    assert session.view.window.name == "auto"


def test_each_slice_leaves_out_its_own_padding(qapp):
    session = Session()
    array = (1000 * np.arange(3)[:, None, None] + np.arange(101)).astype(np.int16)
    array[:, 0, 0] = -500, -1500, -2500
    paddings = tuple((float(array[k, 0, 0]),) * 2 for k in range(3))
    volume = Volume(array, Geometry((3, 1, 101)), "volume", padding=paddings[0], slice_paddings=paddings)
    session.active.show(OpenSeries(None, volume))
    Windowing(session).full_range()
    assert (session.view.window.low, session.view.window.high) == pytest.approx((1001.0, 1100.0))


def test_windows_of_the_file_come_one_after_the_other(qapp):
    session = showing(OF_FILE)
    windowing, names = Windowing(session), []
    for _ in range(3):
        windowing.next_proposal()
        names.append(session.view.window.name)
    assert windowing.proposals == OF_FILE and names == ["narrow", "wide", "narrow"]


def test_without_any_the_usual_one_comes(qapp):
    session = showing()
    usual = session.view.window
    session.view.set_window(Window(1.0, 2.0))
    Windowing(session).next_proposal()
    assert session.view.window == usual


def test_nothing_shown_has_no_window(qapp):
    session = Session()
    before, windowing = session.view.window, Windowing(session)
    windowing.auto()
    windowing.full_range()
    windowing.next_proposal()
    assert session.view.window == before and windowing.proposals == ()
