"""Measurements in the library: they come back to the last bit, also after the program is killed."""

import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from imaging.errors import LibraryError
from imaging.geometry import Calibration, Geometry
from imaging.library.measured import Measured
from imaging.library.schema import VERSION
from imaging.library.store import Library
from imaging.measurement.areas import Outline
from imaging.measurement.lines import KnownLength, Length
from imaging.measurement.measurement import Measurement
from imaging.study import Patient, Series

ROOT = Path(__file__).parents[3]
GRID = Geometry((3, 5, 7), (2.5, 0.7, 0.8), calibration=Calibration.PATIENT)
THORAX = Series("1.2.3", "volume", "dicom", (Path("/scans/a.dcm"),), (3, 5, 7), GRID, patient=Patient("P1"))
NOON = datetime(2026, 1, 2, 12, 0, 0, 678, timezone(timedelta(hours=5)))
LINE = Measurement("u1", Length(((1 / 3, -0.1, 1e-17), (2**0.5, -0.0, 1e300))), "lps", "Läsion 1")


def test_every_bit_comes_back_in_the_order_of_drawing(library: Library) -> None:
    measured = Measured(library)
    others = (
        Measurement("u2", Outline(((0, 0.1, 0.2), (0, 3, 4), (0, 5, 6)), "freehand"), "kji"),
        Measurement("u0", KnownLength(((0, 1, 2), (0, 3, 4)), 100 / 3), "kji"),
    )
    measured.save(THORAX, (LINE,), "Ada", NOON)
    measured.save(THORAX, others, "Ada", NOON)
    found = measured.of("1.2.3")
    assert found == (LINE, *others)
    assert np.asarray(found[0].figure.points).tobytes() == np.asarray(LINE.figure.points).tobytes()
    assert measured.of("1.2.4") == ()


def test_changes_and_deletions_are_added_not_written_over(library: Library) -> None:
    measured = Measured(library)
    longer = Measurement("u1", LINE.figure.moved(((0, 0, 0), (9, 9, 9))), "lps", "Läsion 1")
    measured.save(THORAX, (LINE,), "Ada", NOON)
    measured.save(THORAX, (longer,), "Bo", NOON + timedelta(hours=1))
    assert measured.of("1.2.3") == (longer,)
    measured.save(THORAX, (longer,), "Cy", NOON + timedelta(hours=2), deleted=True)
    assert measured.of("1.2.3") == ()
    first, second, third = measured.history("1.2.3")
    assert (first.measurement, first.author, first.time) == (LINE, "Ada", NOON.astimezone(UTC))
    assert (second.measurement, second.author, second.deleted) == (longer, "Bo", False)
    assert (third.author, third.deleted) == ("Cy", True)


def test_what_was_saved_survives_a_kill(place: Path) -> None:
    program = f"""
import os, signal
from tests.imaging.library.test_measured import LINE, NOON, THORAX
from imaging.library.measured import Measured
from imaging.library.store import Library
Measured(Library({str(place)!r})).save(THORAX, (LINE,), "Ada", NOON)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    again = Library(place)
    assert Measured(again).of("1.2.3") == (LINE,)
    again.close()


def test_a_library_of_the_second_version_gets_the_table(library: Library, place: Path) -> None:
    library.close()
    with sqlite3.connect(place) as database:
        database.execute("DROP TABLE measurement_revision")
        database.execute("UPDATE schema SET version = 2")
    database.close()
    again = Library(place)
    Measured(again).save(THORAX, (LINE,), "Ada", NOON)
    assert Measured(again).of("1.2.3") == (LINE,)
    again.close()
    with sqlite3.connect(place) as database:
        assert database.execute("SELECT max(version) FROM schema").fetchone() == (VERSION,)
    database.close()


def test_a_damaged_measurement_is_named(library: Library, place: Path) -> None:
    Measured(library).save(THORAX, (LINE,), "Ada", NOON)
    with sqlite3.connect(place) as database:
        database.execute("UPDATE measurement_revision SET content = '{'")
    database.close()
    with pytest.raises(LibraryError, match="a stored measurement is damaged: measurement u1"):
        Measured(library).of("1.2.3")


def test_what_cannot_be_saved_is_said(library: Library, place: Path) -> None:
    with sqlite3.connect(place) as database:
        database.execute("DROP TABLE measurement_revision")
    database.close()
    with pytest.raises(LibraryError, match="the measurement could not be saved"):
        Measured(library).save(THORAX, (LINE,), "Ada", NOON)
