"""What is kept of one request while it is carried out."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.arrival import Arrival
from imaging.errors import ImagingError
from imaging.progress import Report
from imaging.sandbox.channel import Message
from imaging.sandbox.left import LEFT, LeftPlanes, UnreadVolume
from imaging.sandbox.memory import Block
from imaging.sandbox.planes import OwnArray, TakenPlanes
from imaging.sandbox.requests import LoadVolume, Request
from imaging.sandbox.room import Room
from imaging.sandbox.wire import ArraySpec, WireError, array_layout, decode


@dataclass
class Exchange:
    """One request on its way: who listens, and what has been heard so far."""

    request: Request
    report: Report
    arrival: Arrival | None
    progress: tuple[int, int, str] = (0, 0, "")
    blocks: dict[int, Block] = field(default_factory=dict)
    taken: dict[int, TakenPlanes] = field(default_factory=dict)
    room: Room | None = None
    left: LeftPlanes | None = None
    begun: bool = False

    def make_room(self, most_bytes: int) -> None:
        """Begin to make room for planes that the worker may leave: grey ones of DICOM files."""
        if isinstance(self.request, LoadVolume) and not self.request.gives_all:
            series = self.request.series
            if series.format == "DICOM" and series.photometric.startswith("MONOCHROME"):
                self.room = Room(series.shape_kji, series.files, most_bytes)

    def give_up_room(self) -> None:
        """Make no more room: the worker leaves no planes."""
        if self.room is not None:
            self.room.give_up()
            self.room = None

    def decoded(self, expected: Any, message: Message) -> Any:
        """The value in a message, its arrays from the message's tail or from the shared memory lent.

        Raises:
            WireError: it is not of the expected type, or contradicts itself.
        """
        try:
            return decode(expected, message.body.get("value"), lambda spec: self._array(spec, message.tail))
        except (ImagingError, ValueError, TypeError, OverflowError) as error:
            raise WireError(str(error)) from error

    def answer(self, value: Any) -> Any:
        """What is given for a result: itself, or with planes that are read on by who asked."""
        left, self.left = self.left, None
        return value if left is None else UnreadVolume(value, left)

    def close(self) -> None:
        """Give up the descriptors of the memory lent, and what nobody asks for; arrays stay while they are used."""
        self.give_up_room()
        if self.left is not None:
            self.left.filling.stop()
        for block in self.blocks.values():
            block.close()

    def _array(self, spec: ArraySpec, tail: bytearray) -> NDArray[Any]:
        shape, dtype, size = array_layout(spec)
        number, offset = spec.get("block"), spec.get("offset")
        if number == LEFT and self.left is not None:
            return self._planes(self.left, shape, dtype)
        if type(number) is int and number in self.taken:
            return self._planes(self.taken[number], shape, dtype)
        if type(number) is int and number in self.blocks and self.blocks[number].size == size:
            return self.blocks[number].array(shape, dtype)
        if type(offset) is not int or not 0 <= offset <= len(tail) - size:
            raise WireError("an array that is nowhere")
        array = np.frombuffer(bytes(tail[offset : offset + size]), dtype).reshape(shape)
        array.flags.writeable = False
        return array

    @staticmethod
    def _planes(taken: OwnArray, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        if shape != taken.array.shape or dtype != taken.array.dtype:
            raise WireError("an array of another shape than its planes")
        return taken.array
