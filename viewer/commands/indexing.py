"""Indexing folders in the background: one after the other, gone on with when the program ended before."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from imaging.errors import LibraryError
from imaging.library.shelf import Shelf
from imaging.sandbox import Sandbox
from viewer.commands.cataloguing import Cataloguing
from viewer.errors import words
from viewer.jobs.indexing import Indexed, index_folder
from viewer.jobs.runner import Runner
from viewer.state.notices import Notices
from viewer.state.studies import Indexing, Studies

REFRESH_MS = 500
"""The list is read anew at most this often while it grows."""
_KEY = "index"


class FolderIndexing(QObject):
    """Lists the studies of folders without opening them."""

    _found = Signal()

    def __init__(
        self,
        studies: Studies,
        notices: Notices,
        background: Runner,
        shelf: Shelf,
        sandbox: Sandbox,
        cataloguing: Cataloguing,
    ) -> None:
        super().__init__()
        self._studies, self._notices, self._background = studies, notices, background
        self._shelf, self._sandbox, self._cataloguing = shelf, sandbox, cataloguing
        self._waiting: list[Path] = []
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(cataloguing.refresh)
        self._found.connect(self._on_found, Qt.ConnectionType.QueuedConnection)
        background.progressed.connect(self._on_progress)

    def resume(self) -> None:
        """Go on with the folders that were not finished when the program ended."""
        self._background.start(
            "unfinished", "", lambda _: self._shelf.catalogue.unfinished_folders(), self.index, self._failed
        )

    def index(self, folders: Sequence[Path]) -> None:
        """List the studies in ``folders``."""
        busy = self._studies.indexing
        for folder in folders:
            absolute = folder.absolute()
            if absolute not in self._waiting and (busy is None or busy.folder != absolute):
                self._keep(lambda folder=absolute: self._shelf.catalogue.begin_folder(folder, datetime.now(UTC)))
                self._waiting.append(absolute)
        if busy is None:
            self._next()

    def stop(self) -> None:
        """Give up the folder that is being indexed; what was found stays listed."""
        indexing = self._studies.indexing
        if indexing is not None:
            self._background.cancel(_KEY)
            self._end(indexing.folder, None)
            self._notices.add("info", f"Indexing of {indexing.folder} stopped. What was found stays listed.")

    def _next(self) -> None:
        if not self._waiting:
            self._studies.set_indexing(None)
            return
        folder = self._waiting.pop(0)
        self._studies.set_indexing(Indexing(folder))
        self._background.start(
            _KEY,
            "",
            lambda report: index_folder(folder, self._sandbox, self._shelf.catalogue, report, self._found.emit),
            lambda found: self._indexed(folder, found),
            lambda error: self._not_indexed(folder, error),
        )

    def _indexed(self, folder: Path, found: Indexed) -> None:
        studies = "1 study" if found.studies == 1 else f"{found.studies} studies"
        what = f"{studies}, {found.series} series; {found.files} files, {found.files_per_second} a second"
        refused = f"; {found.refused} files were not opened" if found.refused else ""
        self._notices.add("info", f"{folder} is indexed: {what}{refused}.")
        self._end(folder, datetime.now(UTC))

    def _not_indexed(self, folder: Path, error: BaseException) -> None:
        self._failed(error)
        self._end(folder, None)

    def _end(self, folder: Path, finished: datetime | None) -> None:
        self._keep(lambda: self._shelf.catalogue.end_folder(folder, finished))
        self._cataloguing.refresh()
        self._next()

    def _on_found(self) -> None:
        """Show the first rows at once, later ones in turns."""
        if not self._timer.isActive():
            self._timer.start(REFRESH_MS if self._studies.listed else 0)

    def _on_progress(self, key: str, done: int, total: int) -> None:
        if key == _KEY:
            self._studies.progress(done, total)

    def _keep(self, write: Callable[[], None]) -> None:
        try:
            write()
        except LibraryError as error:
            self._failed(error)

    def _failed(self, error: BaseException) -> None:
        self._notices.add("error", words(error))
