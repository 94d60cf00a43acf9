"""Libraries of every released version open in this one, with all that is in them, on SQLite and PostgreSQL."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations

from imaging.errors import LibraryError
from imaging.geometry import Calibration, Geometry
from imaging.library import blobs, migrations
from imaging.library.schema import VERSION, Base
from imaging.library.store import Library

ROOT = Path(__file__).parents[3]
GRID = Geometry((2, 3, 4), (2.0, 1.0, 1.0), calibration=Calibration.PATIENT)
BYTES = {"sqlite": "BLOB", "postgresql": "BYTEA"}
STAMP = {"sqlite": "DATETIME", "postgresql": "TIMESTAMP"}
SERIAL = {"sqlite": "INTEGER", "postgresql": "SERIAL"}

# As the program's own CREATE TABLE said at the commits that released them.
SERIES = """CREATE TABLE series (uid VARCHAR(200) NOT NULL, study_uid VARCHAR(200) NOT NULL,
    patient_group VARCHAR(200) NOT NULL, kind VARCHAR(16) NOT NULL, format VARCHAR(32) NOT NULL,
    modality VARCHAR(16) NOT NULL, description TEXT NOT NULL, files TEXT NOT NULL, PRIMARY KEY (uid));
    CREATE INDEX ix_series_patient_group ON series (patient_group)"""
ORIGIN = """author VARCHAR(200) NOT NULL, time {stamp} NOT NULL, model VARCHAR(64) NOT NULL,
    model_version VARCHAR(32) NOT NULL"""
VOXELS = "geometry TEXT NOT NULL, labels TEXT NOT NULL, box TEXT NOT NULL, voxels {bytes} NOT NULL"
REVISION = """CREATE TABLE {name} (id {serial} NOT NULL, series_uid VARCHAR(200) NOT NULL, base INTEGER, {origin},
    note TEXT NOT NULL, {content}, PRIMARY KEY (id), FOREIGN KEY(series_uid) REFERENCES series (uid),
    FOREIGN KEY(base) REFERENCES {name} (id)); CREATE INDEX ix_{name}_series_uid ON {name} (series_uid)"""
MASKS = REVISION.replace("{name}", "mask_revision").replace("{content}", VOXELS)
FINDINGS = REVISION.replace("{name}", "findings_revision").replace("{content}", "labels TEXT NOT NULL")
DRAFT = "CREATE TABLE draft (series_uid VARCHAR(200) NOT NULL, {origin}, {voxels}, PRIMARY KEY (series_uid))"
FIRST = ("CREATE TABLE schema (version INTEGER NOT NULL, PRIMARY KEY (version))", SERIES, MASKS, FINDINGS, DRAFT)
SECOND = (
    """CREATE TABLE fingerprint (series_uid VARCHAR(200) NOT NULL, time {stamp} NOT NULL, files TEXT NOT NULL,
    pixels VARCHAR(64) NOT NULL, PRIMARY KEY (series_uid))""",
)
THIRD = (
    "CREATE TABLE indexed_folder (path VARCHAR(1000) NOT NULL, asked {stamp} NOT NULL, finished {stamp}, "
    "PRIMARY KEY (path))",
    """CREATE TABLE study ("key" VARCHAR(64) NOT NULL, patient_key VARCHAR(64) NOT NULL, patient_id TEXT NOT NULL,
    patient_name TEXT NOT NULL, birth_date TEXT NOT NULL, sex TEXT NOT NULL, issuer TEXT NOT NULL,
    study_uid VARCHAR(200) NOT NULL, date VARCHAR(16) NOT NULL, description TEXT NOT NULL,
    accession VARCHAR(64) NOT NULL, modalities TEXT NOT NULL, series INTEGER NOT NULL, images INTEGER NOT NULL,
    words TEXT NOT NULL, state VARCHAR(16) NOT NULL, missing BOOLEAN NOT NULL, added {stamp} NOT NULL,
    opened {stamp}, PRIMARY KEY ("key")); CREATE INDEX ix_study_date ON study (date);
    CREATE INDEX ix_study_opened ON study (opened); CREATE INDEX ix_study_patient_key ON study (patient_key);
    CREATE INDEX ix_study_state ON study (state)""",
    """CREATE TABLE study_item (study_key VARCHAR(64) NOT NULL, identity VARCHAR(500) NOT NULL,
    kind VARCHAR(16) NOT NULL, value TEXT NOT NULL, place TEXT NOT NULL, stamp VARCHAR(64) NOT NULL,
    PRIMARY KEY (study_key, identity), FOREIGN KEY(study_key) REFERENCES study ("key"))""",
    """CREATE TABLE measurement_revision (id {serial} NOT NULL, series_uid VARCHAR(200) NOT NULL,
    uid VARCHAR(64) NOT NULL, author VARCHAR(200) NOT NULL, time {stamp} NOT NULL, deleted BOOLEAN NOT NULL,
    content TEXT NOT NULL, PRIMARY KEY (id), FOREIGN KEY(series_uid) REFERENCES series (uid));
    CREATE INDEX ix_measurement_revision_series_uid ON measurement_revision (series_uid);
    CREATE INDEX ix_measurement_revision_uid ON measurement_revision (uid)""",
)
FOURTH = (
    """CREATE TABLE key_image_revision (id {serial} NOT NULL, series_uid VARCHAR(200) NOT NULL,
    uid VARCHAR(64) NOT NULL, author VARCHAR(200) NOT NULL, time {stamp} NOT NULL, deleted BOOLEAN NOT NULL,
    content TEXT NOT NULL, picture {bytes} NOT NULL, PRIMARY KEY (id),
    FOREIGN KEY(series_uid) REFERENCES series (uid));
    CREATE INDEX ix_key_image_revision_series_uid ON key_image_revision (series_uid);
    CREATE INDEX ix_key_image_revision_uid ON key_image_revision (uid)""",
    """CREATE TABLE attribution (id {serial} NOT NULL, revision INTEGER NOT NULL, value INTEGER NOT NULL,
    action VARCHAR(16) NOT NULL, {origin}, PRIMARY KEY (id), FOREIGN KEY(revision) REFERENCES mask_revision (id));
    CREATE INDEX ix_attribution_revision ON attribution (revision)""",
)
RELEASED = {
    1: FIRST,
    2: (*FIRST, *SECOND),
    3: (*FIRST, *SECOND, *THIRD),
    4: (*FIRST, *SECOND, *THIRD, *FOURTH),
}


def engine_of(database: str) -> sa.Engine:
    if "://" not in database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    return sa.create_engine(database if "://" in database else f"sqlite:///{database}")


def make(database: str, version: int) -> None:
    """A library as that version made it, with one mask in it."""
    engine = engine_of(database)
    kind = engine.dialect.name
    words = {"stamp": STAMP[kind], "bytes": BYTES[kind], "serial": SERIAL[kind]}
    with engine.begin() as connection:
        for table in RELEASED[version]:
            text = table.replace("{origin}", ORIGIN).replace("{voxels}", VOXELS)
            for name, value in words.items():
                text = text.replace(f"{{{name}}}", value)
            for statement in text.split(";"):
                connection.exec_driver_sql(statement)
        connection.execute(sa.text("INSERT INTO schema VALUES (:version)"), {"version": version})
        connection.execute(sa.text("INSERT INTO series VALUES ('1.2', '1', 'P', 'volume', 'dicom', 'CT', '', '[]')"))
        connection.execute(sa.text(
            "INSERT INTO mask_revision (series_uid, author, time, model, model_version, note, geometry, labels, box,"
            " voxels) VALUES ('1.2', 'A', :time, '', '', '', :geometry, :labels, :box, :voxels)"), mask())  # fmt: skip
    engine.dispose()


def mask() -> dict[str, object]:
    from imaging.labelmap import Label, Labelmap

    array = np.zeros(GRID.shape_kji, np.uint8)
    array[1, 1, 1:3] = 1
    made = Labelmap(array, GRID, (Label(1, "lesion"),))
    voxels, box = blobs.pack_voxels(made)
    labels = blobs.pack_labels(made.labels)
    time = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).replace(tzinfo=None)
    return {"time": time, "geometry": blobs.pack_geometry(GRID), "labels": labels, "box": box, "voxels": voxels}


def found(database: str) -> tuple[int, list[object]]:
    """The version of a library, and in what its tables differ from this version's."""
    engine = engine_of(database)
    with engine.connect() as connection:
        version = connection.execute(sa.text("SELECT max(version) FROM schema")).scalar_one()
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()
    return version, differences


