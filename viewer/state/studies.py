"""The list of studies: what is listed and searched for, what is being indexed, and the small pictures there are."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from imaging.library.catalogued import CataloguedStudy, Search


@dataclass(frozen=True)
class Indexing:
    """How far the indexing of a folder is; ``total`` 0 means that nobody knows how much there is."""

    folder: Path
    done: int = 0
    total: int = 0

    @property
    def percent(self) -> int | None:
        """None while nobody knows."""
        return 100 * self.done // self.total if self.total else None


class Studies(QObject):
    """The studies that a person chooses from.

    Signals:
        changed: other studies are listed, or something about one is new.
        picked_changed: another study is picked or shown.
        indexing_changed: indexing began or ended.
        indexing_progressed: it went on.
        picture_made: the small picture of a series is there; carries the series uid.
        search_asked: somebody wants to search; the list comes to the front.
        queue_asked: somebody wants a work queue of studies; carries their keys.
        priors_asked: somebody wants to see the other studies of the shown patient.

    Attributes:
        listed: what the search gave.
        search: what was searched for.
        modalities: all there are to choose from.
        known: True once the list was read.
        indexing: None while no folder is being indexed.
        shown: key of the study of the active viewport, or empty.
        picked: key of the study that the keyboard is on in the list, or empty while it is elsewhere.
        pictures: small pictures by series uid; None where none can be made.
    """

    changed = Signal()
    picked_changed = Signal()
    indexing_changed = Signal()
    indexing_progressed = Signal()
    picture_made = Signal(str)
    search_asked = Signal()
    priors_asked = Signal()
    queue_asked = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.listed: tuple[CataloguedStudy, ...] = ()
        self.search = Search()
        self.modalities: tuple[str, ...] = ()
        self.known = False
        self.indexing: Indexing | None = None
        self.shown = ""
        self.picked = ""
        self.pictures: dict[str, Path | None] = {}
        self._by_key: dict[str, CataloguedStudy] = {}

    @property
    def in_hand(self) -> str:
        """Key of the study that actions are about: the picked one, else the shown one."""
        return self.picked or self.shown

    def find(self, key: str) -> CataloguedStudy | None:
        """The study with this key: a listed one, or the one on screen."""
        return self._by_key.get(key)

    def show(self, listed: tuple[CataloguedStudy, ...], modalities: tuple[str, ...]) -> None:
        """List these studies."""
        if self.known and listed == self.listed and modalities == self.modalities:
            return
        self.listed, self.modalities, self.known = listed, modalities, True
        shown = self._by_key.get(self.shown)
        self._by_key = ({} if shown is None else {self.shown: shown}) | {study.key: study for study in listed}
        self.changed.emit()

    def update(self, study: CataloguedStudy) -> None:
        """Take what is new about one study; it stays listed where it is."""
        self.listed = tuple(study if each.key == study.key else each for each in self.listed)
        self._by_key[study.key] = study
        self.changed.emit()

    def set_search(self, search: Search) -> None:
        """Note what is searched for."""
        self.search = search

    def set_shown(self, key: str) -> None:
        """Note which study is on screen."""
        if key != self.shown:
            self.shown = key
            self.picked_changed.emit()

    def pick(self, key: str) -> None:
        """Note which study the keyboard is on."""
        if key != self.picked:
            self.picked = key
            self.picked_changed.emit()

    def set_indexing(self, indexing: Indexing | None) -> None:
        """Note which folder is being indexed, or none."""
        self.indexing = indexing
        self.indexing_changed.emit()

    def progress(self, done: int, total: int) -> None:
        """Note how far the indexing is; told when a percent more is done."""
        before = self.indexing
        if before is None:
            return
        self.indexing = replace(before, done=done, total=total)
        if self.indexing.percent != before.percent:
            self.indexing_progressed.emit()

    def set_picture(self, uid: str, path: Path | None) -> None:
        """Note that the small picture of a series is at ``path``, or that none can be made."""
        self.pictures[uid] = path
        self.picture_made.emit(uid)

    def drop_pictures(self, uids: Iterable[str]) -> None:
        """Forget the pictures of these series: their files may have changed."""
        for uid in uids:
            self.pictures.pop(uid, None)
