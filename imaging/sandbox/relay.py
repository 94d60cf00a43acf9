"""The worker's line to the program: progress, opened files, and arrays straight into shared memory."""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.sandbox.channel import Channel, Message
from imaging.sandbox.left import LEFT, body_of
from imaging.sandbox.memory import writable
from imaging.sandbox.opened import OpenedFiles
from imaging.sandbox.planes import LentPlanes
from imaging.sandbox.requests import LoadVolume, Request
from imaging.sandbox.starting import OPENED_VARIABLE
from imaging.sandbox.wire import ArraySpec, Json, array_spec, encode
from imaging.stored_planes import StoredPlanes
from imaging.volume import Volume


@dataclass(frozen=True)
class _Lent:
    """An array in shared memory and the number the program knows it by."""

    number: int
    array: NDArray[Any]

    def is_seen_by(self, array: NDArray[Any]) -> bool:
        same_place = array.__array_interface__["data"][0] == self.array.__array_interface__["data"][0]
        return same_place and array.nbytes == self.array.nbytes and array.strides == self.array.strides


class Relay:
    """One request's line; an :class:`imaging.arrival.Arrival`. Readers may use it from several threads.

    Args:
        channel: to the program.
        alive: called at every sign of life.
    """

    def __init__(self, channel: Channel, alive: Callable[[], None]) -> None:
        self._channel, self._alive = channel, alive
        self._lock = threading.RLock()
        self._lent: list[_Lent] = []
        self._asked: LoadVolume | None = None
        self._watched = self._begun = False
        self._handed_over: set[int] = set()
        self._reported_s = 0.0

    def report(self, done: int, total: int, text: str) -> None:
        """Pass progress on; it is the program that cancels, by ending this process."""
        now = time.monotonic()
        if now - self._reported_s >= _REPORT_EVERY_S or done >= total:
            self._reported_s = now
            self._send({"kind": "progress", "done": int(done), "total": int(total), "text": str(text)})

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """Zeroed memory that the program sees too.

        Raises:
            MemoryError: the program does not give, or this process cannot hold, that much.
        """
        dtype = np.dtype(dtype).newbyteorder("=")
        count = int(np.prod([int(n) for n in shape], dtype=object))
        reply = self._ask({"kind": "allocate", "bytes": count * dtype.itemsize})
        array = np.frombuffer(self._mapped(reply), dtype, count).reshape(shape)
        self._lent.append(_Lent(reply.number("number"), array))
        return array

    def planes(self, shape: tuple[int, ...], dtype: np.dtype[Any], buffers: tuple[int, int]) -> LentPlanes:
        """A little memory that the program sees too, for planes of an array that the program has.

        Raises:
            MemoryError: the program does not give, or this process cannot hold, that much.
        """
        dtype = np.dtype(dtype).newbyteorder("=")
        array = np.broadcast_to(np.zeros((), dtype), shape)
        count, each = buffers
        reply = self._ask({"kind": "planes", **array_spec(array), "buffers": count, "each": each})
        memory = np.frombuffer(self._mapped(reply), dtype).reshape((count, each, *shape[1:]))
        number = reply.number("number")
        self._lent.append(_Lent(number, array))
        return LentPlanes(array, memory, lambda buffer, ks: self._hand_over(number, buffer, ks))

    def leave(self, planes: StoredPlanes, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any] | None:
        """Tell the program where planes lie that it can read itself; None where it wants to be given them.

        Raises:
            MemoryError: the program does not have that much.
        """
        if self._asked is None or self._asked.gives_all:
            return None
        array = np.broadcast_to(np.zeros((), dtype), shape)
        reply = self._ask({"kind": "left", **array_spec(array), **body_of(planes, self._asked.series.files)})
        if reply.kind != "noted":
            raise MemoryError("for an array")
        self._lent.append(_Lent(LEFT, array))
        return array

    def _hand_over(self, number: int, buffer: int, ks: Sequence[int]) -> None:
        """Have planes copied; if the volume was shown before, they count as arrived with that."""
        shown = self._begun  # now: another thread may show the volume while this one waits for the copy
        self._ask({"kind": "filled", "number": number, "buffer": buffer, "ks": list(ks), "shown": shown})
        if shown:
            self._handed_over.update(ks)

    def _mapped(self, reply: Message) -> mmap:
        if reply.kind != "memory":
            raise MemoryError("for an array")
        try:
            return writable(reply.number("bytes"), reply.fd, str(reply.body.get("name", "")))
        except (OSError, ValueError) as error:
            raise MemoryError(str(error)) from error

    def begun(self, volume: Volume) -> None:
        """Show a volume whose slices are still to come."""
        if self._watched:
            self._send_value("begun", volume)
            self._begun = True

    def wanted(self) -> int:
        """The slice that is looked at now; the middle one when nobody watches."""
        if not self._watched:
            return self._lent[-1].array.shape[0] // 2 if self._lent else 0
        return self._ask({"kind": "wanted"}).number("k")

    def arrived(self, k: int) -> None:
        """Pass on that slice ``k`` is complete, if somebody watches who does not know yet."""
        if self._watched and k not in self._handed_over:
            self._send({"kind": "arrived", "k": int(k)})

    def finish(self, result: Any) -> None:
        """Send what was asked for."""
        self._send_value("result", result)

    def fail(self, words: dict[str, str]) -> None:
        """Send why there is none."""
        self._send({"kind": "error", **words})

    @contextmanager
    def watching(self, request: Request) -> Generator[None]:
        """Tell the program which files of the request are opened meanwhile, so that it can name one if this ends."""
        self._asked = request if isinstance(request, LoadVolume) else None
        self._watched = self._asked is not None and self._asked.watched
        _told.process, _told.below, _told.last = os.getpid(), _files_of(request), ""
        _listen()
        if _told.files is not None:
            _told.files.forget()
        _told.active = True
        try:
            yield
        finally:
            _told.active = False

    def _send_value(self, kind: str, value: Any) -> None:
        tail: list[memoryview] = []
        data = encode(value, lambda array: self._put(array, tail))
        self._send({"kind": kind, "value": data}, tail)

    def _put(self, array: NDArray[Any], tail: list[memoryview]) -> ArraySpec:
        """Say which shared memory an array is, bring it there if it is large, or append it."""
        for each in self._lent:
            if each.is_seen_by(array):
                return {**array_spec(array), "block": each.number}
        native = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
        if native.nbytes < _LARGE_BYTES:
            offset = sum(len(part) for part in tail)
            tail.append(memoryview(native.tobytes()))
            return {**array_spec(native), "offset": offset}
        np.copyto(self.allocate(native.shape, native.dtype), native)
        return {**array_spec(native), "block": self._lent[-1].number}

    def _send(self, body: dict[str, Json], tail: Sequence[memoryview] = ()) -> None:
        with self._lock:
            self._alive()
            self._channel.send(body, tail)

    def _ask(self, body: dict[str, Json]) -> Message:
        with self._lock:
            self._send(body)
            return self._channel.receive()


