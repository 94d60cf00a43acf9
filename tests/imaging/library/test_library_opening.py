"""A database that others make in the same moment, in whatever language it says so."""

from pathlib import Path

import pytest
from psycopg import errors
from sqlalchemy import Engine
from sqlalchemy.exc import ProgrammingError

from imaging.errors import LibraryError
from imaging.library.schema import Base
from imaging.library.store import Library

MEANWHILE = (
    errors.DuplicateTable("Relation »schema« existiert bereits"),
    errors.UniqueViolation("doppelter Schlüsselwert verletzt Unique-Constraint »pg_type_typname_nsp_index«"),
    errors.DuplicateObject("Typ »schema« existiert bereits"),
    errors.DuplicateColumn("Spalte »reading« von Relation »mask_revision« existiert bereits"),
)


def refuse_first(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Have the database refuse the tables once, with an error of its driver."""
    make, refusals = Base.metadata.create_all, iter([ProgrammingError("CREATE TABLE schema", None, error)])

    def refused(engine: Engine) -> None:
        for refusal in refusals:
            raise refusal
        make(engine)

    monkeypatch.setattr(Base.metadata, "create_all", refused)


@pytest.mark.parametrize("error", MEANWHILE, ids=lambda each: each.sqlstate)
def test_a_library_that_another_program_makes_meanwhile_is_opened_in_any_language(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception
) -> None:
    refuse_first(monkeypatch, error)
    library = Library(tmp_path / "library.sqlite")
    assert library.annotated_series() == ()
    library.close()


def test_what_is_refused_for_another_reason_is_said_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refuse_first(monkeypatch, errors.InsufficientPrivilege("keine Berechtigung: already exists"))
    with pytest.raises(LibraryError, match=r"cannot be opened .*keine Berechtigung"):
        Library(tmp_path / "library.sqlite")
