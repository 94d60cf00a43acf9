"""Older libraries brought up to date: one function for each version, with the tables as that version has them.

Only what a version added stands here. A step is one transaction with its version number: a library is of one version or
of the next, whenever the program ends. Tables that are there already stay: versions in the making had some of them.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, Engine

_LOCKS = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "LOCK TABLE schema IN ACCESS EXCLUSIVE MODE"}


def upgrade(engine: Engine) -> None:
    """Bring a library to the newest version, however many are between; other processes wait.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: a step failed; the library is of the version before it.
    """
    for version, step in STEPS.items():
        with engine.connect() as connection, connection.begin():
            lock = _LOCKS.get(engine.dialect.name)
            if lock:
                connection.exec_driver_sql(lock)
            if _version(connection) < version:
                step(Operations(MigrationContext.configure(connection)))
                connection.execute(sa.text("INSERT INTO schema (version) VALUES (:version)"), {"version": version})


def _version(connection: Connection) -> int:
    return connection.execute(sa.text("SELECT max(version) FROM schema")).scalar_one() or 0


def _to_2(op: Operations) -> None:
    """Findings, which the first version has since its second day; fingerprints."""
    _table(
        op,
        "findings_revision",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("series_uid", sa.String(200), sa.ForeignKey("series.uid"), nullable=False, index=True),
        sa.Column("base", sa.Integer, sa.ForeignKey("findings_revision.id")),
        _text("author", 200),
        sa.Column("time", sa.DateTime, nullable=False),
        _text("model", 64),
        _text("model_version", 32),
        _text("note"),
        _text("labels"),
    )
    _table(
        op,
        "fingerprint",
        sa.Column("series_uid", sa.String(200), primary_key=True),
        sa.Column("time", sa.DateTime, nullable=False),
        _text("files"),
        _text("pixels", 64),
    )


def _to_3(op: Operations) -> None:
    """Measurements; the catalogue of studies."""
    _table(op, "measurement_revision", *_states())
    _table(
        op,
        "study",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("patient_key", sa.String(64), nullable=False, index=True),
        *(_text(name) for name in ("patient_id", "patient_name", "birth_date", "sex", "issuer")),
        _text("study_uid", 200),
        sa.Column("date", sa.String(16), nullable=False, index=True),
        _text("description"),
        _text("accession", 64),
        _text("modalities"),
        sa.Column("series", sa.Integer, nullable=False),
        sa.Column("images", sa.Integer, nullable=False),
        _text("words"),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("missing", sa.Boolean, nullable=False),
        sa.Column("added", sa.DateTime, nullable=False),
        sa.Column("opened", sa.DateTime, index=True),
    )
    _table(
        op,
        "study_item",
        sa.Column("study_key", sa.String(64), sa.ForeignKey("study.key"), primary_key=True),
        sa.Column("identity", sa.String(500), primary_key=True),
        _text("kind", 16),
        _text("value"),
        _text("place"),
        _text("stamp", 64),
    )
    _table(
        op,
        "indexed_folder",
        sa.Column("path", sa.String(1000), primary_key=True),
        sa.Column("asked", sa.DateTime, nullable=False),
        sa.Column("finished", sa.DateTime),
    )


def _to_4(op: Operations) -> None:
    """Key images; who did what to which segment."""
    _table(op, "key_image_revision", *_states(), sa.Column("picture", sa.LargeBinary, nullable=False))
    _table(
        op,
        "attribution",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("revision", sa.Integer, sa.ForeignKey("mask_revision.id"), nullable=False, index=True),
        sa.Column("value", sa.Integer, nullable=False),
        _text("action", 16),
        _text("author", 200),
        sa.Column("time", sa.DateTime, nullable=False),
        _text("model", 64),
        _text("model_version", 32),
    )


def _to_5(op: Operations) -> None:
    """Work queues; revisions that belong to a blind reading."""
    if "reading" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("mask_revision")}:
        op.add_column("mask_revision", sa.Column("reading", sa.Integer))
    _table(
        op,
        "queue",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("readings", sa.Integer, nullable=False),
        _text("adjudicator", 200),
        _text("author", 200),
        sa.Column("made", sa.DateTime, nullable=False),
    )
    _table(
        op,
        "queue_case",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("queue", sa.String(200), sa.ForeignKey("queue.name"), nullable=False, index=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("series_uid", sa.String(200), nullable=False, index=True),
        _text("title"),
        sa.Column("base", sa.Integer, sa.ForeignKey("mask_revision.id")),
        sa.Column("begun", sa.DateTime),
        sa.UniqueConstraint("queue", "series_uid", name="uq_queue_case_series"),
    )
    _table(
        op,
        "queue_reading",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("queue_case.id"), nullable=False),
        sa.Column("slot", sa.Integer),
        _text("reader", 200),
        _text("state", 16),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("started", sa.DateTime),
        sa.Column("finished", sa.DateTime),
        sa.Column("revision", sa.Integer, sa.ForeignKey("mask_revision.id")),
        sa.UniqueConstraint("case_id", "slot", name="uq_queue_reading_slot"),
        sa.UniqueConstraint("case_id", "reader", name="uq_queue_reading_reader"),
        sqlite_autoincrement=True,
    )


def _to_6(op: Operations) -> None:
    """Answers to the questions of label sets."""
    _table(
        op,
        "answer_revision",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("study_key", sa.String(64), nullable=False, index=True),
        sa.Column("series_uid", sa.String(200), sa.ForeignKey("series.uid"), nullable=False, index=True),
        _text("level", 16),
        sa.Column("k", sa.Integer),
        _text("region", 100),
        _text("label_set", 64),
        sa.Column("set_version", sa.Integer, nullable=False),
        _text("question", 64),
        _text("chosen"),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        _text("author", 200),
        sa.Column("time", sa.DateTime, nullable=False),
        _text("model", 64),
        _text("model_version", 32),
    )


def _to_7(_op: Operations) -> None:
    """Masks in layers: the tables stay, but programs of the versions before cannot read the boxes of several layers."""


STEPS: dict[int, Callable[[Operations], None]] = {2: _to_2, 3: _to_3, 4: _to_4, 5: _to_5, 6: _to_6, 7: _to_7}


def _states() -> tuple[sa.Column[Any], ...]:
    """Columns of a table of states that are added and never changed."""
    return (
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("series_uid", sa.String(200), sa.ForeignKey("series.uid"), nullable=False, index=True),
        sa.Column("uid", sa.String(64), nullable=False, index=True),
        _text("author", 200),
        sa.Column("time", sa.DateTime, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        _text("content"),
    )


def _text(name: str, length: int | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.Text if length is None else sa.String(length), nullable=False)


def _table(op: Operations, name: str, *columns: sa.Column[Any] | sa.UniqueConstraint, **options: bool) -> None:
    if not sa.inspect(op.get_bind()).has_table(name):
        op.create_table(name, *columns, **options)
