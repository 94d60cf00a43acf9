"""The shelf: cheap until it is asked, then the same library for everybody."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from imaging.errors import LibraryError
from imaging.library.shelf import Shelf
from imaging.library.store import Library


def test_nothing_is_loaded_or_made_before_the_first_question(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from imaging.library.shelf import Shelf; "
        "shelf = Shelf(sys.argv[1]); shelf.close(); "
        "sys.exit('sqlalchemy' in sys.modules or Path(sys.argv[1]).exists())"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "library.sqlite")], check=True)


def test_everybody_gets_one_library_and_a_closed_shelf_opens_anew(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "library.sqlite")
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: id(shelf.library), range(32)))
    assert found == {id(shelf.library)}
    before = shelf.library
    shelf.close()
    assert shelf.library is not before
    assert shelf.catalogue.studies() == shelf.measured.of("1") == shelf.key_images.of(["1"]) == shelf.revisions.of("1")
    shelf.close()


def test_the_name_is_the_librarys_also_where_it_cannot_be_opened(tmp_path: Path) -> None:
    place = tmp_path / "library.sqlite"
    library = Library(place)
    assert Shelf(place).name == library.name
    library.close()
    assert Shelf("postgresql://reader:secret@nowhere/one").name == "postgresql://reader:***@nowhere/one"
    with pytest.raises(LibraryError, match="no SQLAlchemy URL"):
        _ = Shelf("://").name


def test_a_library_that_cannot_be_opened_says_so_at_each_question_until_it_can(tmp_path: Path) -> None:
    place = tmp_path / "library.sqlite"
    Library(place).close()
    with sqlite3.connect(place) as database:
        database.execute("update schema set version = 1000")
    shelf = Shelf(place)
    for _ in range(2):
        with pytest.raises(LibraryError, match="made by a newer Wetread"):
            _ = shelf.catalogue
    with sqlite3.connect(place) as database:
        database.execute("delete from schema")
    database.close()
    assert shelf.library.annotated_series() == ()
    shelf.close()


def test_opened_in_a_thread_no_later_part_loads_anything(tmp_path: Path) -> None:
    code = (
        "import sys; from imaging.library.shelf import Shelf; shelf = Shelf(sys.argv[1]); shelf.open(); "
        "known = set(sys.modules); shelf.catalogue, shelf.revisions, shelf.measured, shelf.key_images, shelf.answered, "
        "shelf.queues; new = set(sys.modules) - known; shelf.close(); sys.exit(', '.join(new) or 0)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "library.sqlite")], check=True)
