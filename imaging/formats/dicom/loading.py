"""The frames of a stack into one array: nearest to what is looked at first, several at a time."""

import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from imaging.arrival import Arrival, Planes, PlaneTaker
from imaging.errors import ReadError
from imaging.formats.dicom.fill import FilledArray, OwnPlanes, TooNarrow
from imaging.formats.dicom.grid import Stack
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.modality import ModalityTransform
from imaging.formats.dicom.native import is_plain, read_into
from imaging.formats.dicom.pixels import frames_of
from imaging.progress import Report
from imaging.volume import Volume

FRAMES_A_TASK = 8
"""Frames that are read in one go: finding them in a file, or waking a thread, costs as much as reading a few."""


@dataclass(frozen=True)
class Chunk:
    """Frames of one file that are read together: positions in the stack, in order."""

    path: Path
    ks: tuple[int, ...]
    is_coded: bool


def load_frames(
    stack: Stack,
    transforms: Sequence[ModalityTransform],
    make: Callable[[NDArray[Any]], Volume],
    report: Report,
    arrival: Arrival | None,
) -> Volume:
    """The volume that ``make`` gives for the filled array; with an ``arrival``, handed over while it fills.

    Where a header promised a narrower type than its values need, filling starts again with a wider one.

    Raises:
        ReadError: a frame cannot be decoded.
        Truncated: a file ends within a frame.
        Cancelled: by ``report``.
    """
    dtype: np.dtype[Any] | None = None
    while True:
        filled = FilledArray(stack, transforms, lambda *what: _planes(arrival, *what), dtype)
        try:
            return _Loading(stack, transforms, filled, make, report, arrival).run()
        except TooNarrow as narrow:
            dtype = narrow.dtype


class _Loading:
    """One filling of one array."""

    def __init__(
        self,
        stack: Stack,
        transforms: Sequence[ModalityTransform],
        filled: FilledArray,
        make: Callable[[NDArray[Any]], Volume],
        report: Report,
        arrival: Arrival | None,
    ) -> None:
        self._stack, self._transforms, self._filled = stack, transforms, filled
        self._make, self._report, self._arrival = make, report, arrival
        self._left = _chunks(stack)
        self._wanted: int | None = None
        self._volume: Volume | None = None
        self._done = 0
        self._repairs: dict[str, None] = {}

    def run(self) -> Volume:
        """The volume, all its frames in place."""
        first = self._next()
        self._tell()
        self._read([first])
        self._arrived([first])
        threads = min(len(self._left), os.cpu_count() or 1)
        if threads > 0:
            with ThreadPoolExecutor(threads, "wetread-frames") as pool:
                try:
                    self._fill(pool, threads)
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
        assert self._volume is not None, "the first frame makes the volume"
        warnings = tuple(dict.fromkeys((*self._volume.warnings, *self._repairs)))
        return replace(self._volume, warnings=warnings) if self._repairs else self._volume

    def _fill(self, pool: ThreadPoolExecutor, threads: int) -> None:
        """Keep every thread busy, and no more: what is wanted may change with each frame."""
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
        """The chunk nearest to the slice that is looked at."""
        wanted = len(self._stack.frames) // 2 if self._arrival is None else self._arrival.wanted()
        if wanted != self._wanted:
            self._wanted = wanted
            self._left.sort(key=lambda chunk: _distance(chunk, wanted), reverse=True)
        return self._left.pop()

    def _next_task(self) -> list[Chunk]:
        """The nearest chunks: one by one at first, then several, as a thread takes longer to wake than to read one."""
        task = [self._next()]
        frames, most = len(task[0].ks), min(FRAMES_A_TASK, 1 + self._done // 16)
        while self._left and not task[-1].is_coded and frames + len(self._left[-1].ks) <= most:
            task.append(self._left.pop())
            frames += len(task[-1].ks)
        return task

    def _read(self, task: Sequence[Chunk]) -> None:
        with self._filled.planes.filling([k for chunk in task for k in chunk.ks]) as planes:
            left = iter(planes)
            for chunk in task:
                self._read_chunk(chunk, {k: next(left) for k in chunk.ks})

    def _read_chunk(self, chunk: Chunk, planes: Mapping[int, NDArray[Any]]) -> None:
        frames, array = self._stack.frames, self._filled.array
        if all(is_plain(frames[k], self._transforms[k], array.dtype) for k in chunk.ks):
            with _opened(chunk.path) as stream:
                for k in chunk.ks:
                    read_into(stream, frames[k], self._transforms[k], planes[k])
            return
        first = frames[chunk.ks[0]]
        with frames_of(first.header, first.layout) as reader:
            for k in chunk.ks:
                self._filled.put(k, reader.stored(frames[k].index), planes[k])
            self._repairs.update(reader.repairs)

    def _arrived(self, task: Sequence[Chunk]) -> None:
        ks = [k for chunk in task for k in chunk.ks]
        self._done += len(ks)
        if self._volume is None:
            self._volume = self._make(self._filled.array.view())
            if self._arrival is not None:
                self._arrival.begun(self._volume)
        if self._arrival is not None:
            for k in ks:
                self._arrival.arrived(k)
        self._tell()

    def _tell(self) -> None:
        count = len(self._stack.frames)
        self._report(self._done, count, f"Loading image {min(self._done + 1, count)} of {count}")


def _planes(arrival: Arrival | None, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Planes:
    """Memory for the planes: the arrival's if there is one."""
    if isinstance(arrival, PlaneTaker):
        return arrival.planes(shape, dtype, (os.cpu_count() or 1, FRAMES_A_TASK))
    return OwnPlanes(np.empty(shape, dtype) if arrival is None else arrival.allocate(shape, dtype))


def _chunks(stack: Stack) -> list[Chunk]:
    return [chunk for header, ks in _by_file(stack) for chunk in _cut(header, ks)]


def _by_file(stack: Stack) -> list[tuple[Header, list[int]]]:
    found: dict[Path, tuple[Header, list[int]]] = {}
    for k, frame in enumerate(stack.frames):
        found.setdefault(frame.header.path, (frame.header, []))[1].append(k)
    return list(found.values())


def _cut(header: Header, ks: list[int]) -> Iterator[Chunk]:
    for start in range(0, len(ks), FRAMES_A_TASK):
        yield Chunk(header.path, tuple(ks[start : start + FRAMES_A_TASK]), header.pixels.is_fragmented)


def _distance(chunk: Chunk, wanted: int) -> int:
    return min(abs(chunk.ks[0] - wanted), abs(chunk.ks[-1] - wanted))


@contextmanager
def _opened(path: Path) -> Generator[BinaryIO]:
    try:
        with path.open("rb", buffering=0) as stream:
            yield stream
    except OSError as error:
        raise ReadError(path, error.strerror or str(error)) from error
