"""The frames of a stack into one array, as quickly as each can be read."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import RLELossless

from imaging.arrival import Arrival, PlaneReader, Planes, PlaneTaker
from imaging.filling import PLANES_A_TASK, Chunk, Filling
from imaging.formats.dicom.fill import FilledArray, OwnPlanes, array_layout
from imaging.formats.dicom.grid import Stack
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.modality import ModalityTransform
from imaging.formats.dicom.native import stored_planes
from imaging.formats.dicom.pixels import frames_of
from imaging.progress import Report
from imaging.stored_planes import StoredPlanes, TooNarrow
from imaging.volume import Volume


def load_frames(
    stack: Stack,
    transforms: Sequence[ModalityTransform],
    make: Callable[[NDArray[Any]], Volume],
    report: Report,
    arrival: Arrival | None,
) -> Volume:
    """The volume that ``make`` gives for the filled array; with an ``arrival``, handed over while it fills.

    An arrival that reads planes itself gets told where they lie, if all of them lie in their files as they are.
    Where a header promised a narrower type than its values need, filling starts again with a wider one.

    Raises:
        ReadError: a frame cannot be decoded.
        Truncated: a file ends within a frame.
        Cancelled: by ``report``.
    """
    shape, dtype = array_layout(stack, transforms)
    while True:
        stored = stored_planes(stack, transforms, dtype)
        if isinstance(arrival, PlaneReader) and stored.are_all:
            stand_in = arrival.leave(stored, shape, dtype)
            if stand_in is not None:
                return make(stand_in)
        filled = FilledArray(_planes(arrival, shape, dtype), transforms)
        frames = _Frames(stack, stored, filled)
        try:
            filling = Filling(_chunks(stack), frames.read, report, arrival)
            volume = filling.run(lambda made=filled: make(made.array.view()))
        except TooNarrow as narrow:
            dtype = narrow.dtype
            continue
        return (
            replace(volume, warnings=tuple(dict.fromkeys((*volume.warnings, *frames.repairs))))
            if frames.repairs
            else volume
        )


class _Frames:
    """The frames of a stack on their way into one array.

    Attributes:
        repairs: what was taken otherwise than the files say, in words.
    """

    def __init__(self, stack: Stack, stored: StoredPlanes, filled: FilledArray) -> None:
        self._frames, self._stored, self._filled = stack.frames, stored, filled
        self.repairs: dict[str, None] = {}

    def read(self, task: Sequence[Chunk]) -> None:
        """Fill the planes of some chunks; from several threads."""
        with self._filled.planes.filling([k for chunk in task for k in chunk.ks]) as planes:
            left = iter(planes)
            for chunk in task:
                self._read_chunk({k: next(left) for k in chunk.ks})

    def _read_chunk(self, planes: Mapping[int, NDArray[Any]]) -> None:
        """Planes of one file."""
        coded: dict[int, NDArray[Any]] = {}
        for k, plane in planes.items():
            if self._stored.holds(k):
                self._stored.read_into(k, plane)
            else:
                coded[k] = plane
        if not coded:
            return
        first = self._frames[next(iter(coded))]
        with frames_of(first.header, first.layout) as reader:
            for k, plane in coded.items():
                self._filled.put(k, reader.stored(self._frames[k].index), plane)
            self.repairs.update(reader.repairs)


def _planes(arrival: Arrival | None, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Planes:
    """Memory for the planes: the arrival's if there is one."""
    if isinstance(arrival, PlaneTaker):
        return arrival.planes(shape, dtype, (os.cpu_count() or 1, PLANES_A_TASK))
    return OwnPlanes(np.empty(shape, dtype) if arrival is None else arrival.allocate(shape, dtype))


def _chunks(stack: Stack) -> list[Chunk]:
    return [chunk for header, ks in _by_file(stack) for chunk in _cut(header, ks)]


def _by_file(stack: Stack) -> list[tuple[Header, list[int]]]:
    found: dict[int, tuple[Header, list[int]]] = {}
    for k, frame in enumerate(stack.frames):
        found.setdefault(id(frame.header), (frame.header, []))[1].append(k)
    return list(found.values())


def _cut(header: Header, ks: list[int]) -> Iterator[Chunk]:
    is_slow = header.pixels.is_fragmented and header.transfer_syntax != RLELossless
    for start in range(0, len(ks), PLANES_A_TASK):
        yield Chunk(tuple(ks[start : start + PLANES_A_TASK]), is_slow)
