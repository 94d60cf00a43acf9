"""One end of the socket between the program and a worker: whole messages, each perhaps with bytes and a descriptor."""

import json
import os
import select
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from imaging.sandbox.wire import Json, WireError

_FRAME = struct.Struct("<QQ")
MOST_TEXT_BYTES = 256 << 20
MOST_TAIL_BYTES = 512 << 20
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Message:
    """What came: a JSON object, the bytes behind it, and a file descriptor or None."""

    body: dict[str, Json]
    tail: bytearray
    fd: int | None = None

    @property
    def kind(self) -> str:
        return str(self.body.get("kind"))

    def number(self, key: str) -> int:
        """A whole number of the body.

        Raises:
            WireError: it is none.
        """
        value = self.body.get(key)
        if type(value) is not int:
            raise WireError(f"expected a number as {key}, found {str(value)[:80]!r}")
        return value

    def numbers(self, key: str) -> list[int]:
        """Whole numbers of the body.

        Raises:
            WireError: they are none.
        """
        values = self.body.get(key)
        if not isinstance(values, list) or not all(type(value) is int for value in values):
            raise WireError(f"expected numbers as {key}, found {str(values)[:80]!r}")
        return cast("list[int]", values)

    def text(self, key: str) -> str:
        """A text of the body.

        Raises:
            WireError: it is none.
        """
        value = self.body.get(key)
        if not isinstance(value, str):
            raise WireError(f"expected a text as {key}, found {str(value)[:80]!r}")
        return value


class Channel:
    """A stream socket that carries messages. Not for several threads at once."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def send(self, body: dict[str, Json], tail: Sequence[bytes | memoryview] = (), fd: int | None = None) -> None:
        """Send one message.

        Raises:
            OSError: the other side is gone, or does not read within the socket's timeout.
        """
        text = json.dumps(body).encode()
        frame = _FRAME.pack(len(text), sum(len(part) for part in tail))
        if fd is None or sys.platform == "win32":
            self._socket.sendall(frame + text)
        else:
            sent = socket.send_fds(self._socket, [frame], [fd])
            self._socket.sendall(frame[sent:] + text)
        for part in tail:
            self._socket.sendall(part)

    def waiting(self, timeout_s: float) -> bool:
        """True when a message, or the end, is there within this time."""
        return bool(select.select([self._socket], [], [], timeout_s)[0])

    def receive(self) -> Message:
        """The next message; blocks until it is whole.

        Raises:
            EOFError: the other side is gone.
            OSError: it is gone, or fell silent inside a message.
            WireError: what came is no message.
        """
        head, fds = self._head()
        text_bytes, tail_bytes = _FRAME.unpack(head)
        try:
            if text_bytes > MOST_TEXT_BYTES or tail_bytes > MOST_TAIL_BYTES:
                raise WireError(f"a message of {text_bytes + tail_bytes} bytes")
            body = json.loads(self._bytes(text_bytes))
            if not isinstance(body, dict):
                raise WireError("a message that is no object")
            return Message(body, self._bytes(tail_bytes), fds[0] if fds else None)
        except (ValueError, RecursionError) as error:
            raise WireError(f"a message that is no JSON: {error}") from error

    def close(self) -> None:
        """Close the socket: the other side sees the end."""
        self._socket.close()

    def _head(self) -> tuple[bytes, list[int]]:
        """The frame and the descriptors that came with it; any but the first are closed."""
        if sys.platform == "win32":
            return bytes(self._bytes(_FRAME.size)), []
        data, fds, _, _ = socket.recv_fds(self._socket, _FRAME.size, 1)
        if not data:
            raise EOFError
        for surplus in fds[1:]:
            os.close(surplus)
        return data + bytes(self._bytes(_FRAME.size - len(data))), fds[:1]

    def _bytes(self, count: int) -> bytearray:
        """Exactly ``count`` bytes; memory grows with what has come, not with what was announced."""
        data = bytearray()
        while len(data) < count:
            part = self._socket.recv(min(_CHUNK, count - len(data)))
            if not part:
                raise EOFError
            data += part
        return data
