"""Every finished step goes into the journal of its series before the person can do another one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from imaging.errors import JournalError, LibraryError, SaveError
from imaging.history import Step
from imaging.library.journal import Journal
from imaging.library.journal_entries import Entry, Saved
from imaging.library.queued import BlindReading
from imaging.library.recovery import journal_path, tidy
from imaging.mask_delta import packed
from viewer.errors import words
from viewer.state.mask import Mask
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation

RETRY_MS = 5000


@dataclass(frozen=True)
class _Written:
    """What came of writing: ``small`` is the step of ``mask`` packed; not ``counted``: nothing waited for it."""

    journal: Journal | None
    error: Exception | None
    mask: Mask | None = None
    entry: Entry | None = None
    small: Step | None = None
    counted: bool = True


class Journalling(QObject):
    """Writes what is done, taken back and done again, in order.

    Small steps are handed to the system at once, so that they outlive a kill at any moment, and are synchronised with
    the disk a moment later in a thread. Large ones are packed and written there; what comes after them waits its turn.

    Args:
        folder: of the journals.
        library: gives the name of the library that the series' revisions are kept in.
    """

    _ended = Signal(object)

    def __init__(self, segmentation: Segmentation, notices: Notices, folder: Path, library: Callable[[], str]) -> None:
        super().__init__()
        self._notices, self._folder, self._library = notices, folder, library
        self._thread = ThreadPoolExecutor(1, "wetread-journal")
        self._waiting = 0
        self._to_sync: set[Journal] = set()
        self._open: set[Journal] = set()
        self._failing: set[Journal] = set()
        self._retry = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry.timeout.connect(self.retry)
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
        segmentation.recorded.connect(self.record)

    @property
    def waiting(self) -> int:
        """How many entries are not written yet."""
        return self._waiting

    def open(self, series_uid: str, blind: BlindReading | None = None, name: str = "") -> Journal | None:
        """The journal of a series, or of a blind reading; None, and the person is told why, when there can be none.

        Args:
            name: of the series, for words.
        """
        try:
            journal = Journal(journal_path(self._folder, self._library(), series_uid, blind))
        except (JournalError, LibraryError) as error:
            self._notices.add("warning", f"{name}: {words(error)}" if name else words(error))
            return None
        self._open.add(journal)
        return journal

    def record(self, mask: Mask, entry: Entry) -> None:
        """Write what was just done with ``mask``."""
        if self._waiting or (isinstance(entry, Step) and entry.loose):
            self._write_later(mask.journal, entry, mask)
            return
        if mask.journal is None:
            return
        try:
            mask.journal.append(entry)
        except SaveError as error:
            self._fail(mask.journal, error)
            return
        self._succeed(mask.journal)
        if mask.journal not in self._to_sync:
            self._to_sync.add(mask.journal)
            self._thread.submit(self._sync, mask.journal)

    def saved(self, mask: Mask, revision: int) -> None:
        """Write that the library holds ``mask`` as ``revision``."""
        if mask.journal is not None:
            self.record(mask, Saved(revision))

    def holds(self, mask: Mask) -> bool:
        """True when all that was done with ``mask`` is on the disk; waits for what is under way."""
        if mask.journal is None:
            return False
        try:
            self._thread.submit(_write_out, mask.journal).result()
        except (SaveError, JournalError):
            return False
        return True

    def close(self, mask: Mask) -> None:
        """Let go of a mask's journal when all of it is written."""
        journal, mask.journal = mask.journal, None
        if journal is not None:
            self._open.discard(journal)
            self._thread.submit(journal.close).result()

    def shut_down(self) -> None:
        """Write everything that waits and let go of all journals."""
        self._retry.stop()
        for journal in self._open:
            self._thread.submit(journal.close)
        self._open.clear()
        self._thread.shutdown(wait=True)

    def retry(self) -> None:
        """Try again to write what could not be written."""
        for journal in self._failing & self._open:
            self._write_later(journal)

    def _write_later(self, journal: Journal | None, entry: Entry | None = None, mask: Mask | None = None) -> None:
        self._waiting += 1
        self._thread.submit(self._write, journal, entry, mask)

    def _write(self, journal: Journal | None, entry: Entry | None, mask: Mask | None) -> None:
        """In the thread: pack, write, synchronise."""
        small = packed(entry) if isinstance(entry, Step) and entry.loose else None
        error = None
        try:
            if journal is not None:
                journal.append(*_entries(small or entry))
                journal.sync()
                tidy(journal)
        except (SaveError, JournalError) as caught:
            error = caught
        self._ended.emit(_Written(journal, error, mask, entry, small))

    def _sync(self, journal: Journal) -> None:
        """In the thread: wait for the disk."""
        self._to_sync.discard(journal)
        try:
            journal.sync()
        except SaveError as error:
            self._ended.emit(_Written(journal, error, counted=False))

    def _on_ended(self, written: _Written) -> None:
        if written.counted:
            self._waiting -= 1
        if written.mask is not None and written.small is not None and isinstance(written.entry, Step):
            written.mask.history.exchange(written.entry, written.small)
        if written.journal is None or written.journal not in self._open:
            return
        if written.error is None:
            self._succeed(written.journal)
        else:
            self._fail(written.journal, written.error)

    def _succeed(self, journal: Journal) -> None:
        if journal in self._failing:
            self._failing.discard(journal)
            self._notices.add("info", "Your changes are kept in the journal again.")

    def _fail(self, journal: Journal, error: Exception) -> None:
        """Say so once, and try again until it works; meanwhile the changes are in the window and its undo line."""
        if journal not in self._failing:
            self._failing.add(journal)
            self._notices.add("error", f"{words(error)} Your changes are only in this window until that is mended.")
        self._retry.start()


def _write_out(journal: Journal) -> None:
    journal.append()
    journal.sync()


def _entries(entry: Entry | None) -> tuple[Entry, ...]:
    return () if entry is None else (entry,)
