"""Reads the header of the file that is looked at."""

from pathlib import Path

from imaging.sandbox import Sandbox
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.state.header import Header
from viewer.state.session import Session


class Inspecting:
    """Keeps the header that is shown in step with the slice that is shown."""

    def __init__(self, session: Session, header: Header, runner: Runner, sandbox: Sandbox) -> None:
        self._session, self._header, self._runner, self._sandbox = session, header, runner, sandbox

    @property
    def file(self) -> Path | None:
        """The file of the shown slice; the first one of the series where a slice has no file of its own."""
        series, pane = self._session.series, self._session.active
        if series is None or not series.files:
            return None
        k = pane.stored_k if len(series.files) == series.frames else 0
        return series.files[min(k or 0, len(series.files) - 1)]

    def look(self, again: bool = False) -> None:
        """Read the header of the shown slice's file, unless it is the one that is shown.

        Args:
            again: read it in any case.
        """
        file = self.file
        if file is None:
            self._header.show(None, ())
        elif again or file != self._header.file:
            self._runner.start(
                "header",
                "",
                lambda _report: self._sandbox.read_metadata(file),
                lambda elements: self._header.show(file, elements),
                lambda error: self._header.show(file, (), words(error)),
            )
