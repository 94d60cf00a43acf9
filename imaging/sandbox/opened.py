"""The files a worker turned to, written where they outlive it: when it is killed, the program can say at which file.

A message for each file would cost more than reading an ordinary slice; a store to mapped memory costs nothing.
"""

import mmap
import struct
from pathlib import Path

_RECORDS, _RECORD_BYTES = 32, 4096
_COUNT = struct.Struct("<Q")
_LENGTH = struct.Struct("<H")


class OpenedFiles:
    """The worker's side: the last files, in a ring.

    Args:
        place: the file to write them to; made anew.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, place: Path) -> None:
        size = _RECORD_BYTES * (_RECORDS + 1)
        place.write_bytes(bytes(size))
        with place.open("r+b") as stream:
            self._memory = mmap.mmap(stream.fileno(), size)
        self._count = 0

    def note(self, path: str) -> None:
        """Write down that this file is worked on from now."""
        name = path.encode(errors="surrogateescape")[: _RECORD_BYTES - _LENGTH.size]
        start = _RECORD_BYTES * (1 + self._count % _RECORDS)
        self._memory[start : start + _LENGTH.size + len(name)] = _LENGTH.pack(len(name)) + name
        self._count += 1
        _COUNT.pack_into(self._memory, 0, self._count)

    def forget(self) -> None:
        """Begin anew, with the next request."""
        self._count = 0
        _COUNT.pack_into(self._memory, 0, 0)


def opened_files(place: Path) -> list[Path]:
    """The last files that a worker turned to, oldest first; none where nothing sensible is written.

    What is written is not trusted: it is only ever shown, or compared with files that were asked for.
    """
    try:
        data = place.read_bytes()
    except OSError:
        return []
    if len(data) != _RECORD_BYTES * (_RECORDS + 1):
        return []
    (count,) = _COUNT.unpack_from(data)
    return [_record(data, n % _RECORDS) for n in range(max(0, count - _RECORDS), count)]


def _record(data: bytes, n: int) -> Path:
    start = _RECORD_BYTES * (1 + n)
    (length,) = _LENGTH.unpack_from(data, start)
    name = data[start + _LENGTH.size : start + _LENGTH.size + min(length, _RECORD_BYTES - _LENGTH.size)]
    return Path(name.replace(b"\0", b"").decode(errors="surrogateescape"))
