"""The program's side of one worker: started, asked, listened to, and stopped when it is silent, gone or unwanted."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from imaging.arrival import Arrival
from imaging.progress import Report
from imaging.sandbox.channel import Message
from imaging.sandbox.exchange import Exchange
from imaging.sandbox.left import LeftPlanes, planes_in
from imaging.sandbox.limits import Limits
from imaging.sandbox.memory import Block, new_block
from imaging.sandbox.opened import opened_files
from imaging.sandbox.planes import TakenPlanes
from imaging.sandbox.requests import RESULTS, UNEXPECTED, LoadVolume, Request, error_from
from imaging.sandbox.starting import WORKER, started
from imaging.sandbox.wire import ArraySpec, Json, WireError, array_layout, encode
from imaging.volume import Volume

START_S = 60.0
"""A worker imports libraries before its first word; a cold disk takes its time."""

_LOOK_AGAIN_S, _LAST_WAIT_S = 0.02, 2.0
_REMEMBERED_FILES = 8


class Stopped(Exception):
    """The worker ended without an answer.

    Attributes:
        words: how, to be followed by nothing.
        files: what it worked on, the likeliest first.
    """

    def __init__(self, words: str, files: tuple[Path, ...]) -> None:
        super().__init__(words)
        self.words, self.files = words, files

    def words_with_file(self, asked: Path) -> str:
        """The words, and the file read last where it is another than the one asked for, as in an archive."""
        inside = [file.name for file in self.files if file != asked]
        return f"{self.words}, at {inside[0]}" if inside else self.words


class WorkerProcess:
    """A process of ``imaging.sandbox.worker``. For one thread at a time.

    Args:
        limits: what it may do at most.
        scratch: the only folder it may write to.
        program: the command that starts one.

    Raises:
        OSError: no process could be started.
    """

    def __init__(self, limits: Limits, scratch: str, program: Sequence[str] = WORKER) -> None:
        self._limits = limits
        self._ready = False
        self._opened = Path(scratch, f"opened-{secrets.token_hex(8)}")
        self._channel, self._process = started(program, limits, scratch, self._opened)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def _files(self) -> tuple[Path, ...]:
        """Files it turned to last, the newest first."""
        return tuple(dict.fromkeys(reversed(opened_files(self._opened))))[:_REMEMBERED_FILES]

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Request, report: Report, arrival: Arrival | None = None) -> Any:
        """The worker's answer: a Study, a text, a Volume, or an UnreadVolume.

        After anything but an answer or an :class:`ImagingError` the worker is of no more use and has to be stopped.

        Raises:
            ImagingError: the worker's own, of the class that the reader raised.
            Stopped: it ended, fell silent, answered nonsense, or failed as no reader means to.
            Cancelled: by ``report``.
        """
        exchange = Exchange(request, report, arrival)
        try:
            if not self._ready:
                self._next(exchange, START_S)
                self._ready = True
            body: dict[str, Json] = {"kind": "ask", "name": type(request).__name__}
            self._channel.send({**body, "request": encode(request, _no_arrays)})
            exchange.make_room(self._limits.memory_bytes)
            return self._answer(exchange)
        except WireError as error:
            raise Stopped(f"the reader gave an answer that makes no sense ({error})", self._files) from error
        except (EOFError, OSError) as error:
            raise Stopped(self._end_in_words(), self._files) from error
        finally:
            exchange.close()

    def stop(self) -> None:
        """End the worker and everything it started, at once.

        Killed before its line is closed: a worker whose line ends takes the program for gone and tidies up behind it.
        """
        if sys.platform == "win32":
            self._process.kill()
        else:
            # Its own session: helpers it started go with it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):  # what waits for a disk that is gone dies only after it
            self._process.wait(_LAST_WAIT_S)
        self._channel.close()

    def _answer(self, exchange: Exchange) -> Any:
        while True:
            message = self._next(exchange, self._limits.silence_s)
            match message.kind:
                case "result":
                    value = exchange.decoded(RESULTS[type(exchange.request)], message)
                    return exchange.answer(value)
                case "error" if message.text("name") == UNEXPECTED:
                    raise Stopped(message.text("words"), self._files)
                case "error":
                    raise error_from(message.text("name"), message.text("path"), message.text("words"))
                case _:
                    self._serve(message, exchange)

    def _serve(self, message: Message, exchange: Exchange) -> None:
        match message.kind:
            case "progress":
                exchange.progress = (message.number("done"), message.number("total"), message.text("text"))
                exchange.report(*exchange.progress)
            case "allocate":
                self._lend(message.number("bytes"), exchange)
            case "planes":
                self._lend_planes(message, exchange)
            case "left":
                self._note_left(message, exchange)
            case "filled":
                self._take(message, exchange)
            case "begun" if exchange.arrival:
                exchange.begun = True
                exchange.arrival.begun(exchange.decoded(Volume, message))
            case "wanted" if exchange.arrival:
                self._channel.send({"kind": "wanted", "k": int(exchange.arrival.wanted())})
            case "arrived":
                if exchange.arrival:
                    exchange.arrival.arrived(message.number("k"))
            case _:
                raise WireError(f"unexpected message {message.kind[:40]!r}")

    def _lend(self, size: int, exchange: Exchange, planes: Callable[[Block], TakenPlanes] | None = None) -> None:
        """Send the worker shared memory, for a whole array or to pass ``planes`` through; or refuse."""
        exchange.give_up_room()
        lent = sum(block.size for block in exchange.blocks.values())
        number = len(exchange.blocks)
        try:
            if size <= 0 or lent + size > self._limits.memory_bytes:
                raise OSError("more than a worker can hold")
            exchange.blocks[number] = block = new_block(size)
            if planes is not None:
                exchange.taken[number] = planes(block)
        except (OSError, ValueError, MemoryError):
            self._channel.send({"kind": "refused"})
            return
        self._channel.send({"kind": "memory", "number": number, "bytes": size, "name": block.name}, fd=block.fd)

    def _lend_planes(self, message: Message, exchange: Exchange) -> None:
        shape, dtype, size = array_layout(message.body)
        buffers = message.number("buffers"), message.number("each")
        together = size + sum(taken.array.nbytes for taken in exchange.taken.values())
        if not shape or 0 in shape or min(buffers) < 1 or together > self._limits.memory_bytes:
            self._channel.send({"kind": "refused"})
            return
        exchange.taken.clear()  # a worker begins again where values need a wider type; nobody waits for the first
        passing = size // shape[0] * buffers[0] * buffers[1]
        self._lend(passing, exchange, lambda block: TakenPlanes(shape, dtype, buffers, block))

    def _note_left(self, message: Message, exchange: Exchange) -> None:
        """Make room for a volume whose planes the program reads."""
        shape, dtype, size = array_layout(message.body)
        if not isinstance(exchange.request, LoadVolume) or exchange.request.gives_all or exchange.left is not None:
            raise WireError("planes left that were asked for, or left before")
        if size > self._limits.memory_bytes:
            self._channel.send({"kind": "refused"})
            return
        stored = planes_in(message, exchange.request.series.files)
        try:
            exchange.left = LeftPlanes(shape, dtype, stored, exchange.room, exchange.report, exchange.arrival)
        except MemoryError:
            self._channel.send({"kind": "refused"})
        else:
            self._channel.send({"kind": "noted"})
            exchange.left.filling.start()

    def _take(self, message: Message, exchange: Exchange) -> None:
        ks, taken = message.numbers("ks"), exchange.taken.get(message.number("number"))
        if taken is None:
            raise WireError("planes of no volume")
        exchange.report(*exchange.progress)  # where planes come without a pause, nobody else asks whether to go on
        taken.take(message.number("buffer"), ks)
        self._channel.send({"kind": "taken"})
        if exchange.arrival and exchange.begun and message.body.get("shown") is True:
            for k in ks:
                exchange.arrival.arrived(k)

    def _next(self, exchange: Exchange, patience_s: float) -> Message:
        """The next message. Asks ``report`` meanwhile: the person may cancel while the worker is silent.

        Raises:
            Stopped: silent for too long.
        """
        until = time.monotonic() + patience_s
        while not self._channel.waiting(_LOOK_AGAIN_S):
            exchange.report(*exchange.progress)
            if time.monotonic() > until:
                raise Stopped(f"took longer than {patience_s:g} s without progress: stopped", self._files)
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


def _no_arrays(_array: NDArray[Any]) -> ArraySpec:
    raise WireError("requests carry no arrays")
