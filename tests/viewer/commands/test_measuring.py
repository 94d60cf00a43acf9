"""Measurements and the library: a library that fails loses nothing that is on screen."""

import dataclasses
import sqlite3
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from imaging.geometry import Calibration, Geometry
from imaging.library.shelf import Shelf
from imaging.measurement.edit import MeasurementEdit
from imaging.measurement.lines import Length
from imaging.measurement.measurement import Measurement
from imaging.study import Series
from imaging.volume import Volume
from viewer.commands.measuring import Measuring
from viewer.jobs.runner import Runner
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

GRID = Geometry((2, 4, 4), calibration=Calibration.DETECTOR)
FIRST, SECOND, THIRD = (Measurement(name, Length(((0, 0, 0), (0, 0, n))), "kji") for n, name in enumerate("abc", 1))


@pytest.fixture
def shelf(tmp_path: Path) -> Generator[Shelf]:
    made = Shelf(tmp_path / "library.sqlite")
    yield made
    made.close()


@pytest.fixture
def runner() -> Generator[Runner]:
    made = Runner()
    yield made
    made.shut_down()


@pytest.fixture
def room(shelf: Shelf, runner: Runner) -> tuple[Session, Notices, Measuring]:
    session, notices, segmentation = Session(), Notices(), Segmentation()
    return session, notices, Measuring(session, segmentation, notices, shelf, runner)


def show(session: Session, uid: str) -> None:
    series = Series(uid, "image", "picture", (Path("/a.png"),), GRID.shape_kji, GRID)
    session.show(series, Volume(np.zeros(GRID.shape_kji, np.uint8), GRID, "image", series_uid=uid))


def write(place: Path, order: str) -> None:
    with sqlite3.connect(place) as database:
        database.execute(order)
    database.close()


def test_every_change_is_in_the_library_at_once(room: tuple[Session, Notices, Measuring], shelf: Shelf) -> None:
    session, _, measuring = room
    show(session, "1.2")
    for each in (FIRST, SECOND, THIRD):
        session.measurements.add(each)
    session.measurements.rename("b", "tip")
    session.measurements.remove("a")
    assert [(each.uid, each.name) for each in shelf.measured.of("1.2")] == [("b", "tip"), ("c", "")]
    measuring.delete_all()
    assert shelf.measured.of("1.2") == ()


def test_what_could_not_be_saved_stays_and_is_saved_with_the_next_change(
    room: tuple[Session, Notices, Measuring], shelf: Shelf, tmp_path: Path
) -> None:
    (session, notices, _), place = room, tmp_path / "library.sqlite"
    show(session, "1.2")
    session.measurements.add(FIRST)
    write(place, "ALTER TABLE measurement_revision RENAME TO elsewhere")
    session.measurements.add(SECOND)
    session.measurements.remove("a")
    assert "still on screen" in notices.all[-1].text
    show(session, "1.3")
    assert session.measurements.all == () and "could not be read" in notices.all[-1].text
    show(session, "1.2")
    assert session.measurements.all == (SECOND,), "the series was left and came back"
    write(place, "ALTER TABLE elsewhere RENAME TO measurement_revision")
    session.measurements.add(THIRD)
    assert {each.uid for each in shelf.measured.of("1.2")} == {"b", "c"}


def test_a_measurement_is_gone_to_and_exporting_says_why_it_failed(
    qtbot: QtBot, room: tuple[Session, Notices, Measuring], runner: Runner, tmp_path: Path
) -> None:
    session, notices, measuring = room
    measuring.export(tmp_path / "nothing.csv")
    assert not runner.busy(), "nothing is shown"
    show(session, "1.2")
    session.measurements.add(Measurement("z", Length(((1, 0, 0), (1, 0, 3))), "kji"))
    session.measurements.select("")
    measuring.go_to("z")
    measuring.go_to("unknown")
    assert session.view.k == 1 and session.measurements.selected is not None
    (tmp_path / "file").touch()
    measuring.export(tmp_path / "file" / "out.csv")
    qtbot.waitUntil(lambda: not runner.busy())
    assert "could not be saved" in notices.all[-1].text


def test_numbers_of_pixels_that_are_still_missing_are_not_written(
    room: tuple[Session, Notices, Measuring], runner: Runner, tmp_path: Path
) -> None:
    session, notices, measuring = room
    series = Series("1.2", "image", "picture", (Path("/a.png"),), GRID.shape_kji, GRID)
    session.show(series, Volume(np.zeros(GRID.shape_kji, np.uint8), GRID, "image", series_uid="1.2"), only_k=0)
    session.measurements.add(FIRST)
    measuring.export(tmp_path / "out.csv")
    assert not runner.busy() and "still loading" in notices.all[-1].text


def test_an_export_that_is_cancelled_leaves_no_file(
    qtbot: QtBot, room: tuple[Session, Notices, Measuring], runner: Runner, tmp_path: Path
) -> None:
    """Cancelled by who hears of the start, before the first measurement is asked for."""
    session, notices, measuring = room
    show(session, "1.2")
    session.measurements.add(FIRST)
    runner.started.connect(lambda key, _: runner.cancel(key))
    measuring.export(tmp_path / "out.csv")
    runner.shut_down()
    assert not (tmp_path / "out.csv").exists() and notices.all == []


def test_every_measurement_is_told_before_it_is_written(
    qtbot: QtBot, room: tuple[Session, Notices, Measuring], runner: Runner, tmp_path: Path
) -> None:
    session, notices, measuring = room
    show(session, "1.2")
    session.measurements.add(FIRST)
    session.measurements.add(SECOND)
    told: list[tuple[int, int]] = []
    runner.progressed.connect(lambda _key, done, total, _text: told.append((done, total)))
    measuring.export(tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists() or runner.busy(), "not on the main thread"
    qtbot.waitUntil(lambda: not runner.busy())
    assert told == [(0, 2), (1, 2)] and notices.all[-1].text == "2 measurements written to out.csv."
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 3


def test_what_only_the_journal_has_comes_back_and_goes_to_the_library(shelf: Shelf, runner: Runner) -> None:
    session, segmentation = Session(), Segmentation()
    segmentation.push("Draw length", MeasurementEdit("1.2", None, FIRST))
    segmentation.push("Draw length", MeasurementEdit("1.2", None, SECOND))
    segmentation.push("Delete length", MeasurementEdit("1.2", FIRST, None))
    segmentation.push("Draw length", MeasurementEdit("another", None, THIRD))
    measuring = Measuring(session, segmentation, Notices(), shelf, runner)
    show(session, "1.2")
    assert session.measurements.all == (SECOND,) == shelf.measured.of("1.2")
    measuring.delete_all()
    assert len(segmentation.history.done) == 5, "what came back is no step of its own"


def test_a_change_that_only_the_journal_has_is_made_again(shelf: Shelf, runner: Runner) -> None:
    """The library has the line as it was drawn, moved while it could not be written; another was deleted then."""
    session, segmentation = Session(), Segmentation()
    show(session, "1.2")
    series = session.series
    assert series is not None
    shelf.measured.save(series, [FIRST, SECOND], "Ada", datetime(2026, 1, 2, tzinfo=UTC))
    moved = dataclasses.replace(FIRST, name="moved")
    segmentation.push("Draw length", MeasurementEdit("1.2", None, FIRST))
    segmentation.push("Move length", MeasurementEdit("1.2", FIRST, moved))
    segmentation.push("Delete length", MeasurementEdit("1.2", SECOND, None))
    Measuring(session, segmentation, Notices(), shelf, runner).follow()
    assert session.measurements.all == (moved,) == shelf.measured.of("1.2")
