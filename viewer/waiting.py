"""Letting the event loop run until something has happened: for the tour and for pictures, never for the window."""

import time
from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from viewer.errors import ViewerError

STEP_S = 0.01


def wait_until(condition: Callable[[], bool], what: str, timeout_s: float = 120.0) -> None:
    """Process events until ``condition()`` holds.

    Raises:
        ViewerError: it did not happen in time; names what was waited for.
    """
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise ViewerError(f"gave up after {timeout_s:g} s waiting for {what}")
        QApplication.processEvents()
        time.sleep(STEP_S)
    QApplication.processEvents()
