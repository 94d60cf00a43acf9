"""The journal of one series: every finished step in a file of its own, so that nothing depends on saving.

A file is a signature and then entries, each with its length and checksum, only ever added at the end. An entry that was
not written whole is the last one, and is dropped when the file is opened again. What a process wrote is there after it
is killed; what was synchronised is there after the machine loses power.
"""

import fcntl
import os
import struct
import zlib
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

from imaging.errors import JournalError, SaveError
from imaging.library.journal_entries import Beginning, Entry, Saved, decode, encode
from imaging.saving import replacing, write_bytes

SIGNATURE, VERSION = b"WETREAD-JOURNAL", 3
"""1: first light. 2: changes of masks say their layer; without it they are of the lowest one. 3: they are runs."""

_HEAD = SIGNATURE + VERSION.to_bytes(1, "little")
_FRAME = struct.Struct("<II")


class Journal:
    """A journal that is being written; no other process can open it meanwhile.

    Attributes:
        entries: what it held when it was opened, up to the first that is not whole.
        damaged: that one was more than unfinished.

    Raises:
        JournalError: another window has it, it was made by a newer program, or it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[Entry] = []
        self._older = self._unfinished = False
        self._file = _opened(path)
        try:
            self.entries, self.damaged = self._read()
        except BaseException:
            os.close(self._file)
            raise

    @property
    def byte_size(self) -> int:
        """Size of the file."""
        return self._end

    def begin(self, beginning: Beginning) -> None:
        """Write this before the first step; a journal without steps leaves no file."""
        self._waiting = [beginning]

    def append(self, *entries: Entry) -> None:
        """Write entries; they outlive this process when this returns, and a power cut after :meth:`sync`.

        Raises:
            SaveError: the disk is full or broken. The file is as it was; the next call writes these entries too.
        """
        self._waiting += entries
        data = b"".join(_framed(entry) for entry in self._waiting)
        if not self._end:
            data = _HEAD + data
        try:
            if self._unfinished:
                os.ftruncate(self._file, self._end)  # what is shorter would leave its end behind
                self._unfinished = False
            if self._older:
                _write_all(self._file, _HEAD, 0)  # what is added now, older programs would read wrongly
                self._older = False
            _write_all(self._file, data, self._end)
        except OSError as error:
            self._unfinished = True
            with suppress(OSError):
                os.ftruncate(self._file, self._end)
            raise SaveError(self.path, error.strerror or str(error)) from error
        self._end += len(data)
        self._waiting.clear()

    def sync(self) -> None:
        """Wait until everything written is on the disk.

        Raises:
            SaveError: the disk says that it is not, or the file was taken away, so that nobody would find it again.
        """
        try:
            os.fsync(self._file)
            if self._end:
                self.path.stat()
        except OSError as error:
            raise SaveError(self.path, error.strerror or str(error)) from error

    def rewrite(self, entries: Sequence[Entry]) -> None:
        """Hold these entries and no others; after a crash meanwhile, either the old ones or these.

        Raises:
            SaveError: the journal is as it was.
        """
        data = _HEAD + b"".join(_framed(entry) for entry in entries)
        with ExitStack() as failing:
            with replacing(self.path) as temporary:
                temporary.write_bytes(data)
                new = os.open(temporary, os.O_RDWR)
                failing.callback(os.close, new)
                _lock(new)  # before another window can find it
            failing.pop_all()
        old, self._file, self._end = self._file, new, len(data)
        self._older = self._unfinished = False
        os.close(old)

    def read(self) -> tuple[Entry, ...]:
        """All entries as they are in the file now."""
        return self._read()[0]

    def copy(self) -> Path:
        """Where a copy of the file lies as it was found, with what could not be read.

        Raises:
            SaveError: it could not be copied.
        """
        aside = self._free_name()
        write_bytes(aside, self.path.read_bytes())
        return aside

    def set_aside(self) -> Path:
        """Where the file lies now; this journal is empty.

        Raises:
            SaveError: it could not be moved.
        """
        aside = self._free_name()
        try:
            self.path.rename(aside)
            old, self._file, self._end = self._file, os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), 0
        except OSError as error:
            raise SaveError(self.path, error.strerror or str(error)) from error
        os.close(old)
        _lock(self._file)
        self.entries, self.damaged, self._older, self._unfinished = (), False, False, False
        return aside

    def close(self) -> None:
        """Let go of the file; an empty one is removed, and one that could not be written while the library was."""
        if self._outdated:
            with suppress(SaveError):
                self.append()
        if not self._end or self._outdated:
            with suppress(OSError):
                self.path.unlink()
        os.close(self._file)

    @property
    def _outdated(self) -> bool:
        """Whether the library holds steps that the file lacks: opened again, it would bring back an older mask."""
        *steps, last = self._waiting or [None]
        return bool(steps) and isinstance(last, Saved) and last.whole

    def _free_name(self) -> Path:
        numbered = (self.path.with_suffix(f".{number}.aside") for number in count(1))
        return next(path for path in numbered if not path.exists())

    def _read(self) -> tuple[tuple[Entry, ...], bool]:
        """The whole entries, and whether anything but an unfinished last one was left out."""
        data = _read_all(self._file)
        self._end = 0
        if len(data) < len(_HEAD):
            return (), False
        if not data.startswith(SIGNATURE):
            raise JournalError(f"{self.path}: not a journal. Move it away to go on.")
        if data[len(SIGNATURE)] > VERSION:
            raise JournalError(
                f"{self.path}: made by a newer Wetread (found journal {data[len(SIGNATURE)]}, this one supports "
                f"{VERSION}). Update Wetread."
            )
        self._older = data[len(SIGNATURE)] < VERSION
        entries, self._end, damaged = _parse(data)
        self._unfinished = self._end < len(data)
        return entries, damaged


def _opened(path: Path, attempts: int = 10) -> int:
    """The file at ``path``, locked; not one that another window took from there before it could be locked."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise JournalError(f"{path}: the journal cannot be opened ({error.strerror})") from error
    with ExitStack() as failing:
        failing.callback(os.close, file)
        _lock(file)
        if not attempts or (path.exists() and os.path.samestat(os.fstat(file), path.stat())):
            failing.pop_all()
            return file
    return _opened(path, attempts - 1)


def _lock(file: int) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise JournalError(
            "this series is being edited in another window of Wetread. What is drawn here is kept when it is saved "
            "(Ctrl+S), and not before."
        ) from error


def _framed(entry: Entry) -> bytes:
    data = encode(entry)
    return _FRAME.pack(len(data), zlib.crc32(data)) + data


def _parse(data: bytes) -> tuple[tuple[Entry, ...], int, bool]:
    """Entries up to the first that is not whole, where they end, and whether that one is more than unfinished."""
    entries: list[Entry] = []
    place = len(_HEAD)
    while place + _FRAME.size <= len(data):
        length, checksum = _FRAME.unpack_from(data, place)
        content = data[place + _FRAME.size : place + _FRAME.size + length]
        if len(content) < length:
            return tuple(entries), place, False
        try:
            if zlib.crc32(content) != checksum:
                raise ValueError("checksum")
            entries.append(decode(content))
        except ValueError:
            return tuple(entries), place, True
        place += _FRAME.size + length
    return tuple(entries), place, False


def _write_all(file: int, data: bytes, place: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, place)
        view, place = view[written:], place + written


def _read_all(file: int) -> bytes:
    size = os.fstat(file).st_size
    parts: list[bytes] = []
    place = 0
    while place < size:
        part = os.pread(file, min(size - place, 1 << 26), place)
        if not part:
            break
        parts.append(part)
        place += len(part)
    return b"".join(parts)
