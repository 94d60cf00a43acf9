"""Work on files in this process, given up when it is cancelled or says nothing for too long.

A read from a disk that does not answer cannot be interrupted: its thread is left behind, and nobody waits for it.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TypeVar

from imaging.progress import Cancelled, Report

_LOOK_AGAIN_S = 0.1

_Told = tuple[int, int, str]
_Result = TypeVar("_Result")


class SilenceError(Exception):
    """The work told nothing for so long that it was given up."""


def watched(work: Callable[[Report], _Result], report: Report, silence_s: float) -> _Result:
    """What ``work`` returns, done in a thread of its own; ``report`` is called in the calling one.

    Args:
        work: tells its progress to what it is given, often.
        report: asked several times a second, also while the work tells nothing.
        silence_s: seconds without progress after which the work is given up.

    Raises:
        SilenceError: it was.
        Cancelled: by ``report``. Whatever ``work`` raises passes, too.
    """
    told: SimpleQueue[_Told | None] = SimpleQueue()
    given_up, answered = threading.Event(), threading.Semaphore(0)
    result: Future[_Result] = Future()

    def tell(done: int, total: int, text: str) -> None:
        told.put((done, total, text))
        answered.acquire()  # nothing more is done before the caller said that it may
        if given_up.is_set():
            raise Cancelled

    def run() -> None:
        try:
            result.set_result(work(tell))
        except BaseException as error:  # noqa: BLE001 - all belong to the caller, in whose stead this thread works
            result.set_exception(error)
        told.put(None)

    threading.Thread(target=run, daemon=True, name="wetread-watched").start()
    try:
        _pass_on(told, answered, report, silence_s)
    except BaseException:
        given_up.set()
        answered.release()
        raise
    return result.result()


def _pass_on(
    told: "SimpleQueue[_Told | None]", answered: threading.Semaphore, report: Report, silence_s: float
) -> None:
    """Tell ``report`` what is told until the end of it.

    Raises:
        SilenceError: nothing was for too long.
        Cancelled: by ``report``.
    """
    last: _Told = (0, 1, "")
    heard = time.monotonic()
    while True:
        try:
            now = told.get(timeout=_LOOK_AGAIN_S)
        except Empty:
            if time.monotonic() - heard > silence_s:
                raise SilenceError(f"no answer for {silence_s:g} s") from None
            report(*last)
        else:
            if now is None:
                return
            last, heard = now, time.monotonic()
            report(*last)
            answered.release()
