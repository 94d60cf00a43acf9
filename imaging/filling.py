"""A volume filled plane by plane: nearest to what is looked at first, several at a time."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from imaging.arrival import Arrival
from imaging.progress import Report
from imaging.volume import Volume

PLANES_A_TASK = 8
"""Planes that are read in one go: finding them in a file, or waking a thread, costs as much as reading a few."""


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

    Args:
        chunks: all planes of the volume.
        read: brings some of them to their places; from several threads.
        make: the volume around the array; called when the first of them is there.
        report: told of every task; may cancel.
        arrival: handed the volume while it fills.
        most: planes in one go.
        threads: that read at the same time; as many as there are cores when left out.
    """

    def __init__(
        self,
        chunks: Sequence[Chunk],
        read: Callable[[Sequence[Chunk]], None],
        make: Callable[[], Volume],
        report: Report,
        arrival: Arrival | None,
        most: int = PLANES_A_TASK,
        threads: int | None = None,
    ) -> None:
        self._left, self._count = list(chunks), sum(len(chunk.ks) for chunk in chunks)
        self._read, self._make, self._report, self._arrival, self._most = read, make, report, arrival, most
        self._threads = threads or os.cpu_count() or 1
        self._wanted: int | None = None
        self._volume: Volume | None = None
        self._done = 0

    def run(self) -> Volume:
        """The volume, all its planes in place.

        Raises:
            Cancelled: by ``report``. Whatever ``read`` raises passes, too.
        """
        first = [self._next()]
        self._tell()
        self._read(first)
        self._arrived(first)
        threads = min(len(self._left), self._threads)
        if threads > 0:
            with ThreadPoolExecutor(threads, "wetread-planes") as pool:
                try:
                    self._fill(pool, threads)
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
        assert self._volume is not None, "the first plane makes the volume"
        return self._volume

    def _fill(self, pool: ThreadPoolExecutor, threads: int) -> None:
        """Keep every thread busy, and no more: what is wanted may change with each plane."""
        running: dict[Future[None], list[Chunk]] = {}
        while self._left or running:
            while self._left and len(running) <= threads:
                task = self._next_task()
                running[pool.submit(self._read, task)] = task
            ready, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in ready:
                task = running.pop(future)
                future.result()
                self._arrived(task)

    def _next(self) -> Chunk:
        """The chunk nearest to the plane that is looked at."""
        wanted = self._count // 2 if self._arrival is None else self._arrival.wanted()
        if wanted != self._wanted:
            self._wanted = wanted
            self._left.sort(key=lambda chunk: _distance(chunk, wanted), reverse=True)
        return self._left.pop()

    def _next_task(self) -> list[Chunk]:
        """The nearest chunks: one by one at first, then several, as a thread takes longer to wake than to read one."""
        task = [self._next()]
        planes, most = len(task[0].ks), min(self._most, 1 + self._done // 16)
        while self._left and not task[-1].is_slow and planes + len(self._left[-1].ks) <= most:
            task.append(self._left.pop())
            planes += len(task[-1].ks)
        return task

    def _arrived(self, task: Sequence[Chunk]) -> None:
        ks = [k for chunk in task for k in chunk.ks]
        self._done += len(ks)
        if self._volume is None:
            self._volume = self._make()
            if self._arrival is not None:
                self._arrival.begun(self._volume)
        if self._arrival is not None:
            for k in ks:
                self._arrival.arrived(k)
        self._tell()

    def _tell(self) -> None:
        self._report(self._done, self._count, f"Loading image {min(self._done + 1, self._count)} of {self._count}")


def _distance(chunk: Chunk, wanted: int) -> int:
    return min(abs(chunk.ks[0] - wanted), abs(chunk.ks[-1] - wanted))
