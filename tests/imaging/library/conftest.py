"""The store's tests run on SQLite and on a PostgreSQL of their own; those that look into the file on SQLite only."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from benchmarks.postgresql import postgresql, programs
from imaging.library.store import Library

KINDS = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        looks_inside = "place" in inspect.signature(metafunc.function).parameters
        metafunc.parametrize("database", KINDS[:1] if looks_inside else KINDS, indirect=True)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    with postgresql(("fsync=off", "full_page_writes=off", "synchronous_commit=off")) as url:
        yield url


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Of the SQLite file."""
    return tmp_path / "folder" / "library.sqlite"


@pytest.fixture
def database(request: pytest.FixtureRequest, place: Path) -> str:
    """Of an empty library."""
    if request.param == "sqlite":
        return str(place)
    url: str = request.getfixturevalue("server")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture
def library(database: str) -> Iterator[Library]:
    opened = Library(database)
    yield opened
    opened.close()
