"""The list of studies: filled by what is opened, searched, opened from, and marked as read."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from imaging.errors import LibraryError
from imaging.library.catalogued import CataloguedStudy, ReadingState, Search, study_key
from imaging.library.shelf import Shelf
from imaging.progress import Report
from imaging.regular import SUFFIX
from imaging.sandbox import Sandbox
from imaging.study import Series, Study
from viewer.commands.reading import Reading
from viewer.commands.reopening import MissingStudy, find_again
from viewer.errors import words
from viewer.jobs.indexing import archive_of, look_for_missing
from viewer.jobs.runner import Runner
from viewer.state.notices import Notices
from viewer.state.session import Session
from viewer.state.studies import Studies

Answer = TypeVar("Answer")


class Cataloguing(QObject):
    """Keeps the list of studies and does what is asked of it.

    Args:
        background: runs what nobody waits for; its jobs do not show in the status bar.
    """

    _told = Signal(str)

    def __init__(
        self,
        session: Session,
        studies: Studies,
        notices: Notices,
        background: Runner,
        shelf: Shelf,
        sandbox: Sandbox,
        reading: Reading,
    ) -> None:
        super().__init__()
        self._session, self._studies, self._notices = session, studies, notices
        self._background, self._shelf, self._sandbox = background, shelf, sandbox
        self._reading = reading
        self._opened = ""
        self._numbers = count()
        self._told.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        session.study_changed.connect(self._add)
        session.volume_changed.connect(self._follow)

    def begin(self) -> None:
        """Read the list, and look which studies are gone."""
        self.refresh()
        self._look_for_missing()

    def refresh(self) -> None:
        """Read the list anew."""
        search = self._studies.search

        def read(_: Report) -> tuple[tuple[CataloguedStudy, ...], tuple[str, ...]]:
            catalogue = self._shelf.catalogue
            return catalogue.studies(search), catalogue.modalities()

        self._background.start("list", "", read, lambda found: self._studies.show(*found), self._failed)

    def search(self, search: Search) -> None:
        """List what ``search`` asks for."""
        self._studies.set_search(search)
        self.refresh()

    def open(self, key: str) -> None:
        """Open the study with this key as it is on disk now."""
        study = self._studies.find(key)
        name = study.patient.name or study.description if study else ""
        self._reading.open_found(f"Opening {name or 'a study'}", lambda report: self._find(key, report))

    def step(self, count: int) -> None:
        """Open the study ``count`` further down the list from the shown one; the first one where that is not listed."""
        keys = [study.key for study in self._studies.listed if not study.missing]
        if not keys:
            return
        at = keys.index(self._studies.shown) + count if self._studies.shown in keys else 0
        if 0 <= at < len(keys):
            self.open(keys[at])
        else:
            self._notices.add("info", "This is the last study of the list." if count > 0 else "This is the first.")

    def show_series(self, uid: str) -> None:
        """Show a listed series in the active viewport; one of another study beside what is open."""
        study = self._session.study
        if study is not None and any(series.uid == uid for series in study.series):
            self._reading.load_uid(uid)
            return
        series = self._asked(lambda: self._shelf.catalogue.series(uid))
        if series is not None:
            self._show_beside(series)

    def series_of(self, key: str) -> tuple[Series, ...]:
        """The series of a listed study."""
        found = self._asked(lambda: self._shelf.catalogue.items(key)) or ()
        return tuple(each.item for each in found if isinstance(each.item, Series))

    @property
    def state_in_hand(self) -> ReadingState | None:
        """How far the study in hand is read; None where there is none."""
        found = self._studies.find(self._studies.in_hand)
        return found.state if found else None

    def set_state(self, state: ReadingState) -> None:
        """Note how far the study in hand is read."""
        key = self._studies.in_hand
        self._asked(lambda: self._shelf.catalogue.set_state(key, state))
        self._renew(key)

    def forget(self, key: str) -> None:
        """Take a study off the list; its files and annotations stay."""
        self._asked(lambda: self._shelf.catalogue.forget(key))
        self.refresh()

    def _find(self, key: str, report: Report) -> Study:
        """The study on disk; runs in a thread."""
        try:
            study, sentence = find_again(key, self._shelf.catalogue, self._sandbox, report)
        except MissingStudy:
            self._shelf.catalogue.set_missing({key: True})
            self._told.emit("")
            raise
        if sentence:
            self._told.emit(sentence)
        return study

    def _tell(self, sentence: str) -> None:
        if sentence:
            self._notices.add("warning", sentence)
        self.refresh()

    def _show_beside(self, series: Series) -> None:
        gone = [file for file in series.files if not file.exists()]
        if gone:
            self._notices.add("warning", f"{gone[0]} is no longer there: the series cannot be shown.")
            self._look_for_missing()
            return
        if self._session.study is None:
            self._session.open(Study(series.files[0].parent, (series,)))
        self._session.add(series)
        self._reading.load(series)

    def _look_for_missing(self) -> None:
        self._in_background(lambda report: look_for_missing(self._shelf.catalogue, report), lambda _: self.refresh())

    def _add(self) -> None:
        """List what was opened; not what was made from it, nor files of an archive that no study holds together."""
        study = self._session.study
        if study is None:
            return
        archive = archive_of(study)
        items = [*(each for each in study.series if not each.uid.endswith(SUFFIX)), *study.documents]
        listed = [item for item in items if item.study_uid or archive is None]
        self._in_background(lambda _: self._shelf.catalogue.add(listed, archive), lambda _: self._added())

    def _added(self) -> None:
        self._opened = ""
        self._follow()
        self.refresh()

    def _follow(self) -> None:
        """Note which study is on screen, and that it was opened."""
        series = self._session.series
        key = "" if series is None else study_key(series)
        self._studies.set_shown(key)
        if key and key != self._opened:
            self._opened = key
            self._in_background(lambda _: self._note_opened(key), self._show)

    def _note_opened(self, key: str) -> CataloguedStudy | None:
        """The study as the catalogue has it from now on; runs in a thread: the picture does not wait for the disk."""
        catalogue = self._shelf.catalogue
        catalogue.set_opened(key, datetime.now(UTC))
        return catalogue.study(key)

    def _renew(self, key: str) -> None:
        """Show what the catalogue says of one study now."""
        self._show(self._asked(lambda: self._shelf.catalogue.study(key)))

    def _show(self, study: CataloguedStudy | None) -> None:
        if study is not None:
            self._studies.update(study)
        if self._background.busy("list"):
            self.refresh()  # what is being read may be older than this change

    def _in_background(self, work: Callable[[Report], Any], done: Callable[[Any], None]) -> None:
        """Run ``work``, whatever else runs."""
        self._background.start(f"catalogue {next(self._numbers)}", "", work, done, self._failed)

    def _asked(self, question: Callable[[], Answer]) -> Answer | None:
        """The answer of the catalogue; None where it fails, which is told."""
        try:
            return question()
        except LibraryError as error:
            self._failed(error)
            return None

    def _failed(self, error: BaseException) -> None:
        self._notices.add("error", words(error))
