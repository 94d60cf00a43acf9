"""What is kept of one request while it is carried out."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.arrival import Arrival
from imaging.errors import ImagingError
from imaging.progress import Report
from imaging.sandbox.channel import Message
from imaging.sandbox.memory import Block
from imaging.sandbox.requests import Request
from imaging.sandbox.wire import ArraySpec, WireError, array_layout, decode

_REMEMBERED_FILES = 8


@dataclass
class Exchange:
    """One request on its way: who listens, and what has been heard so far."""

    request: Request
    report: Report
    arrival: Arrival | None
    progress: tuple[int, int, str] = (0, 0, "")
    opened: list[Path] = field(default_factory=list)
    blocks: dict[int, Block] = field(default_factory=dict)

    @property
    def files(self) -> tuple[Path, ...]:
        """Files last opened, the one that the progress names first, then the newest."""
        newest = list(dict.fromkeys(reversed(self.opened)))
        newest.sort(key=lambda path: not self.progress[2].endswith(path.name))
        return tuple(newest[:_REMEMBERED_FILES])

    def note_opened(self, path: Path) -> None:
        """Note that the worker turned to this file."""
        self.opened = [*self.opened[-4 * _REMEMBERED_FILES :], path]

    def decoded(self, expected: Any, message: Message) -> Any:
        """The value in a message, its arrays from the message's tail or from the shared memory lent.

        Raises:
            WireError: it is not of the expected type, or contradicts itself.
        """
        try:
            return decode(expected, message.body.get("value"), lambda spec: self._array(spec, message.tail))
        except (ImagingError, ValueError, TypeError, OverflowError) as error:
            raise WireError(str(error)) from error

    def close(self) -> None:
        """Give up the descriptors of the memory lent; the arrays stay as long as they are used."""
        for block in self.blocks.values():
            block.close()

    def _array(self, spec: ArraySpec, tail: bytearray) -> NDArray[Any]:
        shape, dtype, size = array_layout(spec)
        number, offset = spec.get("block"), spec.get("offset")
        if type(number) is int and number in self.blocks and self.blocks[number].size == size:
            return self.blocks[number].array(shape, dtype)
        if type(offset) is not int or not 0 <= offset <= len(tail) - size:
            raise WireError("an array that is nowhere")
        array = np.frombuffer(bytes(tail[offset : offset + size]), dtype).reshape(shape)
        array.flags.writeable = False
        return array
