"""A volume filled plane by plane: nearest to what is looked at first, several at a time."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from imaging.arrival import Arrival
from imaging.progress import Report
from imaging.volume import Volume

PLANES_A_TASK = 8
"""Planes that are read in one go: finding them in a file, or waking a thread, costs as much as reading a few."""

_LOOK_AGAIN_S, _LAST_READ_S = 0.1, 1.0


class SilenceError(Exception):
    """Nothing came for so long that the filling was given up."""


@dataclass(frozen=True)
class Chunk:
    """Planes that are read together.

    Attributes:
        ks: their positions in the volume, in order.
        is_slow: where reading one takes far longer than waking a thread.
    """

    ks: tuple[int, ...]
    is_slow: bool = False


class Filling:
    """One filling of one array.

    Threads of its own take task after task; the calling thread hands over what they have read. None of them keeps the
    program alive: a read from a disk that does not answer cannot be interrupted.

    Args:
        chunks: all planes of the volume, one at least.
        read: brings some of them to their places; from several threads.
        report: told of every task; may cancel.
        arrival: handed the volume while it fills, by the calling thread; asked what is looked at by the others.
        most: planes in one go.
        threads: that read at the same time; as many as there are cores when left out.
        silence_s: seconds without a task done after which it is given up; ``report`` is asked meanwhile, and a thread
            whose read does not end is left behind. When left out it is waited for: others watch over this process.
    """

    def __init__(
        self,
        chunks: Sequence[Chunk],
        read: Callable[[Sequence[Chunk]], None],
        report: Report,
        arrival: Arrival | None,
        most: int = PLANES_A_TASK,
        threads: int | None = None,
        silence_s: float | None = None,
    ) -> None:
        self._left, self._count = list(chunks), sum(len(chunk.ks) for chunk in chunks)
        self._read, self._report, self._arrival, self._most = read, report, arrival, most
        self._threads, self._silence_s = threads or os.cpu_count() or 1, silence_s
        self._first: Sequence[Chunk] = ()
        self._crew: list[threading.Thread] = []
        self._lock, self._given_up = threading.Lock(), False
        self._finished: SimpleQueue[Sequence[Chunk] | BaseException] = SimpleQueue()
        self._wanted: int | None = None
        self._taken = self._done = 0

    def start(self) -> None:
        """Begin to read; what is read waits for :meth:`run`."""
        self._first, count = self._next_task(), min(len(self._left) + 1, self._threads)
        self._crew = [
            threading.Thread(
                target=self._work, args=(() if n else self._first,), name=f"wetread-planes-{n}", daemon=True
            )
            for n in range(count)
        ]
        for thread in self._crew:
            thread.start()

    def run(self, make: Callable[[], Volume]) -> Volume:
        """The volume, all its planes in place.

        Args:
            make: the volume around the array; called while the first plane is read.

        Raises:
            SilenceError: nothing came for too long.
            Cancelled: by ``report``. Whatever ``read`` raises passes, too.
        """
        try:
            self._tell()
            if not self._crew:
                self.start()
            volume = make()
            early = self._first_come()
            if self._arrival is not None:
                self._arrival.begun(volume)
            for task in early:
                self._hand_over(task)
            while self._done < self._count:
                self._hand_over(self._next_done())
        finally:
            self.stop()
        return volume

    def stop(self) -> None:
        """Let reads under way end: nothing is written to the array after that, unless a disk does not answer."""
        self._given_up = True
        until = time.monotonic() + _LAST_READ_S
        for thread in self._crew:
            if thread.ident:
                thread.join(None if self._silence_s is None else max(0.0, until - time.monotonic()))

    def _first_come(self) -> list[Sequence[Chunk]]:
        """The task of the plane that is looked at, then those that were done before it."""
        early: list[Sequence[Chunk]] = []
        while (done := self._next_done()) is not self._first:
            early.append(done)
        return [self._first, *early]

    def _work(self, first: Sequence[Chunk] = ()) -> None:
        """Task after task, in a thread of its own, as long as there are any."""
        try:
            while task := first or self._next_task():
                first = ()
                self._read(task)
                self._finished.put(task)
        except BaseException as error:  # noqa: BLE001 - all belong to the caller, in whose stead this thread reads
            self._finished.put(error)

    def _next_task(self) -> list[Chunk]:
        """The nearest chunks: one by one at first and at last, else several, as handing them over takes time, too."""
        with self._lock:
            if not self._left or self._given_up:
                return []
            wanted = self._count // 2 if self._arrival is None else self._arrival.wanted()
            if wanted != self._wanted:
                self._wanted = wanted
                self._left.sort(key=lambda chunk: _distance(chunk, wanted), reverse=True)
            task = [self._left.pop()]
            planes, most = len(task[0].ks), min(self._most, 1 + min(self._taken, self._count - self._taken) // 4)
            while self._left and not task[-1].is_slow and planes + len(self._left[-1].ks) <= most:
                task.append(self._left.pop())
                planes += len(task[-1].ks)
            self._taken += planes
            return task

    def _next_done(self) -> Sequence[Chunk]:
        """What was read next."""
        since = time.monotonic()
        while True:
            try:
                done = self._finished.get(timeout=None if self._silence_s is None else _LOOK_AGAIN_S)
            except Empty:
                if self._silence_s is not None and time.monotonic() - since > self._silence_s:
                    raise SilenceError(f"no answer for {self._silence_s:g} s") from None
                self._tell()
            else:
                if not isinstance(done, BaseException):
                    return done
                try:
                    raise done
                finally:
                    del done  # its traceback holds this frame: the array would outlive both

    def _hand_over(self, task: Sequence[Chunk]) -> None:
        ks = [k for chunk in task for k in chunk.ks]
        self._done += len(ks)
        if self._arrival is not None:
            for k in ks:
                self._arrival.arrived(k)
        self._tell()

    def _tell(self) -> None:
        self._report(self._done, self._count, f"Loading image {min(self._done + 1, self._count)} of {self._count}")


def _distance(chunk: Chunk, wanted: int) -> int:
    return min(abs(chunk.ks[0] - wanted), abs(chunk.ks[-1] - wanted))
