"""The annotation library: what was saved is there, whatever happens; what cannot be saved is said."""

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier, Thread

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from imaging.errors import LibraryError
from imaging.fingerprint import Fingerprint
from imaging.geometry import Calibration, Geometry
from imaging.key_image import KeyImage
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.library import rows
from imaging.library.catalogue import Catalogue
from imaging.library.key_images import KeptKeyImages
from imaging.library.measured import Measured
from imaging.library.revisions import Revisions
from imaging.library.schema import VERSION, DraftRow
from imaging.library.store import Library
from imaging.measurement.lines import Length
from imaging.measurement.measurement import Measurement
from imaging.study import Patient, Series
from imaging.volume import Window

ROOT = Path(__file__).parents[3]
TILTED = Geometry(
    (3, 5, 7),
    (2.5, 0.7, 0.8),
    (-10.5, 20.25, 1 / 3),
    ((0.0, -0.6, 0.8), (0.0, 0.8, 0.6), (1.0, 0.0, 0.0)),
    Calibration.PATIENT,
)
LABELS = (Label(1, "ground-glass opacity"), Label(2, "Konsolidierung", (86, 180, 233)))
TASHKENT = timezone(timedelta(hours=5))
ADA = Provenance("Ada Ärztin", datetime(2026, 1, 2, 3, 4, 5, 678, TASHKENT), "ct-covid-lesions", "1.0.0")
BO = Provenance("Bo", datetime(2026, 1, 3, tzinfo=UTC))


def series(uid: str = "1.2.3", patient: str = "P1") -> Series:
    return Series(
        uid, "volume", "dicom", (Path("/scans/b.dcm"), Path("/scans/a.dcm")), (3, 5, 7), TILTED,
        modality="CT", description="Thorax", study_uid="1.2", patient=Patient(patient),
    )  # fmt: skip


def mask(value: int = 1) -> Labelmap:
    array = np.zeros(TILTED.shape_kji, np.uint8)
    array[1, 2:4, 3:6] = value
    return Labelmap(array, TILTED, LABELS)


def test_a_mask_in_layers_comes_back_whole(library: Library) -> None:
    low, high = mask().array.copy(), np.zeros(TILTED.shape_kji, np.uint8)
    high[0:2, 3:5, :] = 2
    labels = (LABELS[0], replace(LABELS[1], layer=2))
    empty = np.zeros_like(high)
    library.save_mask(series(), Labelmap(low, TILTED, labels, further=(empty, high)), ADA)
    found = library.latest_mask("1.2.3")
    assert found is not None and found.labelmap.labels == labels
    for kept, saved in zip(found.labelmap.layers, (low, empty, high), strict=True):
        assert np.array_equal(kept, saved)


def test_a_mask_comes_back_with_its_grid_labels_and_origin(library: Library) -> None:
    identity = library.save_mask(series(), mask(), ADA, note="first look")
    found = library.latest_mask("1.2.3")
    assert found is not None and found.id == identity and found.base is None and found.note == "first look"
    assert np.array_equal(found.labelmap.array, mask().array) and found.labelmap.array.dtype == np.uint8
    assert found.labelmap.geometry == TILTED, "every digit of the grid is kept"
    assert found.labelmap.labels == LABELS
    assert found.provenance == ADA == found.labelmap.provenance
    assert found.provenance.time.utcoffset() == timedelta(0)


def test_a_series_never_annotated_has_nothing(library: Library) -> None:
    assert library.latest_mask("9.9") is None and library.history("9.9") == ()
    assert library.draft("9.9") is None
    assert library.annotated_series() == ()


def test_revisions_are_added_and_the_newest_is_shown(library: Library) -> None:
    first = library.save_mask(series(), mask(1), ADA)
    second = library.save_mask(series(), mask(2), BO, base=first)
    assert [one.id for one in library.history("1.2.3")] == [second, first]
    latest = library.latest_mask("1.2.3")
    assert latest is not None and latest.base == first and latest.labelmap.array.max() == 2
    assert (latest.provenance.author, latest.provenance.model) == ("Bo", "")
    assert library.revision(first).labelmap.array.max() == 1


def test_names_longer_than_a_column_are_shortened_not_refused(library: Library, tmp_path: Path) -> None:
    long = Provenance("A" * 300, BO.time, "model " * 20, "1.0" * 20)
    strange = replace(series(), modality="M" * 20, study_uid="1." * 150, format="f" * 40)
    identity = library.save_mask(strange, mask(), long)
    found = library.latest_mask("1.2.3")
    assert found is not None and (len(found.provenance.author), len(found.provenance.model)) == (200, 64)
    Revisions(library).mark(identity, 1, "approved", long)
    (mark,) = Revisions(library).attributions(identity)
    Measured(library).save(strange, (Measurement("u", Length(((0, 0, 0), (1, 1, 1))), "lps"),), long.author, BO.time)
    (measured,) = Measured(library).history("1.2.3")
    assert mark.provenance == found.provenance and measured.author == found.provenance.author
    picture = KeyImage("k", "1.2.3", "stored", 0, TILTED, Window(0.0, 1.0), False, 0.0, "mean")
    KeptKeyImages(library).save(strange, picture, b"png", long.author, BO.time)
    file = tmp_path / "a.dcm"
    file.write_bytes(b"pixels")
    assert len(Catalogue(library).add([replace(strange, files=(file,))])) == 1


