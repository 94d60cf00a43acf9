"""Indexing a folder: its studies go to the catalogue as they are found, and are not opened."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imaging.library.catalogued import files_of, identity, study_key
from imaging.progress import Report
from imaging.sandbox import Sandbox
from imaging.study import Document, Series, Study

if TYPE_CHECKING:
    from imaging.library.catalogue import Catalogue

_AT_ONCE = 250
"""Series that go to the database in one transaction: between two, the work can be stopped."""

_Identity = tuple[str, tuple[Path, ...]]


@dataclass(frozen=True)
class Indexed:
    """What a folder holds: numbers of studies and series, of all files, and of those that could not be read."""

    studies: int
    series: int
    refused: int
    files: int
    seconds: float

    @property
    def files_per_second(self) -> int:
        """How quickly they were listed."""
        return round(self.files / max(self.seconds, 1e-3))


class Index:
    """Puts what is found of one folder into the catalogue, each series once for each set of files.

    Args:
        found: called after each transaction, from the thread of the work.
    """

    def __init__(self, catalogue: "Catalogue", report: Report, found: Callable[[], object]) -> None:
        self._catalogue, self._tell, self._found = catalogue, report, found
        self._listed: dict[_Identity, Series | Document] = {}
        self._studies: set[str] = set()
        self._progress = 0, 0, ""
        self._begun_s = time.monotonic()

    def report(self, done: int, total: int, text: str) -> None:
        """Pass on how far the reading is.

        Raises:
            Cancelled: the person no longer wants it.
        """
        self._progress = done, total, text
        self._tell(done, total, text)

    def take(self, study: Study) -> None:
        """List what is new in ``study``, or told otherwise now: of a part, a phase says that it is one of few.

        Raises:
            LibraryError: it could not be written.
            Cancelled: the person no longer wants it.
        """
        new = [item for item in (*study.series, *study.documents) if self._listed.get(_identity(item)) != item]
        for start in range(0, len(new), _AT_ONCE):
            some = new[start : start + _AT_ONCE]
            self._studies.update(self._catalogue.add(some, archive_of(study)))
            self._listed.update((_identity(item), item) for item in some)
            self._found()
            self._tell(*self._progress)

    def finish(self, study: Study) -> Indexed:
        """What there was: ``study`` is all of it. What looked otherwise while only a part was known is taken back."""
        self.take(study)
        final = {study_key(item) + identity(item) for item in (*study.series, *study.documents)}
        passing = [item for item in self._listed.values() if study_key(item) + identity(item) not in final]
        if passing:
            self._catalogue.take_off(passing)
        files = {file for item in (*study.series, *study.documents) for file in files_of(item)}
        files.update(one.file for one in study.refused)
        seconds = time.monotonic() - self._begun_s
        return Indexed(len(self._studies), len(study.series), len(study.refused), len(files), seconds)


def index_folder(
    folder: Path, sandbox: Sandbox, catalogue: "Catalogue", report: Report, found: Callable[[], object]
) -> Indexed:
    """What ``folder`` holds; its studies are in the catalogue when this returns, the first ones long before.

    Files that vanish meanwhile are left out.

    Raises:
        ReadError: there is no such folder, or it may not be read.
        LibraryError: the catalogue could not be written.
        Cancelled: by ``report``; what was found stays listed.
    """
    index = Index(catalogue, report, found)
    return index.finish(sandbox.open_study(folder, index.report, index.take))


def archive_of(study: Study) -> Path | None:
    """The archive that was opened: a file with series that do not lie beside it."""
    if not study.path.is_file() or not study.series:
        return None
    return None if study.series[0].files[0].is_relative_to(study.path.parent) else study.path


def look_for_missing(catalogue: "Catalogue", report: Report) -> dict[str, bool]:
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


def _identity(item: Series | Document) -> _Identity:
    """A series grows while its folder is listed: its files tell."""
    return item.uid if isinstance(item, Series) else "", files_of(item)
