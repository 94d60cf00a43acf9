"""The other side of the sandbox: ``python -m imaging.sandbox.worker SOCKET SCRATCH MEMORY_BYTES SILENCE_S``.

Started by :mod:`imaging.sandbox.process`. Binds itself by :mod:`imaging.sandbox.limits`, then answers one request after
another until the socket ends.
"""

import gc
import importlib
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from imaging.sandbox import limits
from imaging.sandbox.channel import Channel, Message
from imaging.sandbox.relay import Relay
from imaging.sandbox.requests import (
    REQUESTS,
    LoadVolume,
    OpenFiles,
    OpenStudy,
    ReadKeySelection,
    ReadMeasurements,
    ReadMetadata,
    ReadPresentation,
    ReadSegmentation,
    ReadText,
    Request,
    describe_error,
)
from imaging.sandbox.wire import decode

_COLLECT_SELDOM = (50_000, 20, 50)
"""Headers of a folder are many small objects, all of them in use: looking through them again and again takes longer
than reading them. After each request what is young is collected."""


def main(arguments: list[str], before: Callable[[Request], None] | None = None) -> int:
    """Serve until the other side closes the socket; 0.

    Args:
        arguments: socket, scratch folder, bytes of memory, seconds of silence.
        before: called with each request before it is carried out (tests).
    """
    number, scratch, memory_bytes, silence_s = arguments
    bound = limits.Limits(int(memory_bytes), float(silence_s))
    channel = Channel(_connection(number))
    _import_readers()
    gc.freeze()  # what is imported by now stays: collecting after each request is then quick
    gc.set_threshold(*_COLLECT_SELDOM)
    limits.apply(bound, Path(scratch))
    channel.send({"kind": "ready"})
    while True:
        _alarm(0)
        try:
            message = channel.receive()
        except (EOFError, OSError):
            # The program is gone: images of patients that were unpacked do not stay.
            shutil.rmtree(scratch, ignore_errors=True)
            return 0
        _alarm(bound.silence_s)
        _answer(message, Relay(channel, lambda: _alarm(bound.silence_s)), bound, before)
        gc.collect(1)  # not all: the headers kept for the next request are very many objects


def _answer(message: Message, relay: Relay, bound: limits.Limits, before: Callable[[Request], None] | None) -> None:
    """Answer one request. Every failure becomes words: Rust code in codecs panics past ``Exception``."""
    subject = Path()
    try:
        request = _request(message)
        subject = request.subject
        with relay.watching(request):
            if before:
                before(request)
            result = _carry_out(request, relay)
        relay.finish(result)
    except BaseException as error:  # noqa: BLE001  a panic of pyo3 is no Exception, and no input may end the loop
        words = describe_error(error, subject, bound.memory_bytes)
        relay.fail(words)


def _request(message: Message) -> Request:
    def refuse(_spec: Any) -> Any:
        raise TypeError("requests carry no arrays")

    return decode(REQUESTS[message.text("name")], message.body["request"], refuse)


def _carry_out(request: Request, relay: Relay) -> Any:
    from imaging.formats import documents, reading

    match request:
        case OpenStudy():
            return reading.open_study(request.path, relay.report, skip=request.skip)
        case OpenFiles():
            files = [file for file in request.files if file not in request.skip]
            return reading.open_files(request.path, files, relay.report)
        case LoadVolume():
            return reading.load_volume(request.series, relay.report, arrival=relay)
        case ReadText():
            return documents.read_text(request.document)
        case ReadSegmentation():
            from imaging.formats.segmentation import importing

            return importing.import_onto(request.path, request.grid, request.series, relay.report, request.resample)
        case ReadMetadata():
            from imaging.formats import metadata

            return metadata.read_metadata(request.path)
        case ReadMeasurements():
            from imaging.formats.measurement_report import reading as reports

            return reports.read_packed(request.path, request.grid, request.series)
        case ReadPresentation():
            from imaging.formats.presentation import reading as presentations

            return presentations.read_presentation(request.path, request.grid, request.series)
        case ReadKeySelection():
            from imaging.formats import key_selection

            return key_selection.read_key_selection(request.path, request.series)


def _import_readers() -> None:
    """Import before the first request, and while Python may still read its own files as it likes."""
    for name in ("numpy", "pydicom", "imaging.formats.reading", "imaging.formats.dicom.reader"):
        importlib.import_module(name)


def _alarm(silence_s: float) -> None:
    """Let the system end this process when nothing is heard of it for three times as long as the program would wait.

    The program kills a silent worker itself; this is for the worker whose program was killed.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, 3 * silence_s)


def _connection(number: str) -> socket.socket:
    if sys.platform == "win32":
        return socket.fromshare(sys.stdin.buffer.read())
    return socket.socket(fileno=int(number))


if __name__ == "__main__":
    with suppress(BrokenPipeError, KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