def test_a_revision_that_is_not_there_is_named(library: Library) -> None:
    with pytest.raises(LibraryError, match=r": there is no mask revision 41"):
        library.revision(41)


def test_an_unknown_base_is_refused_and_nothing_is_kept(library: Library) -> None:
    with pytest.raises(LibraryError, match="could not be saved"):
        library.save_mask(series(), mask(), ADA, base=41)
    assert library.annotated_series() == ()


def test_training_gets_everything_it_needs(library: Library) -> None:
    library.save_mask(series("2"), mask(), ADA)
    latest = library.save_mask(series("2"), mask(2), ADA)
    with library.transaction("") as session:
        rows.keep_series(session, series("1", patient=""))
    keep_draft(library, mask())
    one, two = library.annotated_series()
    assert (one.series_uid, one.group, one.revision) == ("1", "1.2", None)
    assert (two.series_uid, two.group, two.revision) == ("2", "P1", latest)
    assert two.files == (Path("/scans/b.dcm"), Path("/scans/a.dcm")), "in display order"
    assert (two.kind, two.format, two.modality) == ("volume", "dicom", "CT")


def keep_draft(library: Library, labelmap: Labelmap) -> None:
    """As versions before schema 4 did after every stroke."""
    with library.transaction("") as session:
        columns = {**rows.origin_columns(ADA), **rows.mask_columns(labelmap)}
        session.add(DraftRow(series_uid="1.2.3", **columns))


def test_a_draft_of_an_earlier_version_stays_until_its_mask_is_saved(library: Library, place: Path) -> None:
    keep_draft(library, mask(2))
    again = Library(place)
    draft = again.draft("1.2.3")
    again.close()
    assert draft is not None and draft.array.max() == 2 and draft.geometry == TILTED
    library.save_mask(series(), mask(), ADA)
    assert library.draft("1.2.3") is None


@given(array=arrays(np.uint8, (3, 5, 7), elements=st.sampled_from([0, 0, 0, 1, 255])))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_mask_survives(library: Library, array: np.ndarray) -> None:
    library.save_mask(series(), Labelmap(array.copy(), TILTED, LABELS), ADA)
    found = library.latest_mask("1.2.3")
    assert found is not None and np.array_equal(found.labelmap.array, array)


def test_commits_reach_the_disk(library: Library, place: Path) -> None:
    with library._engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_the_url_opens_the_same_library(library: Library) -> None:
    library.save_mask(series(), mask(), ADA)
    again = Library(library.url)
    assert again.latest_mask("1.2.3") is not None
    again.close()


def test_a_newer_library_is_refused_by_name_and_left_alone(library: Library, place: Path) -> None:
    library.close()
    with sqlite3.connect(place) as database:
        database.execute("UPDATE schema SET version = ?", (VERSION + 1,))
        database.execute("DROP TABLE draft")
    database.close()
    with pytest.raises(LibraryError, match=rf"library\.sqlite: .*found schema {VERSION + 1}.*supports {VERSION}"):
        Library(place)
    with sqlite3.connect(place) as database:
        assert not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'draft'").fetchall()
    database.close()


def test_a_library_of_the_first_version_is_brought_up_to_date(library: Library, place: Path) -> None:
    library.save_mask(series(), mask(), ADA)
    library.close()
    with sqlite3.connect(place) as database:
        database.execute("DROP TABLE fingerprint")
        database.execute("UPDATE schema SET version = 1")
    database.close()
    again = Library(place)
    assert again.latest_mask("1.2.3") is not None
    again.close()
    with sqlite3.connect(place) as database:
        assert database.execute("SELECT max(version) FROM schema").fetchone() == (VERSION,)
        assert database.execute("SELECT 1 FROM sqlite_master WHERE name = 'fingerprint'").fetchall()
    database.close()


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "bookmarks.sqlite"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE bookmark (address TEXT)")
    database.close()
    with pytest.raises(LibraryError, match=r"bookmarks\.sqlite: a database of another program, found 'bookmark'"):
        Library(other)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql+nothing://host/name", "cannot be opened"),
        ("://", "no SQLAlchemy URL"),
        ("postgresql+psycopg://reader:secret@host/name", "driver of postgresql"),
    ],
)
def test_an_address_that_leads_nowhere_is_said_without_its_password(
    address: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "psycopg" in address:
        monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LibraryError, match=words) as caught:
        Library(address)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "library.sqlite"
    text.write_text("This is no database, only a text that is long enough to look like something.\n" * 20)
    with pytest.raises(LibraryError, match=r"library\.sqlite: .*not a database"):
        Library(text)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="folder cannot be made"):
        Library(tmp_path / "file" / "library.sqlite")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("voxels", b"\0\xff"), ("box", "["), ("box", "[]"), ("box", "[[0, 9], [0, 5], [0, 7]]"), ("geometry", "{}"),
        ("geometry", "no"), ("labels", "no"), ("labels", "[{}]"), ("labels", "[1]"),
    ],
)  # fmt: skip
def test_a_damaged_mask_is_said(library: Library, place: Path, column: str, value: str | bytes) -> None:
    identity = library.save_mask(series(), mask(), ADA)
    with sqlite3.connect(place) as database:
        database.execute(f"UPDATE mask_revision SET {column} = ?", (value,))
    database.close()
    for look in (lambda: library.latest_mask("1.2.3"), lambda: library.revision(identity)):
        with pytest.raises(LibraryError, match="damaged"):
            look()
    if column == "labels":
        with pytest.raises(LibraryError, match="damaged"):
            Revisions(library).of("1.2.3")


