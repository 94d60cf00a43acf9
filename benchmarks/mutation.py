"""Damaged copies of files, the same for the same seed."""

import random
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_HEADER_BYTES = 2048
_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_TELLING_TAGS = (
    *(struct.pack("<HH", 0x0028, element) for element in (0x02, 0x04, 0x06, 0x08, 0x10, 0x11, 0x0100, 0x0101, 0x0103)),
    struct.pack("<HH", 0x7FE0, 0x0010),
    struct.pack("<HH", 0xFFFE, 0xE000),
    struct.pack("<HH", 0x0002, 0x0010),
)
"""Sizes, bits and colours of the image, Pixel Data, items of sequences, and the transfer syntax."""


@dataclass(frozen=True)
class Mutant:
    """One damaged file: what it was made from, how, and its bytes."""

    source: Path
    method: str
    data: bytes


def mutants(sources: Sequence[Path], seed: int, first: int, count: int) -> "list[Callable[[], Mutant]]":
    """Makers of the mutants ``first`` to ``first + count``; number n of a seed is always the same."""
    return [lambda n=n: _mutant(sources, random.Random(f"{seed}/{n}")) for n in range(first, first + count)]


def _mutant(sources: Sequence[Path], chance: random.Random) -> Mutant:
    source = chance.choice(sources)
    data = bytearray(source.read_bytes())
    method = chance.choice(tuple(_METHODS))
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        if len(data) > 8:
            _METHODS[method](data, chance)
    return Mutant(source, method, bytes(data))


def _flip_anywhere(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 16)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _flip_in_header(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(min(_HEADER_BYTES, len(data)))] = chance.randrange(256)


def _put_extreme(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(min(4 * _HEADER_BYTES, len(data)) - 4)
    value = chance.choice(_EXTREMES)
    data[at : at + 4] = struct.pack("<L", value) if value > 0xFFFF else struct.pack("<H", value) + data[at + 2 : at + 4]


def _change_telling_value(data: bytearray, chance: random.Random) -> None:
    """Change length or value of an element that decides how pixels are read."""
    at = data.find(chance.choice(_TELLING_TAGS))
    if at < 0 or at + 12 > len(data):
        _put_extreme(data, chance)
        return
    place = at + chance.choice((4, 6, 8, 8, 8, 10))
    data[place : place + 2] = struct.pack("<H", chance.choice(_EXTREMES) & 0xFFFF)


def _cut_end(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(1, len(data)) :]


def _cut_span(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.randint(1, 512)]


def _repeat_span(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    span = data[at : at + chance.randint(1, 512)]
    data[at:at] = span * chance.randint(1, 16)


def _fill_span(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    size = min(chance.randint(1, 256), len(data) - at)
    data[at : at + size] = bytes([chance.choice((0, 0xFF, 0x41))]) * size


_METHODS: dict[str, Callable[[bytearray, random.Random], None]] = {
    "bits anywhere": _flip_anywhere,
    "bytes of the header": _flip_in_header,
    "extreme numbers": _put_extreme,
    "telling values": _change_telling_value,
    "end cut off": _cut_end,
    "span cut out": _cut_span,
    "span repeated": _repeat_span,
    "span filled": _fill_span,
}
