"""Planes that a worker leaves to the program: it says where their bytes lie, the program copies them from there.

There is nothing to decode in them, so nothing that bytes could do: they go to their place in an array whose size is
settled, and no value of them is looked at but as a number. The worker names files by their number in the request: no
other file is ever opened.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imaging.arrival import Arrival
from imaging.errors import ReadError
from imaging.filling import Chunk, Filling, SilenceError
from imaging.progress import Report
from imaging.sandbox.channel import Message
from imaging.sandbox.planes import OwnArray
from imaging.sandbox.room import Room
from imaging.sandbox.wire import Json, WireError
from imaging.stored_planes import StoredPlanes
from imaging.volume import Volume

LEFT = -1
"""Stands in a message for the array whose planes are left."""

SILENCE_S = 10.0
"""Seconds in which a disk must give a plane; as long as a worker may be silent."""

_PLANES_A_TASK = 32
_WORDS = frozenset({"int16", "uint16", "int8", "uint8"})


class LeftPlanes(OwnArray):
    """The program's side: the memory of a volume, and its planes, read while the worker still describes the rest.

    Args:
        shape: of the volume, planes first.
        dtype: of its values.
        stored: where its planes lie.
        room: gives the memory, if there is one.
        report: told of every task; may cancel.
        arrival: handed the volume while it fills.
        silence_s: seconds in which a disk must give a plane.

    Attributes:
        filling: of the planes; to be started.

    Raises:
        WireError: planes that do not lie one after another, or of other numbers than planes in files can have.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        stored: StoredPlanes,
        room: Room | None,
        report: Report,
        arrival: Arrival | None,
        silence_s: float = SILENCE_S,
    ) -> None:
        if len(shape) != 3 or dtype.name not in _WORDS or not stored.are_all or len(stored.files) != shape[0]:
            raise WireError(f"{len(stored.files)} planes in files for {shape} of {dtype}")
        super().__init__(shape, dtype, room)
        self._stored = stored
        cores = os.cpu_count() or 1
        threads = cores if arrival is None else max(1, cores - 1)  # one is left to the window of who looks on
        chunks = [Chunk((k,)) for k in range(len(self.planes))]
        self.filling = Filling(chunks, self._read, report, arrival, _PLANES_A_TASK, threads, silence_s)

    @property
    def a_file(self) -> Path:
        """One of the files in which the planes lie."""
        return self._stored.files[0]

    def _read(self, task: Sequence[Chunk]) -> None:
        """Fill the planes of some chunks; from several threads."""
        for chunk in task:
            for k in chunk.ks:
                self._stored.read_into(k, self.planes[k])


@dataclass(frozen=True)
class UnreadVolume:
    """A worker's answer: the volume, and its planes where they are still to be read."""

    volume: Volume
    left: LeftPlanes

    def read(self) -> Volume:
        """The volume with all its planes, handed over while they come.

        Raises:
            ReadError: a file is gone, or a disk gives nothing for too long.
            Truncated: a file ends before its pixels.
            TooNarrow: the type of the volume does not hold its values.
            Cancelled: by the report.
        """
        try:
            return self.left.filling.run(lambda: self.volume)
        except SilenceError as error:
            raise ReadError(self.left.a_file, f"the disk gives nothing: {error}") from error


def body_of(planes: StoredPlanes, files: Sequence[Path]) -> dict[str, Json]:
    """A message about planes, files by their number."""
    number = {file: n for n, file in enumerate(files)}
    return {
        "files": [number[file] for file in planes.files],
        "offsets": list(planes.offsets),
        "bits": list(planes.bits),
        "signs": list(planes.signs),
        "intercepts": list(planes.intercepts),
    }


def planes_in(message: Message, files: Sequence[Path]) -> StoredPlanes:
    """The planes of which a message tells.

    Raises:
        WireError: files that were not asked for, or numbers that cannot be.
    """
    numbers = message.numbers("files")
    if not all(0 <= n < len(files) for n in numbers):
        raise WireError("planes in files that were not asked for")
    columns = (message.numbers(key) for key in ("offsets", "bits", "signs", "intercepts"))
    try:
        return StoredPlanes([files[n] for n in numbers], *columns)
    except ValueError as error:
        raise WireError(str(error)) from error
