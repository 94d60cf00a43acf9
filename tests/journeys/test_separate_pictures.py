"""What is done to one of several separate films reaches no other; where a slice is missing, the places count."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from scipy import ndimage

from imaging.editing import replace
from imaging.geometry import Calibration, Geometry
from imaging.study import Patient, Series, Study
from imaging.volume import Volume
from tests.journeys.hands import LEFT, NONE, at, key, settle
from viewer.app import Application

FILMS = Geometry((3, 70, 80), (1.0, 0.5, 0.5), calibration=Calibration.DETECTOR)
SHOWN, OTHERS = 1, [0, 2]
MARGIN_MM = 1.5
disc = np.hypot(*np.meshgrid(np.arange(-35, 35), np.arange(-40, 40), indexing="ij"))


@pytest.fixture
def films(main: Application, tmp_path: Path) -> Application:
    """Three films with a dense disc each; on all of them its rim is drawn, and a spot beside it on the shown one."""
    file = tmp_path / "a.dcm"
    file.touch()
    values = np.broadcast_to(np.where(disc < 15, 1000, 100), FILMS.shape_kji).astype(np.uint16)
    series = Series("1.2.3", "image", "dicom", (file,), FILMS.shape_kji, FILMS, "DX", "Films", patient=Patient("P1"))
    main.session.open(Study(tmp_path, (series,)))
    main.session.show(series, Volume(values, FILMS, "image", "", "DX", "1.2.3"))
    main.window.run("layout-1x1")
    main.view.set_slice(SHOWN)
    mask = np.broadcast_to((disc < 15) & (disc > 6), FILMS.shape_kji).astype(np.uint8)
    mask[SHOWN, 60:64, 5:9] = 1
    edit = replace(main.segmentation.array, mask, "rims")
    assert edit is not None
    main.segmentation.apply(edit)
    return main


def clicked(qtbot: QtBot, main: Application, tool: str, row: float, column: float) -> None:
    main.window.run(f"tool-{tool}")
    QTest.mouseClick(main.canvas, LEFT, NONE, at(main, row, column))
    kept(qtbot, main)


def kept(qtbot: QtBot, main: Application) -> None:
    settle(qtbot, main)
    assert main.session.workbench.proposal is not None
    key(main, Qt.Key.Key_Return)


@pytest.mark.parametrize("tool", ["fill", "grow-region", "find-lesion", "keep-island", "remove-island"])
def test_a_click_changes_the_film_that_was_clicked(qtbot: QtBot, films: Application, tool: str) -> None:
    before = films.segmentation.array.copy()
    clicked(qtbot, films, tool, 35, 50 if "island" in tool else 40)
    now = films.segmentation.array
    assert np.array_equal(now[OTHERS], before[OTHERS]) and not np.array_equal(now[SHOWN], before[SHOWN])
    films.segmentation.undo()
    assert np.array_equal(films.segmentation.array, before)


@pytest.mark.parametrize("operation", ["edit-seeds", "edit-watershed"])
def test_seeds_grow_on_the_shown_film(qtbot: QtBot, films: Application, operation: str) -> None:
    films.segmenting.add("around")
    before = films.segmentation.array.copy()
    before[:, :3], before[:, :, :3] = 2, 2
    edit = replace(films.segmentation.array, before, "around")
    assert edit is not None
    films.segmentation.apply(edit)
    films.window.run(operation)
    kept(qtbot, films)
    now = films.segmentation.array
    assert np.array_equal(now[OTHERS], before[OTHERS]) and (now[SHOWN] != 0).all()


def grown(picture: np.ndarray) -> np.ndarray:
    return ndimage.distance_transform_edt(~picture, 0.5) <= MARGIN_MM


def shrunk(picture: np.ndarray) -> np.ndarray:
    return ndimage.distance_transform_edt(picture, 0.5) > MARGIN_MM


def blurred(picture: np.ndarray) -> np.ndarray:
    return ndimage.gaussian_filter(picture.astype(np.float32), MARGIN_MM / 0.5, mode="nearest") > 0.5


def largest(picture: np.ndarray) -> np.ndarray:
    numbers, _ = ndimage.label(picture)
    return numbers == 1 + np.argmax(np.bincount(numbers.flat)[1:])


@pytest.mark.parametrize(
    ("operation", "of_picture"),
    [
        ("edit-grow", grown),
        ("edit-shrink", shrunk),
        ("edit-shell", lambda picture: grown(picture) & ~picture),
        ("edit-hollow", lambda picture: picture & ~shrunk(picture)),
        ("edit-gaussian", blurred),
        ("edit-joint", blurred),
        ("edit-opening", lambda picture: grown(shrunk(picture))),
        ("edit-holes", ndimage.binary_fill_holes),
        ("edit-largest", largest),
    ],
)
def test_each_film_is_worked_on_by_itself(
    qtbot: QtBot, films: Application, operation: str, of_picture: Callable[[np.ndarray], np.ndarray]
) -> None:
    before = films.segmentation.array.copy()
    films.session.workbench.set_options(size_mm=MARGIN_MM)
    films.window.run(operation)
    kept(qtbot, films)
    wanted = np.stack([of_picture(picture == 1) for picture in before])
    assert np.array_equal(films.segmentation.array == 1, wanted)
    films.segmentation.undo()
    assert np.array_equal(films.segmentation.array, before)


@pytest.fixture
def spots(films: Application) -> Application:
    """On the first film two spots, the smaller one where the next film has its rim; an empty segment."""
    films.segmenting.add("others")
    films.segmentation.set_active(1)
    mask = films.segmentation.array.copy()
    mask[0] = 0
    mask[0, 60:66, 60:66], mask[0, 34:38, 48:52] = 1, 1
    edit = replace(films.segmentation.array, mask, "spots")
    assert edit is not None
    films.segmentation.apply(edit)
    return films


def test_an_island_is_small_on_its_own_film(qtbot: QtBot, spots: Application) -> None:
    before = spots.segmentation.array.copy()
    spots.session.workbench.set_options(least_mm3=5.0)
    spots.window.run("edit-small")
    kept(qtbot, spots)
    before[0, 34:38, 48:52], before[SHOWN, 60:64, 5:9] = 0, 0
    assert np.array_equal(spots.segmentation.array, before), "16 pixels of 0.25 mm³ are less, 36 are more"


def test_the_largest_island_of_each_film_stays_when_they_are_split(qtbot: QtBot, spots: Application) -> None:
    before = spots.segmentation.array.copy()
    spots.window.run("edit-split")
    kept(qtbot, spots)
    before[0, 34:38, 48:52], before[SHOWN, 60:64, 5:9] = 2, 2
    assert np.array_equal(spots.segmentation.array, before)


@pytest.mark.parametrize("operation", ["edit-interpolate", "fill-keyframes"])
def test_between_slices_of_which_one_is_missing_the_place_counts(
    qtbot: QtBot, main: Application, tmp_path: Path, operation: str
) -> None:
    grid = Geometry((5, 60, 60), (5.0, 1.0, 1.0), calibration=Calibration.PATIENT)
    slices = tuple(
        dataclasses.replace(grid, shape_kji=(1, 60, 60), origin_lps=(0.0, 0.0, place)) for place in (0, 5, 15, 20, 25)
    )
    volume = Volume(np.zeros(grid.shape_kji, np.int16), grid, "image", "HU", "CT", "1", slice_geometries=slices)
    file = tmp_path / "a.dcm"
    file.touch()
    series = Series("1", "image", "dicom", (file,), grid.shape_kji, grid, "CT", "Thorax", patient=Patient("P1"))
    main.session.open(Study(tmp_path, (series,)))
    main.session.show(series, volume)
    mask = np.zeros(grid.shape_kji, np.uint8)
    away = np.hypot(*np.meshgrid(np.arange(-30, 30), np.arange(-30, 30), indexing="ij"))
    mask[0], mask[4] = away <= 5, away <= 25
    edit = replace(main.segmentation.array, mask, "ends")
    assert edit is not None
    main.segmentation.apply(edit)
    for k in (0, 4):
        main.view.set_slice(k)
        main.window.run("keyframe")
    main.window.run(operation)
    kept(qtbot, main)
    radii = np.sqrt((main.segmentation.array == 1).sum(axis=(1, 2)) / np.pi)
    assert radii == pytest.approx([5, 9, 17, 21, 25], abs=0.35), "20 mm more on 25 mm"
