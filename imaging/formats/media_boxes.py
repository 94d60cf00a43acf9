"""MP4 and MOV files that break off: what of their boxes is there, and what is missing (ISO/IEC 14496-12, 4.2)."""

from pathlib import Path
from typing import BinaryIO

from imaging.errors import ReadError

_FIRST_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip")
_MEANINGS = {b"moov": "the index of frames", b"mdat": "the coded frames"}
_MOST_BOXES = 10_000


def missing_from(path: Path) -> str:
    """What a file of boxes lacks at its end, in words; empty where it is whole, or no file of boxes.

    Raises:
        ReadError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return _missing(stream, path.stat().st_size)
    except OSError as error:
        raise ReadError(path, error.strerror or str(error)) from error


def _missing(stream: BinaryIO, file_bytes: int) -> str:
    found: list[bytes] = []
    start = 0
    while start + 8 <= file_bytes and len(found) < _MOST_BOXES:
        stream.seek(start)
        kind, size = _box(stream.read(16), file_bytes - start)
        if size < 8 or (not found and kind not in _FIRST_BOXES):
            return ""
        found.append(kind)
        if size > file_bytes - start:
            return _cut_within(kind, file_bytes - start, size, found)
        start += size
    return "" if not found or b"moov" in found else f"{_MEANINGS[b'moov']} (moov) is missing"


def _box(head: bytes, left: int) -> tuple[bytes, int]:
    """Type and size of a box; size 1 stands for a long one that follows, 0 for all that is left."""
    size, kind = int.from_bytes(head[:4], "big"), head[4:8]
    if size == 1:
        return kind, int.from_bytes(head[8:16], "big")
    return kind, size or left


def _cut_within(kind: bytes, there: int, size: int, found: list[bytes]) -> str:
    meaning = _MEANINGS.get(kind, f"a part called {kind.decode('latin-1')!r}")
    said = f"the file ends within {meaning}: {there} of {size} bytes are there"
    return said if b"moov" in found else f"{said}, and {_MEANINGS[b'moov']} (moov), which comes after, is missing"
