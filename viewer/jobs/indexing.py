"""Indexing a folder: its studies go to the catalogue as they are found, and are not opened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from imaging.library.catalogue import Catalogue
from imaging.library.catalogued import files_of, study_key
from imaging.progress import Report
from imaging.sandbox import Sandbox
from imaging.study import Document, Series, Study

_AT_ONCE = 250
"""Series that go to the database in one transaction: between two, the work can be stopped."""


@dataclass(frozen=True)
class Indexed:
    """What a folder holds: numbers of studies and series, and of files that could not be read."""

    studies: int
    series: int
    refused: int


class Index:
    """Puts what is found of one folder into the catalogue, each series once.

    Args:
        found: called after each transaction, from the thread of the work.
    """

    def __init__(self, catalogue: Catalogue, report: Report, found: Callable[[], object]) -> None:
        self._catalogue, self._report, self._found = catalogue, report, found
        self._done: set[tuple[str, tuple[Path, ...]]] = set()
        self._studies: set[str] = set()

    def take(self, study: Study) -> None:
        """List what is new in ``study``.

        Raises:
            LibraryError: it could not be written.
            Cancelled: by ``report``.
        """
        new = [item for item in (*study.series, *study.documents) if _identity(item) not in self._done]
        for start in range(0, len(new), _AT_ONCE):
            some = new[start : start + _AT_ONCE]
            self._studies.update(self._catalogue.add(some, archive_of(study)))
            self._done.update(_identity(item) for item in some)
            self._found()
            self._report(start + len(some), len(new), "Listing")

    def result(self, study: Study) -> Indexed:
        """What there was, once all is taken."""
        return Indexed(len(self._studies), len(study.series), len(study.refused))


def index_folder(
    folder: Path, sandbox: Sandbox, catalogue: Catalogue, report: Report, found: Callable[[], object]
) -> Indexed:
    """What ``folder`` holds; its studies are in the catalogue when this returns, the first ones long before.

    Files that vanish meanwhile are left out.

    Raises:
        ReadError: there is no such folder, or it may not be read.
        LibraryError: the catalogue could not be written.
        Cancelled: by ``report``; what was found stays listed.
    """
    index = Index(catalogue, report, found)
    study = sandbox.open_study(folder, report, index.take)
    index.take(study)
    return index.result(study)


def archive_of(study: Study) -> Path | None:
    """The archive that was opened: a file with series that do not lie beside it."""
    if not study.path.is_file() or not study.series:
        return None
    return None if study.series[0].files[0].is_relative_to(study.path.parent) else study.path


def look_for_missing(catalogue: Catalogue, report: Report) -> dict[str, bool]:
    """For each study of the catalogue whether all of its files are gone; noted there too.

    Raises:
        LibraryError: the catalogue could not be read or written.
        Cancelled: by ``report``.
    """
    gone: dict[str, bool] = {}
    places = catalogue.places()
    for n, (key, place) in enumerate(places):
        report(n, len(places), "Looking for files")
        gone[key] = gone.get(key, True) and not place.exists()
    catalogue.set_missing(gone)
    return gone


def of_study(study: Study, key: str) -> Sequence[Series | Document]:
    """The series and documents in ``study`` that belong to the catalogued study ``key``."""
    return [item for item in (*study.series, *study.documents) if study_key(item) == key]


def _identity(item: Series | Document) -> tuple[str, tuple[Path, ...]]:
    """With all files: a series that lies far apart is found piece by piece."""
    return item.uid if isinstance(item, Series) else "", tuple(files_of(item))
