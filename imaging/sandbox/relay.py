"""The worker's line to the program: progress, opened files, and arrays straight into shared memory."""

import os
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.sandbox.channel import Channel, Message
from imaging.sandbox.memory import writable
from imaging.sandbox.requests import LoadVolume, Request
from imaging.sandbox.wire import ArraySpec, Json, array_spec, encode
from imaging.volume import Volume


@dataclass(frozen=True)
class _Lent:
    """An array in shared memory and the number the program knows it by."""

    number: int
    array: NDArray[Any]

    def is_seen_by(self, array: NDArray[Any]) -> bool:
        same_place = array.__array_interface__["data"][0] == self.array.__array_interface__["data"][0]
        return same_place and array.nbytes == self.array.nbytes and bool(array.flags.c_contiguous)


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
        self._watched = False

    def report(self, done: int, total: int, text: str) -> None:
        """Pass progress on; it is the program that cancels, by ending this process."""
        self._send({"kind": "progress", "done": int(done), "total": int(total), "text": str(text)})

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """Zeroed memory that the program sees too.

        Raises:
            MemoryError: the program does not give, or this process cannot hold, that much.
        """
        dtype = np.dtype(dtype).newbyteorder("=")
        count = int(np.prod([int(n) for n in shape], dtype=object))
        reply = self._ask({"kind": "allocate", "bytes": count * dtype.itemsize})
        if reply.kind != "memory":
            raise MemoryError(f"{count * dtype.itemsize} bytes for an array")
        try:
            view = writable(reply.number("bytes"), reply.fd, str(reply.body.get("name", "")))
        except (OSError, ValueError) as error:
            raise MemoryError(str(error)) from error
        array = np.frombuffer(view, dtype, count).reshape(shape)
        self._lent.append(_Lent(reply.number("number"), array))
        return array

    def begun(self, volume: Volume) -> None:
        """Show a volume whose slices are still to come."""
        if self._watched:
            self._send_value("begun", volume)

    def wanted(self) -> int:
        """The slice that is looked at now; the middle one when nobody watches."""
        if not self._watched:
            return self._lent[-1].array.shape[0] // 2 if self._lent else 0
        return self._ask({"kind": "wanted"}).number("k")

    def arrived(self, k: int) -> None:
        """Pass on that slice ``k`` is complete: also a sign of life when nobody watches."""
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
        self._watched = isinstance(request, LoadVolume) and request.watched
        _told.relay, _told.process = self, os.getpid()
        _told.below, _told.last = _files_of(request), ""
        _listen()
        try:
            yield
        finally:
            _told.relay = None

    def opening(self, path: str) -> None:
        """Pass on the file that is worked on from now."""
        self._send({"kind": "opening", "path": path})

    def _send_value(self, kind: str, value: Any) -> None:
        tail: list[memoryview] = []
        data = encode(value, lambda array: self._put(array, tail))
        self._send({"kind": kind, "value": data}, tail)

    def _put(self, array: NDArray[Any], tail: list[memoryview]) -> ArraySpec:
        """Say which shared memory an array is, bring it there if it is large, or append it."""
        native = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
        if native.nbytes < _LARGE_BYTES and not any(each.is_seen_by(native) for each in self._lent):
            offset = sum(len(part) for part in tail)
            tail.append(memoryview(native.tobytes()))
            return {**array_spec(native), "offset": offset}
        for each in self._lent:
            if each.is_seen_by(native):
                return {**array_spec(native), "block": each.number}
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


class _Told:
    """Who is told of opened files: hooks of Python cannot be taken out again, so there is one for good."""

    relay: Relay | None = None
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
        sys.addaudithook(_heard)


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" or _told.relay is None:
        return
    path = arguments[0]
    path = str(path) if isinstance(path, str | Path) else ""
    if path and path != _told.last and _told.of_interest(path) and os.getpid() == _told.process:
        _told.last = path
        with suppress(OSError):
            _told.relay.opening(path)
