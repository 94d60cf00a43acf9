"""One case ahead of the person: taken from the queue and its images loaded while the case before is read."""

from imaging.library.queued import Case, WorkQueue
from imaging.library.shelf import Shelf
from imaging.progress import Report
from imaging.study import Series
from viewer.commands.loading import Loading
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.state.notices import Notices

_KEY = "case ahead"


class Preloading:
    """Holds at most one case, so that the memory of two volumes is enough.

    Args:
        background: runs what nobody waits for.
    """

    def __init__(self, notices: Notices, background: Runner, shelf: Shelf, loading: Loading) -> None:
        self._notices, self._background, self._shelf, self._loading = notices, background, shelf, loading
        self._case: Case | None = None

    @property
    def case(self) -> Case | None:
        """The case that comes next, once it is known."""
        return self._case

    def look_ahead(self, queue: WorkQueue, reader: str, current: Case) -> None:
        """Take the case after ``current`` and begin to load it, unless that was done."""
        if self._case is not None or self._background.busy(_KEY):
            return

        def take(_: Report) -> tuple[Case, Series | None] | None:
            found = self._shelf.queues.next(queue, reader, [current.id])
            return None if found is None else (found, self._shelf.catalogue.series(found.series_uid))

        self._background.start(_KEY, "", take, self._taken, lambda error: self._notices.add("warning", words(error)))

    def hand_over(self) -> Case | None:
        """The case ahead, which is no longer held; None while it is not known."""
        self._background.cancel(_KEY)
        case, self._case = self._case, None
        return case

    def drop(self) -> None:
        """Forget the case and its images; it stays taken."""
        self.hand_over()
        self._loading.drop_ahead()

    def _taken(self, found: tuple[Case, Series | None] | None) -> None:
        if found is not None:
            self._case, series = found
            if series is not None:
                self._loading.load_ahead(series)
