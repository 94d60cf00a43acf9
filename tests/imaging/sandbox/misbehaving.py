"""A worker that misbehaves: ``python misbehaving.py FUNCTION …`` calls the function with each request."""

import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.sandbox import relay, worker
from imaging.sandbox.channel import Channel
from imaging.sandbox.requests import OpenStudy, Request
from imaging.stored_planes import StoredPlanes


def _reads_bad_file(request: Request) -> bool:
    """True when the request meets a file called ``bad…``; opens files as a reader would."""
    if isinstance(request, OpenStudy) and request.path.is_dir():
        for path in sorted(request.path.iterdir()):
            if path not in request.skip:
                path.open("rb").close()
                if path.name.startswith("bad"):
                    return True
        return False
    request.subject.open("rb").close()
    return request.subject.name.startswith("bad")


def crash(request: Request) -> None:
    if _reads_bad_file(request):
        ctypes.string_at(0)


def crash_within(_request: Request) -> None:
    _meet_bad_pictures(lambda: ctypes.string_at(0))


def hang_within(_request: Request) -> None:
    _meet_bad_pictures(lambda: time.sleep(60))


def crash_after_leaving(_request: Request) -> None:
    """Die when the program knows where the planes lie, before it knows the volume."""

    def finish(self: relay.Relay, result: object) -> None:
        ctypes.string_at(0)

    relay.Relay.finish = finish


def leave_twice(_request: Request) -> None:
    leave = relay.Relay.leave

    def twice(
        self: relay.Relay, planes: StoredPlanes, shape: tuple[int, ...], dtype: np.dtype[Any]
    ) -> NDArray[Any] | None:
        leave(self, planes, shape, dtype)
        return leave(self, planes, shape, dtype)

    relay.Relay.leave = twice


def _meet_bad_pictures(act: Callable[[], object]) -> None:
    """Act when a reader, and not before, comes to a picture called ``bad…``."""
    from imaging.formats import content, raster

    def identity(path: Path) -> str:
        if path.name.startswith("bad"):
            act()
        return content.identity(path)

    raster.identity = identity


def be_killed(request: Request) -> None:
    if _reads_bad_file(request):
        os.kill(os.getpid(), signal.SIGKILL)


def hang(request: Request) -> None:
    if _reads_bad_file(request):
        time.sleep(60)


def eat_memory(request: Request) -> None:
    if _reads_bad_file(request):
        eaten = [bytearray(1 << 26)]
        while True:
            eaten.append(bytearray(1 << 26))


class Panic(BaseException):
    """As pyo3's PanicException: no Exception."""


def panic(request: Request) -> None:
    if _reads_bad_file(request):
        raise Panic("index out of range")


def reach_out(request: Request) -> None:
    """Try each way of changing what is outside; say which succeeded."""
    outside = request.subject.parent
    tried = {
        "write": lambda: (outside / "written").write_text("x"),
        "make": lambda: (outside / "made").touch(),
        "change": lambda: request.subject.open("r+b").close(),
        "remove": lambda: request.subject.unlink(),
        "connect": lambda: _connect_somewhere(),
        "signal": lambda: os.kill(os.getppid(), 0),
    }
    done = []
    for name, act in tried.items():
        try:
            act()
        except OSError:
            continue
        done.append(name)
    Path(os.environ["TMPDIR"], "inside").write_text("scratch may be written")
    raise Panic(f"done: {done}, secret: {os.environ.get('SECRET_TOKEN', 'unseen')}")


def _connect_somewhere() -> None:
    """Succeeds also where nobody answers: only being forbidden to try is a failure."""
    with socket.socket() as outgoing:
        try:
            outgoing.connect(("127.0.0.1", 9))
        except ConnectionRefusedError:
            return


def speak_nonsense(request: Request) -> None:
    """Send a pickle that would make a file, as a worker that was taken over might."""
    import pickle
    import struct

    class Attack:
        def __reduce__(self) -> tuple[object, ...]:
            return os.open, (str(request.subject.parent / "attacked"), os.O_CREAT)

    text = pickle.dumps(Attack())
    _connection().sendall(struct.pack("<QQ", len(text), 0) + text)
    time.sleep(60)


def speak_of_other_types(request: Request) -> None:
    """Answer with something well formed of a wrong type."""
    Channel(_connection()).send({"kind": "result", "value": ["a study?", [], []]})
    time.sleep(60)


def _connection():
    return socket.socket(fileno=int(sys.argv[2]))


if __name__ == "__main__":
    sys.exit(worker.main(sys.argv[2:], globals()[sys.argv[1]]))