_LARGE_BYTES = 1 << 16
_REPORT_EVERY_S = 0.02


class _Told:
    """Where opened files are written down: hooks of Python cannot be taken out again, so there is one for good."""

    files: OpenedFiles | None = None
    active = False
    process = 0
    below: frozenset[str] | tuple[str, ...] = ()
    listening = False
    last = ""

    def of_interest(self, path: str) -> bool:
        if isinstance(self.below, frozenset):
            return path in self.below
        return path.startswith(self.below)


_told = _Told()


def _files_of(request: Request) -> frozenset[str] | tuple[str, ...]:
    """Single files, or beginnings of paths: a DICOMDIR names files beside it, an archive's members are unpacked."""
    if isinstance(request, LoadVolume):
        return frozenset(map(str, request.series.files))
    beside = request.subject if request.subject.is_dir() else request.subject.parent
    return str(beside), tempfile.gettempdir()


def _listen() -> None:
    if not _told.listening:
        _told.listening = True
        place = os.environ.get(OPENED_VARIABLE)
        with suppress(OSError):
            _told.files = OpenedFiles(Path(place)) if place else None
        sys.addaudithook(_heard)


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" or not _told.active or _told.files is None:
        return
    path = arguments[0]
    path = str(path) if isinstance(path, str | Path) else ""
    if path and path != _told.last and _told.of_interest(path) and os.getpid() == _told.process:
        _told.last = path
        _told.files.note(path)
