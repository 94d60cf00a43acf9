"""Work queues made and exported, and who reads."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from imaging.errors import LibraryError, SaveError
from imaging.library.queue_figures import as_csv, as_json
from imaging.library.queued import WorkQueue, readable, title_of
from imaging.library.shelf import Shelf
from imaging.saving import write_bytes
from imaging.study import Series
from viewer.commands.indexing import FolderIndexing
from viewer.commands.kept_setting import KeptSetting
from viewer.commands.queueing import Queueing
from viewer.errors import words
from viewer.places import READER_VARIABLE, sign_in
from viewer.settings import Settings, SettingsFile
from viewer.state.notices import Notices
from viewer.state.studies import Studies
from viewer.state.worklist import Worklist

Answer = TypeVar("Answer")
SUBJECT = "reader"
LONGEST_NAME = 200


class ReaderName(SettingsFile):
    """Under which name a person reads."""

    name: str = ""


class Enlisting:
    """Makes queues of studies and lets people sign in."""

    def __init__(
        self,
        worklist: Worklist,
        notices: Notices,
        settings: Settings,
        shelf: Shelf,
        indexing: FolderIndexing,
        studies: Studies,
        queueing: Queueing,
    ) -> None:
        self._worklist, self._notices, self._shelf = worklist, notices, shelf
        self._indexing, self._studies, self._queueing = indexing, studies, queueing
        self._kept = KeptSetting(settings, notices, SUBJECT, ReaderName(), "The login name is used.")
        self._awaited: dict[Path, tuple[str, int, str]] = {}
        studies.indexing_changed.connect(self._make_awaited)
        self._sign_in_again()

    def make(self, name: str, studies: Sequence[str], readings: int, adjudicator: str) -> None:
        """Put all series of these listed studies into a queue, which is made if there is none of this name."""
        items = [each for key in studies for each in self._tried(partial(self._shelf.catalogue.items, key)) or ()]
        series = [each.item for each in items if isinstance(each.item, Series) and readable(each.item)]
        series = [each for each in series if each.files[0].exists()]
        if not series:
            self._notices.add("warning", "These studies hold no images to read; those in archives are unpacked first.")
            return
        queue = WorkQueue(name, readings, adjudicator, self._worklist.reader, datetime.now(UTC))
        added = self._tried(lambda: self._shelf.queues.make(queue, [(each.uid, title_of(each)) for each in series]))
        if added is not None:
            self._notices.add("info", f"{added} {'case was' if added == 1 else 'cases were'} added to {name}.")
            self._queueing.choose(name)

    def make_of_folder(self, folder: Path, name: str, readings: int, adjudicator: str) -> None:
        """Index a folder, then put all series in it into a queue."""
        self._awaited[folder.absolute()] = name, readings, adjudicator
        self._indexing.index([folder])

    def remove(self) -> None:
        """Take the chosen queue away with its verdicts and times; masks stay."""
        queue = self._worklist.queue
        if queue is not None and self._queueing.leave():
            self._tried(lambda: self._shelf.queues.remove(queue.name))
            self._queueing.refresh()

    def export(self, path: Path) -> None:
        """Write the chosen queue with all times as JSON where the name ends in ``.json``, else as CSV."""
        queue, cases = self._worklist.queue, self._worklist.cases
        if queue is None:
            return
        text = as_json(queue, cases) if path.suffix == ".json" else as_csv(queue, cases)
        try:
            write_bytes(path, text.encode())
        except SaveError as error:
            self._notices.add("error", words(error))
            return
        self._notices.add("info", f"{queue.name} written to {path.name}.")

    def sign_in(self, name: str) -> None:
        """Read under another name from now on; what the person before had on screen is put down."""
        name = " ".join(name.split())[:LONGEST_NAME]
        if not name or name == self._worklist.reader or not self._queueing.leave():
            return
        sign_in(name)
        self._worklist.set_reader(name)
        self._queueing.refresh()
        self._kept.write(ReaderName(name=name))

    def _make_awaited(self) -> None:
        """Make the queues whose folders are indexed now."""
        if self._studies.indexing is not None:
            return
        awaited, self._awaited = self._awaited, {}
        for folder, wanted in awaited.items():
            places = self._tried(lambda: self._shelf.catalogue.places()) or ()
            keys = dict.fromkeys(key for key, place in places if place.is_relative_to(folder))
            self.make(wanted[0], tuple(keys), *wanted[1:])

    def _sign_in_again(self) -> None:
        name = self._kept.read().name
        if name and READER_VARIABLE not in os.environ:
            sign_in(name)
            self._worklist.set_reader(name)

    def _tried(self, question: Callable[[], Answer]) -> Answer | None:
        """The answer of the library; None where it fails, which is told."""
        try:
            return question()
        except LibraryError as error:
            self._notices.add("error", words(error))
            return None
