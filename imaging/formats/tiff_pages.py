"""The pages of a TIFF file by their directories, before a pixel is decoded (TIFF 6.0 section 2, and BigTIFF)."""

import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from imaging.errors import ReadError
from imaging.formats.pages import MOST_PAGES

_WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC = 256, 257, 258, 262
_ORIENTATION, _SAMPLES, _PLANES, _COLOUR_MAP, _SAMPLE_FORMAT = 274, 277, 284, 320, 339
_WANTED = frozenset(
    (_WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC, _ORIENTATION, _SAMPLES, _PLANES, _COLOUR_MAP, _SAMPLE_FORMAT)
)
_BYTES_OF_TYPE = {1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8}
"""Unsigned whole numbers: BYTE, SHORT, LONG, IFD, and LONG8 and IFD8 of BigTIFF."""

_MOST_VALUES = 3 << 16
_MOST_ENTRIES = 4096
_SEPARATE = 2
_PALETTE, _INKS, _COLOUR = 3, 5, frozenset((2, 3, 5, 6, 8, 9, 10))
_KINDS = {1: "u", 2: "i", 3: "f", 4: "u"}


@dataclass(frozen=True)
class Page:
    """What a directory says of its page.

    Attributes:
        directory: where in the file it begins.
        rows, columns: as stored, before the page is turned.
        bits: of the widest sample.
        kind: ``"u"`` and ``"i"`` for whole numbers without and with a sign, ``"f"`` for floating point, else ``""``.
        orientation: 1 is upright, 5 to 8 swap rows and columns.
        colour_map: all reds, then greens, then blues, 16 bits each; empty without a palette.
    """

    directory: int
    rows: int
    columns: int
    bits: int
    kind: str
    samples: int
    photometric: int
    is_separate: bool
    orientation: int
    colour_map: tuple[int, ...] = ()

    @property
    def shape_shown(self) -> tuple[int, int]:
        """Rows and columns when turned upright."""
        return (self.columns, self.rows) if self.orientation >= 5 else (self.rows, self.columns)

    @property
    def stored_bytes(self) -> int:
        """Bytes of the pixels once they are decoded."""
        return self.rows * self.columns * self.samples * max(1, self.bits // 8)

    @property
    def is_palette(self) -> bool:
        return self.photometric == _PALETTE

    @property
    def is_colour(self) -> bool:
        return self.photometric in _COLOUR

    @property
    def channels_left_out(self) -> int:
        """Samples beyond those of the photometric interpretation: transparency, or other channels."""
        own = 1 if self.is_palette or not self.is_colour else 4 if self.photometric == _INKS else 3
        return max(self.samples - own, 0)


class TiffLayout:
    """The layout of one file: its byte order, and whether its offsets have four bytes or eight (BigTIFF)."""

    def __init__(self, path: Path, data: bytearray | mmap.mmap) -> None:
        """Read the header.

        Args:
            path: named in errors.
            data: the whole file, to be changed in memory by :meth:`lead_with`.

        Raises:
            ReadError: no TIFF.
        """
        self._path, self._data = path, data
        self._order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"
        self._is_big = self._number(2, 2) == 43
        self._offset_bytes = 8 if self._is_big else 4
        self._first_at = 8 if self._is_big else 4

    def pages(self) -> list[Page]:
        """Every page in the order of the file.

        Raises:
            ReadError: damaged, without pages, or with more than :data:`imaging.formats.pages.MOST_PAGES`.
        """
        found: list[Page] = []
        seen: set[int] = set()
        offset = self._number(self._first_at, self._offset_bytes)
        while offset and offset not in seen:
            if len(found) >= MOST_PAGES:
                raise ReadError(self._path, f"more than {MOST_PAGES} pages, which is the most that are opened")
            seen.add(offset)
            values, offset_after = self._entries(offset)
            found.append(self._page(offset, values))
            offset = offset_after
        if not found:
            raise ReadError(self._path, "damaged picture: a TIFF without pages")
        return found

    def lead_with(self, page: Page) -> None:
        """Make a page the first: a decoder finds that one at once, and the n-th only by way of all before it."""
        end = self._first_at + self._offset_bytes
        self._data[self._first_at : end] = page.directory.to_bytes(self._offset_bytes, self._order)

    def _entries(self, offset: int) -> tuple[dict[int, tuple[int, ...]], int]:
        """The wanted values of a directory by tag, and where the next one begins."""
        count_bytes, entry_bytes = (8, 20) if self._is_big else (2, 12)
        count = self._number(offset, count_bytes)
        if not 0 < count <= _MOST_ENTRIES:
            raise ReadError(self._path, f"damaged picture: a TIFF page of {count} attributes")
        start = offset + count_bytes
        found: dict[int, tuple[int, ...]] = {}
        for at in range(start, start + count * entry_bytes, entry_bytes):
            tag = self._number(at, 2)
            if tag in _WANTED:
                found[tag] = self._values(at)
        return found, self._number(start + count * entry_bytes, self._offset_bytes)

    def _values(self, at: int) -> tuple[int, ...]:
        """The whole numbers of one entry; empty for other types."""
        size = _BYTES_OF_TYPE.get(self._number(at + 2, 2), 0)
        count = min(self._number(at + 4, self._offset_bytes), _MOST_VALUES)
        inside = at + 4 + self._offset_bytes
        start = inside if size * count <= self._offset_bytes else self._number(inside, self._offset_bytes)
        return tuple(self._number(start + n * size, size) for n in range(count)) if size else ()

    def _number(self, start: int, size: int) -> int:
        found = self._data[start : start + size]
        if len(found) < size:
            raise ReadError(self._path, "damaged picture: the TIFF ends within its directory")
        return int.from_bytes(found, self._order)

    def _page(self, offset: int, values: Mapping[int, tuple[int, ...]]) -> Page:
        def first(tag: int, default: int) -> int:
            return values.get(tag, ())[0] if values.get(tag) else default

        rows, columns, samples = first(_HEIGHT, 0), first(_WIDTH, 0), first(_SAMPLES, 1)
        if not (rows and columns and samples):
            raise ReadError(self._path, f"damaged picture: a TIFF page of {rows} × {columns} pixels")
        return Page(
            offset,
            rows,
            columns,
            max(values.get(_BITS) or (1,)),
            _KINDS.get(first(_SAMPLE_FORMAT, 1), ""),
            samples,
            first(_PHOTOMETRIC, 2 if samples >= 3 else 1),
            first(_PLANES, 1) == _SEPARATE,
            first(_ORIENTATION, 1),
            values.get(_COLOUR_MAP, ()),
        )


def pages_of(path: Path) -> list[Page]:
    """The pages of a file.

    Raises:
        ReadError: it cannot be opened, or its directories are damaged.
    """
    return TiffLayout(path, file_bytes(path)).pages()


def file_bytes(path: Path) -> mmap.mmap:
    """All bytes of a file, read where they are needed; what is written to them stays in memory.

    Raises:
        ReadError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
    except (OSError, ValueError) as error:
        raise ReadError(path, f"the file cannot be read: {error}") from error
