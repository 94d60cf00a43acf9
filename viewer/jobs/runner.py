"""Work off the main thread: latest wins per key, results arrive on the main thread."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from imaging.progress import Cancelled, Report

T = TypeVar("T")
Work = Callable[[Report], T]
JOIN_S = 10.0


@dataclass
class _Job:
    key: str
    title: str
    done: Callable[[Any], None]
    failed: Callable[[BaseException], None]
    stop: Event = field(default_factory=Event)
    thread: Thread | None = None


class Runner(QObject):
    """Runs plain functions in threads.

    Attributes:
        ended_for_good: it was shut down.

    Signals:
        started: (key, title) on the main thread.
        progressed: (key, done, total, text); total 0 means unknown.
        ended: (key), before the result or error is handed over, or when the job was cancelled.
        cancelled: (key), after ``ended``.
        stopped: (key), once the work of a cancelled job did stop; never when it came to its end all the same.
    """

    started = Signal(str, str)
    progressed = Signal(str, int, int, str)
    ended = Signal(str)
    cancelled = Signal(str)
    stopped = Signal(str)
    _reported = Signal(object, int, int, str)
    _returned = Signal(object, object, object)

    def __init__(self) -> None:
        super().__init__()
        self._jobs: dict[str, _Job] = {}
        self._threads: list[Thread] = []
        self.ended_for_good = False
        self._reported.connect(self._on_report, Qt.ConnectionType.QueuedConnection)
        self._returned.connect(self._on_return, Qt.ConnectionType.QueuedConnection)

    def start(
        self,
        key: str,
        title: str,
        work: Work[T],
        done: Callable[[T], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Run ``work(report)`` in a thread; an unfinished job of the same key is cancelled and its result dropped.

        Nothing is run any more after :meth:`shut_down`.
        """
        if self.ended_for_good:
            return
        self.cancel(key)
        job = _Job(key, title, done, failed)
        job.thread = Thread(target=self._run, args=(job, work), name=f"wetread-{key}", daemon=True)
        self._jobs[key] = job
        self._threads = [thread for thread in self._threads if thread.is_alive()] + [job.thread]
        self.started.emit(key, title)
        job.thread.start()

    def cancel(self, key: str) -> None:
        """Stop the job of this key; neither ``done`` nor ``failed`` will be called."""
        job = self._jobs.pop(key, None)
        if job is not None:
            job.stop.set()
            self.ended.emit(key)
            self.cancelled.emit(key)

    def busy(self, key: str | None = None) -> bool:
        """True while the job of this key (or any) has not been handed over."""
        return bool(self._jobs) if key is None else key in self._jobs

    def cancel_all(self) -> None:
        """Stop every job."""
        for key in list(self._jobs):
            self.cancel(key)

    def shut_down(self) -> None:
        """Cancel everything and wait for the threads; what is still to come is not begun."""
        self.ended_for_good = True
        self.cancel_all()
        for thread in self._threads:
            thread.join(JOIN_S)
        self._threads.clear()

    def _run(self, job: _Job, work: Work[Any]) -> None:
        def report(done: int, total: int, text: str) -> None:
            if job.stop.is_set():
                raise Cancelled
            self._reported.emit(job, done, total, text)

        result, error = None, None
        try:
            result = work(report)
        except BaseException as raised:  # noqa: BLE001  a thread's error must reach the window, whatever it is
            error = raised
        if not job.stop.is_set() or (isinstance(error, Cancelled) and not self.ended_for_good):
            self._returned.emit(job, result, error)

    def _current(self, job: _Job) -> bool:
        return self._jobs.get(job.key) is job

    def _on_report(self, job: _Job, done: int, total: int, text: str) -> None:
        if self._current(job):
            self.progressed.emit(job.key, done, total, text)

    def _on_return(self, job: _Job, result: Any, error: BaseException | None) -> None:
        if not self._current(job):
            if isinstance(error, Cancelled):
                self.stopped.emit(job.key)
            return
        del self._jobs[job.key]
        self.ended.emit(job.key)
        if error is None:
            job.done(result)
        elif not isinstance(error, Cancelled):
            job.failed(error)
