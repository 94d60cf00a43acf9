"""Images at the edge of what there is, in every layout: nothing crashes, the rest stays usable."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.formats.reading import open_study
from imaging.geometry import Calibration, Geometry
from imaging.phantom import PhantomStudy
from imaging.study import Series
from imaging.volume import Kind, Volume, Window
from tests.journeys.hands import key, settle
from viewer.app import Application
from viewer.canvas.annotation_text import edge_letters
from viewer.canvas.patch import patch_for
from viewer.state.layout import LAYOUTS, MPR
from viewer.state.opened import OpenSeries
from viewer.state.pane import Pane

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def open_path(qtbot: QtBot, main: Application, path: Path) -> str:
    """What was told while ``path`` was opened."""
    main.reading.open([path])
    settle(qtbot, main)
    return " ".join(notice.text for notice in main.notices.all)


def drag(main: Application, by: tuple[int, int]) -> None:
    """Drag with the left button from the middle of the active viewport."""
    canvas = main.canvas
    start = QPoint(canvas.width() // 2, canvas.height() // 2)
    QTest.mousePress(canvas, LEFT, NONE, start)
    QTest.mouseMove(canvas, start + QPoint(*by) / 2)
    QTest.mouseMove(canvas, start + QPoint(*by))
    QTest.mouseRelease(canvas, LEFT, NONE, start + QPoint(*by))


def middle_grey(main: Application) -> int:
    """The grey in the middle of the active viewport."""
    picture = main.canvas.grab().toImage()
    return picture.pixelColor(picture.width() // 2, picture.height() // 2).lightness()


def volume_of(shape: tuple[int, ...], kind: Kind = "volume") -> Volume:
    """Noise on a grid of 1 mm."""
    values = np.random.default_rng(3).integers(0, 255, shape)
    array = values.astype(np.uint8 if len(shape) == 4 else np.int16)
    k, j, i = shape[:3]
    return Volume(array, Geometry((k, j, i), calibration=Calibration.PATIENT), kind)


def in_every_layout(main: Application) -> None:
    """Paint every layout that the shown series can have, the same series in each viewport."""
    opened = main.session.opened
    for layout in LAYOUTS.values():
        if layout.one_volume and not main.session.active.can_cut:
            continue
        main.session.set_layout(layout)
        for pane in main.session.panes:
            if pane.opened is not opened:
                pane.show(opened)
        QApplication.processEvents()
        for pane in main.session.panes:
            pane.view.scroll(1)
            pane.view.set_zoom(3.0)
        assert not main.viewports.grab().isNull()


def test_one_pixel(qtbot: QtBot, main: Application, tmp_path: Path) -> None:
    Image.new("L", (1, 1), 200).save(tmp_path / "one.png")
    open_path(qtbot, main, tmp_path / "one.png")
    assert main.session.volume is not None
    assert main.session.volume.array.shape == (1, 1, 1)
    drag(main, (30, -20))
    for code in (Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_I, Qt.Key.Key_Down, Qt.Key.Key_Space):
        QTest.keyClick(main.window, code)
    main.view.set_window(Window(200.0, 400.0))
    assert middle_grey(main) == pytest.approx(128, abs=2)
    in_every_layout(main)


def test_twenty_thousand_pixels_wide(qtbot: QtBot, main: Application, tmp_path: Path) -> None:
    ramp = np.tile((np.arange(20_000) * 255 // 19_999).astype(np.uint8), (300, 1))
    Image.fromarray(ramp).save(tmp_path / "wide.png")
    open_path(qtbot, main, tmp_path / "wide.png")
    assert main.session.volume is not None
    assert main.session.volume.array.shape == (1, 300, 20_000)
    main.view.set_window(Window(127.5, 255.0))
    assert middle_grey(main) == pytest.approx(127, abs=3)
    main.window.run("zoom-pixel")
    drag(main, (40, 0))
    transform = main.session.active.transform()
    assert transform is not None
    patch = patch_for(transform)
    assert patch is not None
    assert patch.columns[1] - patch.columns[0] < 3_000, "only what is seen is prepared"
    in_every_layout(main)


def test_zero_spacing_is_told_and_never_measured_in_mm(
    qtbot: QtBot, main: Application, tmp_path: Path, phantom_study: PhantomStudy
) -> None:
    files = ct_files(phantom_study, tmp_path / "zero")
    for file in files:
        dataset = pydicom.dcmread(file)
        dataset.PixelSpacing = [0, 0]
        dataset.save_as(file)
    open_path(qtbot, main, tmp_path / "zero")
    volume, series = main.session.volume, main.session.series
    assert volume is not None
    assert series is not None
    assert not volume.geometry.has_mm
    assert any("0 × 0 mm, is impossible" in warning for warning in (*volume.warnings, *series.warnings))
    geometry, transform = main.session.active.slice_geometry(0), main.session.active.transform()
    assert geometry is not None and transform is not None
    assert edge_letters(volume, geometry, transform) == ("R", "A", "L", "P"), "how slices are turned is still stated"
    in_every_layout(main)


def test_a_study_deleted_while_it_is_shown(
    qtbot: QtBot, main: Application, tmp_path: Path, phantom_study: PhantomStudy
) -> None:
    ct_files(phantom_study, tmp_path / "study" / "ct")
    film = next(one for one in open_study(phantom_study.study).series if one.modality == "DX")
    shutil.copy(film.files[0], tmp_path / "study" / "film.dcm")
    open_path(qtbot, main, tmp_path / "study")
    ct = main.session.series
    assert ct is not None
    assert ct.modality == "CT"
    kept = (tmp_path / "study" / "film.dcm").rename(tmp_path / "film.dcm")
    shutil.rmtree(tmp_path / "study")
    main.window.run("next-slice")
    main.window.run("layout-mpr")
    assert main.session.volume is not None, "what is shown stays"
    main.window.run("layout-1x1")
    (tmp_path / "study").mkdir()
    kept.rename(tmp_path / "study" / "film.dcm")
    main.window.run("next-series")
    settle(qtbot, main)
    assert main.session.series is not None
    assert main.session.series.modality == "DX", "the other series is still usable"
    main.window.run("previous-series")
    settle(qtbot, main)
    told = " ".join(notice.text for notice in main.notices.all)
    assert ct.files[0].name in told, "and what is gone is named"


def test_a_study_deleted_while_it_loads(
    qtbot: QtBot, main: Application, tmp_path: Path, phantom_study: PhantomStudy
) -> None:
    ct_files(phantom_study, tmp_path / "study")
    loading = main.loading.start

    def vanish(series: Series, pane: Pane, then: Callable[[], object] | None = None) -> None:
        for file in series.files[::2]:
            file.unlink()
        loading(series, pane, then)

    main.loading.start = vanish
    told = open_path(qtbot, main, tmp_path / "study")
    assert ".dcm" in told
    assert main.session.volume is None, "a half of a volume does not stay on screen"
    main.loading.start = loading
    open_path(qtbot, main, phantom_study.study)
    assert main.session.volume is not None


@pytest.mark.parametrize("shape", [(1, 20, 30), (1, 1, 1)])
def test_a_volume_of_one_slice_in_every_layout(qtbot: QtBot, main: Application, shape: tuple[int, int, int]) -> None:
    main.session.show(None, volume_of(shape))
    in_every_layout(main)
    settle(qtbot, main)


def test_a_volume_in_colour_keeps_its_colours_in_every_plane(qtbot: QtBot, main: Application) -> None:
    red = np.zeros((10, 12, 14, 3), np.uint8)
    red[...] = (200, 30, 40)
    main.session.show(None, replace(volume_of((10, 12, 14, 3)), array=red))
    main.session.set_layout(MPR)
    for pane in main.session.panes:
        picture = main.viewports.view_of(pane).grab().toImage()
        colour = picture.pixelColor(picture.width() // 2, picture.height() // 2)
        assert (colour.red(), colour.green(), colour.blue()) == (200, 30, 40), pane.plane
    pane = main.session.active
    pane.turn_plane((7.0, 6.0, 5.0), (0.0, 0.6, 0.8), (0.0, -0.8, 0.6))
    pane.view.set_slab(3.0)
    assert not main.viewports.grab().isNull()
    in_every_layout(main)
    settle(qtbot, main)


def test_a_clip_plays_in_every_layout(qtbot: QtBot, main: Application) -> None:
    clip = replace(volume_of((8, 12, 14, 3), "clip"), frame_times_ms=tuple(40.0 * k for k in range(8)))
    main.session.show(None, clip)
    in_every_layout(main)
    main.view.set_slice(0)
    main.view.set_playing(True)
    qtbot.waitUntil(lambda: main.view.k > 0)
    main.view.set_playing(False)
    assert not main.session.active.can_cut


def test_all_clips_play_by_one_key_and_stop_by_it(qtbot: QtBot, main: Application) -> None:
    main.session.set_layout(LAYOUTS["1x3"])
    for pane, frames in zip(main.session.panes, (5, 9), strict=False):
        clip = Volume(np.zeros((frames, 20, 20), np.uint8), Geometry((frames, 20, 20)), "clip", frame_times_ms=())
        pane.show(OpenSeries(None, clip))
    views = [pane.view for pane in main.session.panes]
    key(main, Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
    assert [view.playing for view in views] == [True, True, False]
    qtbot.waitUntil(lambda: views[0].k > 0 and views[1].k > 0, timeout=5_000)
    key(main, Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
    assert not any(view.playing for view in views)


def test_planes_are_cut_while_slices_are_still_missing(qtbot: QtBot, main: Application) -> None:
    volume = volume_of((20, 24, 28))
    opened = OpenSeries(None, volume, 10)
    main.session.active.show(opened, 10)
    main.session.set_layout(MPR)
    main.session.panes[1].turn_plane((14.0, 12.0, 10.0), (0.0, 0.6, 0.8), (0.0, -0.8, 0.6))
    assert not main.viewports.grab().isNull()
    for k in range(20):
        opened.arrive(k)
        QApplication.processEvents()
    opened.finish(volume)
    assert main.session.panes[1].plane == "oblique", "what was chosen while loading stays"
    assert not main.viewports.grab().isNull()
    settle(qtbot, main)


def ct_files(study: PhantomStudy, folder: Path) -> list[Path]:
    """Copies of the phantom's CT slices."""
    series = next(one for one in open_study(study.study).series if one.modality == "CT")
    folder.mkdir(parents=True)
    return [Path(shutil.copy(file, folder / f"{k:03d}.dcm")) for k, file in enumerate(series.files)]
