"""Values with large arrays through a pipe, without copies that would hold up the window.

Pickle protocol 5 (PEP 574) hands the arrays out as they lie in memory; they are written to the pipe without Python's
lock, and read into the memory that they stay in. Shared memory was not taken: containers often allow 64 MB of it, and
writing beyond kills the process.
"""

import os
import pickle
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

_IN_PLACE = hasattr(os, "readv")
"""Where not (Windows), the pipe's own messages carry the arrays, with two copies more."""


def send(pipe: Connection, value: Any) -> None:
    """Send a picklable value.

    Raises:
        OSError: nobody reads at the other end.
    """
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    parts = [buffer.raw() for buffer in buffers]
    pipe.send((head, [part.nbytes for part in parts]))
    for part in parts:
        _write(pipe, part)


def receive(pipe: Connection) -> Any:
    """The value that the other process sent, its arrays read-only. Only for our own child or parent: it unpickles.

    Raises:
        EOFError: the other end was closed.
        OSError: the pipe broke.
    """
    head, sizes = pipe.recv()
    return pickle.loads(head, buffers=[_read(pipe, size) for size in sizes])  # noqa: S301  our own process


def _write(pipe: Connection, part: memoryview) -> None:
    if not _IN_PLACE:
        pipe.send_bytes(part)
        return
    while part.nbytes:
        part = part[os.writev(pipe.fileno(), (part,)) :]


def _read(pipe: Connection, size: int) -> memoryview:
    if not _IN_PLACE:
        return memoryview(pipe.recv_bytes())
    whole = np.empty(size, np.uint8).data  # a bytearray would be zeroed first, with Python's lock
    left = whole
    while left.nbytes:
        count = os.readv(pipe.fileno(), (left,))
        if count == 0:
            raise EOFError
        left = left[count:]
    return whole.toreadonly()
