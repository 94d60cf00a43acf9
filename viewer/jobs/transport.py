"""Values with large arrays through a pipe, without copies that would hold up the window.

Pickle protocol 5 (PEP 574) hands the arrays out as they lie in memory; they are written to the pipe without Python's
lock. Shared memory was not taken: containers often allow 64 MB of it, and writing beyond kills the process.
"""

import pickle
from multiprocessing.connection import Connection
from typing import Any


def send(pipe: Connection, value: Any) -> None:
    """Send a picklable value.

    Raises:
        OSError: nobody reads at the other end.
    """
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    pipe.send((head, len(buffers)))
    for buffer in buffers:
        pipe.send_bytes(buffer.raw())


def receive(pipe: Connection) -> Any:
    """The value that the other process sent, its arrays read-only. Only for our own child or parent: it unpickles.

    Raises:
        EOFError: the other end was closed.
        OSError: the pipe broke.
    """
    head, count = pipe.recv()
    return pickle.loads(head, buffers=[pipe.recv_bytes() for _ in range(count)])  # noqa: S301  our own process
