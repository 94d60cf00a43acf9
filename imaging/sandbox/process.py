"""The program's side of one worker: started, asked, listened to, and stopped when it is silent, gone or unwanted."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from imaging.arrival import Arrival
from imaging.errors import GeometryError, ImagingError
from imaging.progress import Report
from imaging.sandbox.channel import Channel, Message
from imaging.sandbox.limits import Limits
from imaging.sandbox.memory import Block, new_block
from imaging.sandbox.requests import RESULTS, Request, error_from
from imaging.sandbox.wire import ArraySpec, Json, WireError, array_layout, decode, encode
from imaging.volume import Volume

WORKER = (sys.executable, "-P", "-m", "imaging.sandbox.worker")

START_S = 60.0
"""A worker imports libraries before its first word; a cold disk takes its time."""

_LOOK_AGAIN_S = 0.1
_REMEMBERED_FILES = 8
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SYSTEMROOT", "SYSTEMDRIVE", "VIRTUAL_ENV")


class Stopped(Exception):
    """The worker ended without an answer.

    Attributes:
        words: how, to be followed by nothing.
        files: what it worked on, the likeliest first.
    """

    def __init__(self, words: str, files: tuple[Path, ...]) -> None:
        super().__init__(words)
        self.words, self.files = words, files


@dataclass
class _Exchange:
    """One request on its way: who listens, and what has been heard so far."""

    request: Request
    report: Report
    arrival: Arrival | None
    progress: tuple[int, int, str] = (0, 0, "")
    opened: list[Path] = field(default_factory=list)
    blocks: dict[int, Block] = field(default_factory=dict)

    @property
    def files(self) -> tuple[Path, ...]:
        """Files last opened, the one that the progress names first, then the newest."""
        newest = list(dict.fromkeys(reversed(self.opened)))
        newest.sort(key=lambda path: not self.progress[2].endswith(path.name))
        return tuple(newest[:_REMEMBERED_FILES])


class WorkerProcess:
    """A process of ``imaging.sandbox.worker``. For one thread at a time.

    Args:
        limits: what it may do at most.
        program: the command that starts one.
    """

    def __init__(self, limits: Limits, program: Sequence[str] = WORKER) -> None:
        self._limits = limits
        self._scratch = tempfile.mkdtemp(prefix="wetread-")
        self._ready = False
        try:
            self._channel, self._process = _started(program, limits, self._scratch)
        except BaseException:
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Request, report: Report, arrival: Arrival | None = None) -> Any:
        """The worker's answer: a Study, a Volume or a text.

        After anything but an answer or an :class:`ImagingError` the worker is of no more use and has to be stopped.

        Raises:
            ImagingError: the worker's own, of the class that the reader raised.
            Stopped: it ended, fell silent, or answered nonsense.
            Cancelled: by ``report``.
        """
        exchange = _Exchange(request, report, arrival)
        try:
            if not self._ready:
                self._next(exchange, START_S)
                self._ready = True
            body: dict[str, Json] = {"kind": "ask", "name": type(request).__name__}
            self._channel.send({**body, "request": encode(request, _no_arrays)})
            return self._answer(exchange)
        except WireError as error:
            raise Stopped(f"the reader gave an answer that makes no sense ({error})", exchange.files) from error
        except (EOFError, OSError) as error:
            raise Stopped(self._end_in_words(), exchange.files) from error
        finally:
            for block in exchange.blocks.values():
                block.close()

    def stop(self) -> None:
        """End the worker and everything it started, at once, and remove its scratch folder."""
        self._channel.close()
        if sys.platform == "win32":
            self._process.kill()
        else:
            # Its own session: helpers it started go with it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _answer(self, exchange: _Exchange) -> Any:
        while True:
            message = self._next(exchange, self._limits.silence_s)
            match message.kind:
                case "result":
                    expected = RESULTS[type(exchange.request)]
                    return _decoded(expected, message, exchange)
                case "error":
                    raise error_from(message.text("name"), message.text("path"), message.text("words"))
                case _:
                    self._serve(message, exchange)

    def _serve(self, message: Message, exchange: _Exchange) -> None:
        match message.kind:
            case "progress":
                exchange.progress = (message.number("done"), message.number("total"), message.text("text"))
                exchange.report(*exchange.progress)
            case "opening":
                exchange.opened = [*exchange.opened[-4 * _REMEMBERED_FILES :], Path(message.text("path"))]
            case "allocate":
                self._lend(message.number("bytes"), exchange)
            case "begun" if exchange.arrival:
                exchange.arrival.begun(_decoded(Volume, message, exchange))
            case "wanted" if exchange.arrival:
                self._channel.send({"kind": "wanted", "k": int(exchange.arrival.wanted())})
            case "arrived":
                if exchange.arrival:
                    exchange.arrival.arrived(message.number("k"))
            case _:
                raise WireError(f"unexpected message {message.kind[:40]!r}")

    def _lend(self, size: int, exchange: _Exchange) -> None:
        lent = sum(block.size for block in exchange.blocks.values())
        try:
            if size <= 0 or lent + size > self._limits.memory_bytes:
                raise OSError("more than a worker can hold")
            block = new_block(size)
        except (OSError, ValueError):
            self._channel.send({"kind": "refused"})
            return
        number = len(exchange.blocks)
        exchange.blocks[number] = block
        self._channel.send({"kind": "memory", "number": number, "bytes": size, "name": block.name}, fd=block.fd)

    def _next(self, exchange: _Exchange, patience_s: float) -> Message:
        """The next message. Asks ``report`` meanwhile: the person may cancel while the worker is silent.

        Raises:
            Stopped: silent for too long.
        """
        until = time.monotonic() + patience_s
        while not self._channel.waiting(_LOOK_AGAIN_S):
            exchange.report(*exchange.progress)
            if time.monotonic() > until:
                raise Stopped(f"took longer than {patience_s:g} s without progress: stopped", exchange.files)
        message = self._channel.receive()
        if message.fd is not None:
            os.close(message.fd)
            raise WireError("a file descriptor nobody asked for")
        return message

    def _end_in_words(self) -> str:
        """How the process ended."""
        try:
            status = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return "the reader fell silent"
        if status >= 0:
            return f"the reader ended with status {status}"
        name = signal.Signals(-status).name if -status in list(signal.Signals) else str(-status)
        return f"the reader was stopped by {_SIGNALS.get(name, f'signal {name}')}"


_SIGNALS = {
    "SIGSEGV": "a memory fault (SIGSEGV)",
    "SIGBUS": "a memory fault (SIGBUS)",
    "SIGABRT": "its own alarm (SIGABRT)",
    "SIGFPE": "a division by zero (SIGFPE)",
    "SIGILL": "an instruction this processor does not know (SIGILL)",
    "SIGKILL": "the system, as when memory runs out (SIGKILL)",
}


def _decoded(expected: Any, message: Message, exchange: _Exchange) -> Any:
    """The value in a message, its arrays from the message's tail or the exchange's shared memory."""

    def array(spec: ArraySpec) -> NDArray[Any]:
        shape, dtype, size = array_layout(spec)
        number, offset = spec.get("block"), spec.get("offset")
        if type(number) is int and number in exchange.blocks and exchange.blocks[number].size == size:
            return exchange.blocks[number].array(shape, dtype)
        if type(offset) is not int or not 0 <= offset <= len(message.tail) - size:
            raise WireError("an array that is nowhere")
        return _from_tail(message.tail, offset, size, shape, dtype)

    try:
        return decode(expected, message.body.get("value"), array)
    except (ImagingError, GeometryError, ValueError, TypeError, OverflowError) as error:
        raise WireError(str(error)) from error


def _from_tail(tail: bytearray, offset: int, size: int, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    import numpy as np

    array = np.frombuffer(bytes(tail[offset : offset + size]), np.uint8).view(dtype).reshape(shape)
    array.flags.writeable = False
    return array


def _no_arrays(_array: NDArray[Any]) -> ArraySpec:
    raise WireError("requests carry no arrays")


def _started(program: Sequence[str], limits: Limits, scratch: str) -> tuple[Channel, "subprocess.Popen[bytes]"]:
    ours, theirs = socket.socketpair()
    ours.settimeout(limits.silence_s)
    windows = sys.platform == "win32"
    number = "" if windows else str(theirs.fileno())
    try:
        process = subprocess.Popen(  # noqa: S603  our own interpreter and module
            [*program, number, scratch, str(limits.memory_bytes), str(limits.silence_s)],
            stdin=subprocess.PIPE if windows else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=() if windows else (theirs.fileno(),),
            start_new_session=True,
            env=_environment(scratch),
        )
        if process.stdin is not None:
            process.stdin.write(theirs.share(process.pid))  # pyright: ignore[reportAttributeAccessIssue]  Windows only
            process.stdin.close()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return Channel(ours), process


def _environment(scratch: str) -> dict[str, str]:
    """Only what a reader needs: no keys, tokens or addresses that happen to be in the program's environment."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    program = str(Path(__file__).resolve().parents[2])
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    folders = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP"), scratch)
    python = {"PYTHONPATH": program, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1", "MALLOC_ARENA_MAX": "4"}
    return {**kept, **threads, **folders, **python}
