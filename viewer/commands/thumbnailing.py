"""Small pictures, made in the background while nothing is being opened or loaded."""

from pathlib import Path

from PySide6.QtCore import QObject

from imaging.errors import ImagingError
from imaging.sandbox import Sandbox
from imaging.study import Series
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.jobs.thumbnails import thumbnail
from viewer.state.notices import Notices
from viewer.state.session import Session
from viewer.state.studies import Studies

_GOES_FIRST = ("open", "load")
_KEY = "thumbnail"


class Thumbnailing(QObject):
    """Makes the small pictures that somebody looks for, the last asked for first.

    Args:
        runner: what a person waits for; pictures wait until nothing is opened or loaded there.
        background: runs the making.
        folder: where pictures are kept.
    """

    def __init__(
        self,
        session: Session,
        studies: Studies,
        notices: Notices,
        runner: Runner,
        background: Runner,
        sandbox: Sandbox,
        folder: Path,
    ) -> None:
        super().__init__()
        self._session, self._studies, self._notices = session, studies, notices
        self._background, self._sandbox, self._folder = background, sandbox, folder
        self._first: set[str] = set()
        self._waiting: dict[str, Series] = {}
        self._complained = False
        runner.started.connect(self._on_started)
        runner.ended.connect(self._on_ended)
        session.study_changed.connect(self._on_study)

    def want(self, series: Series) -> None:
        """Have a picture of ``series`` made, unless there is one or none can be made."""
        if series.uid in self._studies.pictures:
            return
        self._waiting.pop(series.uid, None)
        self._waiting[series.uid] = series
        self._next()

    def _next(self) -> None:
        if self._first or not self._waiting or self._background.busy(_KEY):
            return
        uid, series = self._waiting.popitem()
        self._background.start(
            _KEY,
            "",
            lambda report: thumbnail(series, self._folder, self._sandbox, report),
            lambda path: self._made(uid, path),
            lambda error: self._failed(uid, error),
        )

    def _made(self, uid: str, path: Path | None) -> None:
        self._studies.set_picture(uid, path)
        self._next()

    def _failed(self, uid: str, error: BaseException) -> None:
        """No picture; the reason is told when the series is opened, anything unexpected once."""
        if not isinstance(error, ImagingError) and not self._complained:
            self._complained = True
            self._notices.add("warning", f"A small picture could not be made: {words(error)}")
        self._made(uid, None)

    def _on_started(self, key: str) -> None:
        if key.startswith(_GOES_FIRST):
            self._first.add(key)

    def _on_ended(self, key: str) -> None:
        self._first.discard(key)
        self._next()

    def _on_study(self) -> None:
        """Files may have changed since pictures of them were looked for."""
        study = self._session.study
        if study is not None:
            self._studies.drop_pictures(series.uid for series in study.series)
