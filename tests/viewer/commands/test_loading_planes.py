"""Planes of one volume stay those of one volume, whichever series or phase is opened among them."""

from pathlib import Path
from threading import Event

import nibabel
import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from imaging.progress import Report
from imaging.study import Series
from imaging.volume import Volume, Window
from viewer.app import Application
from viewer.jobs.arrivals import Arrivals

WAIT_MS = 20_000


def write(path: Path, shape: tuple[int, ...], seed: int) -> None:
    values = np.random.default_rng(seed).normal(100 * seed, 10, shape).astype(np.float32)
    nibabel.Nifti1Image(values, np.diag([-1.0, -1.0, 2.0, 1.0])).to_filename(path)


@pytest.fixture
def study(qtbot: QtBot, main: Application, tmp_path: Path) -> Application:
    """Two volumes, then three phases of a third."""
    for seed, (name, shape) in enumerate((("a", (16, 20, 24)), ("b", (20, 16, 12)), ("c", (16, 16, 10, 3))), 1):
        write(tmp_path / f"{name}.nii", shape, seed)
    main.reading.open([tmp_path])
    rest(qtbot, main)
    return main


def rest(qtbot: QtBot, main: Application) -> None:
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=WAIT_MS)


def shown(main: Application) -> list[tuple[str, str]]:
    return [(pane.series.description if pane.series else "", pane.plane) for pane in main.session.panes]


def planes_of(name: str) -> list[tuple[str, str]]:
    return [(name, "axial"), (name, "coronal"), (name, "sagittal")]


def test_another_series_is_shown_in_all_planes(qtbot: QtBot, study: Application) -> None:
    main = study
    main.window.run("layout-mpr")
    assert shown(main) == planes_of("a.nii")
    main.reading.step_series(1)
    rest(qtbot, main)
    assert shown(main) == planes_of("b.nii")
    assert {pane.opened for pane in main.session.panes} == {main.session.opened}
    focus = main.session.focus
    assert focus is not None and focus.opened is main.session.opened
    assert [pane.view.k for pane in main.session.panes] == [6, 8, 10]


def test_another_phase_is_shown_in_all_planes_and_they_stay(qtbot: QtBot, study: Application) -> None:
    main = study
    main.reading.go_to_series(2)
    rest(qtbot, main)
    main.window.run("layout-mpr")
    for n, pane in enumerate(main.session.panes):
        pane.view.set_slice(n + 2)
        pane.view.set_zoom(2.0)
    at = [pane.view.k for pane in main.session.panes]
    main.reading.step_phase(1)
    rest(qtbot, main)
    assert shown(main) == planes_of("c.nii, phase 2 of 3")
    assert [(pane.view.k, pane.view.zoom) for pane in main.session.panes] == [(k, 2.0) for k in at]


def test_a_phase_that_another_viewport_shows_keeps_slice_zoom_and_window_too(qtbot: QtBot, study: Application) -> None:
    main = study
    main.window.run("layout-1x2")
    rest(qtbot, main)
    one, two = main.session.panes
    phases = [each for each in main.session.study.series if each.phase] if main.session.study else []
    main.reading.load(phases[0], one)
    main.reading.load(phases[1], two)
    rest(qtbot, main)
    one.view.set_slice(3)
    one.view.set_zoom(2.0)
    one.view.set_window(Window(1, 2))
    main.reading.step_phase(1)
    rest(qtbot, main)
    assert one.opened is two.opened and one.series == phases[1]
    assert (one.view.k, one.view.zoom, one.view.window) == (3, 2.0, Window(1, 2))


def test_what_still_loads_beside_does_not_take_the_place_of_the_planes(qtbot: QtBot, study: Application) -> None:
    main = study
    main.window.run("layout-1x2")
    assert main.runner.busy(f"load {id(main.session.panes[1])}"), "the empty viewport is being filled"
    main.window.run("layout-mpr")
    rest(qtbot, main)
    assert shown(main) == planes_of("a.nii")


def test_a_picture_among_planes_is_shown_alone(qtbot: QtBot, study: Application, tmp_path: Path) -> None:
    main = study
    main.window.run("layout-mpr")
    flat = tmp_path / "flat.png"
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(flat)
    found = main.reading._sandbox.open_study(flat)
    main.session.add(found.series[0])
    main.reading.load(found.series[0])
    rest(qtbot, main)
    assert [pane.opened is main.session.opened for pane in main.session.panes] == [True, False, False]
    assert [pane.opened for pane in main.session.panes][1:] == [None, None]


def test_a_series_that_another_viewport_shows_in_part_goes_on_loading_there(
    qtbot: QtBot, study: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    main, read, gate = study, study.loading._read, Event()

    def held(series: Series, report: Report, arrivals: Arrivals | None) -> Volume:
        volume = read(series, report, None)
        if arrivals is not None and series.description == "b.nii" and not gate.is_set():
            arrivals.begun(volume)
            while not gate.wait(0.01):
                report(0, 0, "")
        return volume

    monkeypatch.setattr(main.loading, "_read", held)
    main.window.run("layout-1x2")
    one, two = main.session.panes
    first, second = (main.session.study.series if main.session.study else ())[:2]
    main.reading.load(second, one)
    qtbot.waitUntil(lambda: one.series == second, timeout=WAIT_MS)
    main.reading.load(second, two)
    assert two.opened is one.opened and not two.complete
    gate.set()
    main.reading.load(first, one)
    rest(qtbot, main)
    assert (one.series, two.series) == (first, second) and one.complete and two.complete
