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


STEPS: dict[int, Callable[[Operations], None]] = {2: _to_2, 3: _to_3, 4: _to_4}


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


def _table(op: Operations, name: str, *columns: sa.Column[Any]) -> None:
    if not sa.inspect(op.get_bind()).has_table(name):
        op.create_table(name, *columns)
