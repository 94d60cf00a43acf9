"""Opening the database: its place, its settings, its schema version."""

import importlib
import os
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, func, inspect, make_url, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.orm import Session

from imaging.errors import LibraryError
from imaging.library.schema import VERSION, Base, SchemaRow

LOCK_WAIT_S = 15
_PATIENCE = {"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "tcp_user_timeout": 10_000}
"""Of libpq: seconds, and milliseconds for the last."""

_THERE_ALREADY = frozenset(("42P07", "42710", "42701", "23505"))
"""A table, a type, a column, a row: SQLSTATE as in the appendix "PostgreSQL Error Codes" of its manual."""

ATTEMPTS = 8


def database_url(place: Path | str) -> URL:
    """The SQLAlchemy URL of a file path, or of a URL as text.

    Raises:
        LibraryError: the text is no URL.
    """
    text = str(place)
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).absolute()))
    try:
        return make_url(text)
    except SQLAlchemyError as error:
        raise LibraryError("the library's address is no SQLAlchemy URL; expected sqlite:///FILE or another") from error


def open_database(url: URL) -> Engine:
    """An engine on a database that holds the tables of this version; they are made where there are none.

    Raises:
        LibraryError: it cannot be reached, is another program's database, or was made by a newer Wetread.
    """
    name = url.database or url.render_as_string()
    try:
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = _engine(url)
        try:
            _prepare(engine, name)
            if url.get_backend_name() == "sqlite" and url.database:
                _watch(engine, Path(url.database))
        except BaseException:
            engine.dispose()
            raise
    except OSError as error:
        raise LibraryError(f"{name}: the library's folder cannot be made ({error.strerror})") from error
    except ImportError as error:
        raise LibraryError(f"{name}: the driver of {url.drivername} is missing; install {error.name}") from error
    except SQLAlchemyError as error:
        raise LibraryError(f"{name}: the annotation library cannot be opened ({cause(error)})") from error
    return engine


def cause(error: SQLAlchemyError) -> str:
    """The database's own words, one line."""
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        # A server that stops or restarts is noticed at the next question, and one that says nothing is not waited for.
        return create_engine(url, pool_pre_ping=True, connect_args=_PATIENCE if "psycopg" in url.drivername else {})
    engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_S})
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """WAL so that readers do not wait; FULL because WAL with NORMAL loses the last commits on power loss."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _watch(engine: Engine, file: Path) -> None:
    """Have no transaction begin once the file was deleted or exchanged: SQLite would write on where nobody looks."""
    if not file.exists():  # a library in memory
        return
    opened = file.stat()

    def check(*_: object) -> None:
        if not file.exists() or not os.path.samestat(opened, file.stat()):
            raise LibraryError(
                f"{file}: the library's file was taken away while it was open. Put it back, or start Wetread again."
            )

    event.listen(engine, "do_connect", check)
    event.listen(engine, "checkout", check)


def _prepare(engine: Engine, name: str) -> None:
    """Check the version; make the tables. Tried again when another process makes them in the same moment."""
    for attempt in range(ATTEMPTS):
        try:
            _check(engine, name)
            return
        except (OperationalError, ProgrammingError, IntegrityError) as error:
            if not _made_meanwhile(error) or attempt == ATTEMPTS - 1:
                raise
            time.sleep(0.05 * (attempt + 1))


def _made_meanwhile(error: DBAPIError) -> bool:
    """True where another process holds the database, or made what was to be made."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:  # PostgreSQL says it in the language that it was set up for
        return state in _THERE_ALREADY
    return any(word in cause(error) for word in ("locked", "already exists", "UNIQUE", "duplicate"))


def _check(engine: Engine, name: str) -> None:
    tables = set(inspect(engine).get_table_names())
    if tables and not tables & set(Base.metadata.tables):
        raise LibraryError(f"{name}: a database of another program, found {sorted(tables)[0]!r}. Choose another file.")
    with Session(engine) as session:
        found = session.scalar(select(func.max(SchemaRow.version))) if SchemaRow.__tablename__ in tables else None
    if found is not None and found > VERSION:
        raise LibraryError(
            f"{name}: made by a newer Wetread (found schema {found}, this one supports {VERSION}). Update Wetread."
        )
    if found is None:
        Base.metadata.create_all(engine)
        with Session(engine) as session, session.begin():
            session.add(SchemaRow(version=VERSION))
    elif found < VERSION:
        importlib.import_module("imaging.library.migrations").upgrade(engine)  # late: most starts need no migration
