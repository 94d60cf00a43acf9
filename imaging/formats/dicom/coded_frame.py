"""What a decoder is told of a coded frame, and what it gives back."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


class CodecError(Exception):
    """Bytes that are not what their transfer syntax says, and why."""


class UnknownProcessError(CodecError):
    """A sound stream of a process for which there is no decoder here."""


@dataclass(frozen=True)
class Wanted:
    """What the header says of a coded frame."""

    rows: int
    columns: int
    samples: int
    bits_allocated: int
    photometric: str

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, columns) or (rows, columns, samples)."""
        return (self.rows, self.columns) if self.samples == 1 else (self.rows, self.columns, self.samples)


@dataclass(frozen=True)
class Decoded:
    """One frame as its codec left it.

    Attributes:
        pixels: (rows, columns) or (rows, columns, 3).
        bits: precision of a sample by the stream, counted from the lowest bit; None where the stream holds whole
            words as native pixels do.
        is_ybr: colour that is still luminance and chrominance.
        repairs: what of the stream was taken otherwise than it or the header says, in words.
    """

    pixels: NDArray[Any]
    bits: int | None
    is_ybr: bool = False
    repairs: tuple[str, ...] = ()
