"""The catalogue: every study that was opened or indexed, where its files lie, and how far a person got with it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from imaging.library import catalogue_rows
from imaging.library.catalogue_rows import Item, files_of, item_row
from imaging.library.catalogued import LIMIT, CataloguedStudy, ReadingState, Search, patient_key, stamp, study_key
from imaging.library.schema import IndexedFolderRow, StudyItemRow, StudyRow
from imaging.library.store import Library
from imaging.study import Series

_NOT_KEPT = "the catalogue could not be written"
_NOT_READ = "the catalogue could not be read"


class Catalogue:
    """Studies in a library's database. Every method may raise LibraryError: the database's own words.

    For any number of threads: each call is a transaction of its own.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def add(self, items: Sequence[Item]) -> tuple[str, ...]:
        """The keys of the studies that these series and documents belong to, now listed. Files that vanished since
        they were found are left out."""
        groups: dict[str, list[tuple[Item, str]]] = {}
        for item in items:
            try:
                mark = stamp(files_of(item))
            except OSError:
                continue
            groups.setdefault(study_key(item), []).append((item, mark))
        with self._library.transaction(_NOT_KEPT) as session:
            for key, members in groups.items():
                _add_to_study(session, key, members)
        return tuple(groups)

    def studies(self, search: Search | None = None) -> tuple[CataloguedStudy, ...]:
        """The studies that ``search`` asks for, newest first; the last opened first where it asks for recent ones."""
        with self._library.transaction(_NOT_READ) as session:
            return tuple(catalogue_rows.study(row) for row in session.scalars(_wanted(search or Search())))

    def study(self, key: str) -> CataloguedStudy | None:
        """The study with this key, or None."""
        with self._library.transaction(_NOT_READ) as session:
            row = session.get(StudyRow, key)
            return None if row is None else catalogue_rows.study(row)

    def modalities(self) -> tuple[str, ...]:
        """Every modality there is, in order."""
        with self._library.transaction(_NOT_READ) as session:
            found = session.scalars(select(StudyRow.modalities).distinct())
            return tuple(sorted({each for row in found for each in row.split("\\") if each}))

    def items(self, key: str) -> tuple[Item, ...]:
        """Series by number, then documents of a study, as they were found; the files may have changed since."""
        return tuple(item for item, _ in self.stamped_items(key))

    def stamped_items(self, key: str) -> tuple[tuple[Item, str], ...]:
        """As :meth:`items`, each with the stamp that its files had."""
        with self._library.transaction(_NOT_READ) as session:
            rows = session.scalars(select(StudyItemRow).where(StudyItemRow.study_key == key)).all()
            found = [(item, row.stamp) for row in rows if (item := catalogue_rows.item(row)) is not None]
        return tuple(sorted(found, key=lambda pair: _place(pair[0])))

    def series(self, uid: str) -> Series | None:
        """A series by its uid, or None; of several copies any."""
        wanted = select(StudyItemRow).where(StudyItemRow.identity == uid, StudyItemRow.kind == "series")
        with self._library.transaction(_NOT_READ) as session:
            row = session.scalars(wanted.limit(1)).first()
            found = None if row is None else catalogue_rows.item(row)
            return found if isinstance(found, Series) else None

    def set_state(self, key: str, state: ReadingState) -> None:
        """Keep how far a person got with a study."""
        self._change(key, state=state.value)

    def set_missing(self, key: str, missing: bool) -> None:
        """Note whether a study's files are where they were."""
        self._change(key, missing=missing)

    def set_opened(self, key: str, now: datetime) -> None:
        """Note when a study was opened; an unread one is in progress from now on."""
        study = self.study(key)
        begun = {"state": ReadingState.STARTED.value} if study and study.state is ReadingState.UNREAD else {}
        self._change(key, opened=now.astimezone(UTC).replace(tzinfo=None), **begun)

    def forget(self, key: str) -> None:
        """Take a study off the list. Its files, masks and findings stay."""
        with self._library.transaction(_NOT_KEPT) as session:
            for row in session.scalars(select(StudyItemRow).where(StudyItemRow.study_key == key)):
                session.delete(row)
            session.flush()
            found = session.get(StudyRow, key)
            if found is not None:
                session.delete(found)

    def begin_folder(self, folder: Path, now: datetime) -> None:
        """Note that a folder is being indexed, so that it can be gone on with when the program ends before."""
        with self._library.transaction(_NOT_KEPT) as session:
            asked = now.astimezone(UTC).replace(tzinfo=None)
            session.merge(IndexedFolderRow(path=str(folder.absolute()), asked=asked, finished=None))

    def end_folder(self, folder: Path, now: datetime | None) -> None:
        """Note that all of a folder is listed; None: that nobody wants it any more."""
        with self._library.transaction(_NOT_KEPT) as session:
            row = session.get(IndexedFolderRow, str(folder.absolute()))
            if row is not None and now is not None:
                row.finished = now.astimezone(UTC).replace(tzinfo=None)
            elif row is not None:
                session.delete(row)

    def unfinished_folders(self) -> tuple[Path, ...]:
        """Folders whose indexing was not finished, the first asked for first."""
        wanted = select(IndexedFolderRow).where(IndexedFolderRow.finished.is_(None)).order_by(IndexedFolderRow.asked)
        with self._library.transaction(_NOT_READ) as session:
            return tuple(Path(row.path) for row in session.scalars(wanted))

    def _change(self, key: str, **columns: object) -> None:
        with self._library.transaction(_NOT_KEPT) as session:
            row = session.get(StudyRow, key)
            if row is not None:
                for name, value in columns.items():
                    setattr(row, name, value)


def _add_to_study(session: Session, key: str, members: Sequence[tuple[Item, str]]) -> None:
    first = members[0][0]
    row = session.get(StudyRow, key)
    if row is None:
        group = patient_key(first.patient, key)
        now = datetime.now(UTC).replace(tzinfo=None)
        row = StudyRow(key=key, patient_key=group, patient="", study_uid=first.study_uid, added=now)
    known = session.scalars(select(StudyItemRow).where(StudyItemRow.study_key == key))
    others = {each.identity: found for each in known if (found := catalogue_rows.item(each)) is not None}
    others.update({catalogue_rows.identity(item): item for item, _ in members})
    catalogue_rows.describe(row, list(others.values()))
    row.missing = False
    session.add(row)
    session.flush()
    for item, mark in members:
        session.merge(item_row(key, item, mark))


def _wanted(search: Search) -> Select[StudyRow]:
    wanted = select(StudyRow)
    for word in search.words.casefold().split():
        wanted = wanted.where(StudyRow.words.contains(word, autoescape=True))
    if search.modality:
        wanted = wanted.where(StudyRow.modalities.contains(f"\\{search.modality}\\", autoescape=True))
    if search.state is not None:
        wanted = wanted.where(StudyRow.state == search.state.value)
    if search.first_date or search.last_date:
        wanted = wanted.where(StudyRow.date >= (search.first_date or "0"), StudyRow.date <= (search.last_date or "9"))
    if search.recent:
        return wanted.where(StudyRow.opened.is_not(None)).order_by(StudyRow.opened.desc()).limit(LIMIT)
    return wanted.order_by(StudyRow.date.desc(), StudyRow.key).limit(LIMIT)


def _place(item: Item) -> tuple[bool, int, str]:
    """Where an item stands in the list of its study."""
    if isinstance(item, Series):
        return False, item.number if item.number is not None else 1 << 31, item.uid
    return True, 0, str(item.file)
