"""Regularise in the real window: listed where it is possible, not offered where it is not."""

from collections.abc import Generator, Sequence
from pathlib import Path

import pydicom
import pytest
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from viewer.app import Application, application
from viewer.places import Places


@pytest.fixture
def main(qtbot: QtBot, tmp_path: Path) -> Generator[Application]:
    application()
    made = Application(Places(tmp_path / "data", tmp_path / "cache"))
    qtbot.addWidget(made.window)
    made.window.show()
    yield made
    made.window.close()


def slices_at(folder: Path, study: PhantomStudy, heights_mm: Sequence[float]) -> Path:
    folder.mkdir()
    for file, height in zip(sorted(study.ct.iterdir()), heights_mm, strict=False):
        dataset = pydicom.dcmread(file)
        x, y, _ = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, height]
        dataset.save_as(folder / file.name)
    return folder


def open_slices(qtbot: QtBot, main: Application, folder: Path) -> None:
    main.reading.open([folder])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)


def listed(main: Application) -> list[str]:
    assert main.session.study is not None
    return [series.uid for series in main.session.study.series]


def test_slices_of_uneven_spacing_are_listed_once_more_and_shown(
    qtbot: QtBot, main: Application, tmp_path: Path, phantom_study: PhantomStudy
) -> None:
    open_slices(qtbot, main, slices_at(tmp_path / "ct", phantom_study, (0.0, 2.0, 5.0, 7.0)))
    main.window.run("regularise")
    qtbot.waitUntil(lambda: not main.runner.busy(), timeout=20_000)
    first, second = listed(main)
    assert second == f"{first}#regular" and main.session.series is not None
    assert main.session.series.uid == second


def test_slices_at_one_position_are_not_offered_to_be_regularised(
    qtbot: QtBot, main: Application, tmp_path: Path, phantom_study: PhantomStudy
) -> None:
    open_slices(qtbot, main, slices_at(tmp_path / "ct", phantom_study, (0.0, 0.0, 0.0)))
    assert main.session.volume is not None and len(main.session.volume.slice_geometries) == 3
    assert not main.window.actions_by_id["regularise"].isEnabled()
    main.reading.regularise()
    assert len(listed(main)) == 1 and not main.runner.busy()