@pytest.mark.parametrize("version", RELEASED)
def test_every_released_version_is_brought_up_to_date(database: str, version: int) -> None:
    make(database, version)
    library = Library(database)
    kept = library.latest_mask("1.2")
    library.close()
    assert kept is not None and kept.labelmap.array.sum() == 2 and kept.provenance.author == "A"
    assert found(database) == (VERSION, []), "the tables are as if this version had made them"


def test_a_new_library_is_what_the_migrations_lead_to(library: Library, database: str) -> None:
    assert found(database) == (VERSION, [])
    assert max(migrations.STEPS) == VERSION, "a new version needs its step"


def test_a_step_that_fails_leaves_the_version_before(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make(database, 1)

    third = migrations.STEPS[3]

    def fails(op: Operations) -> None:
        third(op)
        raise sa.exc.OperationalError("", {}, Exception("disk full"))

    monkeypatch.setitem(migrations.STEPS, 3, fails)
    with pytest.raises(LibraryError, match=r"cannot be opened \(disk full"):
        Library(database)
    engine = engine_of(database)
    assert not sa.inspect(engine).has_table("study"), "nothing of the step is there"
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT max(version) FROM schema")).scalar_one() == 2
    engine.dispose()
    monkeypatch.undo()
    Library(database).close()
    assert found(database) == (VERSION, [])


def test_starting_needs_no_alembic(tmp_path: Path) -> None:
    code = (
        "import sys; from imaging.library.store import Library; Library(sys.argv[1]).close(); "
        "Library(sys.argv[1]).close(); sys.exit('alembic' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.sqlite")], cwd=ROOT, check=False).returncode == 0
    )