def test_a_full_disk_is_said_and_loses_nothing(library: Library, place: Path) -> None:
    kept = library.save_mask(series(), mask(), ADA)
    noise = np.random.default_rng(0).integers(0, 255, (40, 64, 64)).astype(np.uint8)
    large = Labelmap(noise, Geometry((40, 64, 64)), LABELS)
    with library._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(LibraryError, match=r"library\.sqlite: the annotation could not be saved \(.*full"):
        library.save_mask(series("8"), large, ADA)
    assert [one.series_uid for one in library.annotated_series()] == ["1.2.3"], "nothing half-written"
    assert library.latest_mask("1.2.3").id == kept
    with library._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
    library.save_mask(series("8"), large, ADA)
    assert np.array_equal(library.latest_mask("8").labelmap.array, noise), "it can be saved once there is room"


def test_a_library_that_was_taken_away_is_said_and_used_again_when_it_is_back(library: Library, place: Path) -> None:
    """SQLite would go on writing into the file that nobody finds any more."""
    kept = library.save_mask(series(), mask(), ADA)
    away = place.with_name("away")
    place.rename(away)
    words = r"library\.sqlite: the library's file was taken away while it was open"
    for _ in range(2):
        with pytest.raises(LibraryError, match=words):
            library.save_mask(series(), mask(2), ADA, kept)
    assert not place.exists()
    away.rename(place)
    assert library.latest_mask("1.2.3").id == kept
    assert library.save_mask(series(), mask(2), ADA, kept) > kept
    place.unlink()
    place.write_bytes(b"")
    with pytest.raises(LibraryError, match=words):
        library.latest_mask("1.2.3")


def test_many_save_something_of_a_new_series_at_once(database: str) -> None:
    """As two readers of one case do."""
    library, start, failures = Library(database), Barrier(4), []

    def save(uid: str) -> None:
        start.wait()
        try:
            library.save_mask(series(uid), mask(), ADA)
            library.first_fingerprint(uid, Fingerprint((), uid), datetime.now(UTC))
        except LibraryError as error:
            failures.append(str(error))

    for number in range(10):
        threads = [Thread(target=save, args=(f"7.{number}",)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failures
    assert [len(library.history(f"7.{number}")) for number in range(10)] == [4] * 10
    library.close()


def test_a_locked_library_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.library.opening.LOCK_WAIT_S", 0.1)
    waiting = Library(place)
    writer = sqlite3.connect(place, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryError, match="locked"):
        waiting.save_mask(series(), mask(), ADA)
    writer.execute("ROLLBACK")
    writer.close()
    waiting.save_mask(series(), mask(), ADA)
    waiting.close()


SAVES = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from datetime import UTC, datetime
from pathlib import Path
from imaging.geometry import Geometry
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.library.store import Library
from imaging.study import Series
library, name, count = Library(sys.argv[2]), sys.argv[3], int(sys.argv[4])
grid = Geometry((2, 8, 8))
for number in range(count):
    array = np.full(grid.shape_kji, number % 250 + 1, np.uint8)
    series = Series(f"{name}.{number}", "image", "png", (Path("a.png"),), grid.shape_kji)
    library.save_mask(series, Labelmap(array, grid, (Label(1, "lesion"),)), Provenance("Ada", datetime.now(UTC)))
    print(number, flush=True)
"""


def saving(place: Path, name: str, count: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SAVES, str(ROOT), str(place), name, str(count)], stdout=subprocess.PIPE, text=True
    )


def test_what_was_acknowledged_survives_kill_9(place: Path) -> None:
    process = saving(place, "k", 100_000)
    acknowledged = [int(process.stdout.readline()) for _ in range(25)]
    os.kill(process.pid, signal.SIGKILL)
    rest, _ = process.communicate(timeout=20)
    acknowledged += [int(line) for line in rest.splitlines() if line]
    again = Library(place)
    for number in acknowledged:
        found = again.latest_mask(f"k.{number}")
        assert found is not None and (found.labelmap.array == number % 250 + 1).all()
    again.close()


def test_several_processes_open_and_save_at_once(place: Path) -> None:
    processes = [saving(place, str(name), 10) for name in range(3)]
    for process in processes:
        process.communicate(timeout=60)
    assert [process.returncode for process in processes] == [0, 0, 0]
    library = Library(place)
    assert len(library.annotated_series()) == 30
    library.close()
