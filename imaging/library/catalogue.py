"""The catalogue: every study that was opened or indexed, where its files lie, and how far a person got with it."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from imaging.errors import LibraryError
from imaging.library import catalogue_rows
from imaging.library.catalogue_rows import Item, item_row
from imaging.library.catalogued import (
    LIMIT,
    CataloguedItem,
    CataloguedStudy,
    ReadingState,
    Search,
    files_of,
    identity,
    patient_key,
    stamp,
    study_key,
)
from imaging.library.rows import naive_utc
from imaging.library.schema import IndexedFolderRow, StudyItemRow, StudyRow
from imaging.library.store import Library
from imaging.study import Series

_NOT_KEPT = "the catalogue could not be written"
_NOT_READ = "the catalogue could not be read"
_BATCH = 400
_ATTEMPTS = 5


class Catalogue:
    """Studies in a library's database. Every method may raise LibraryError: the database's own words.

    For any number of threads: each call is a transaction of its own.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def add(self, items: Sequence[Item], archive: Path | None = None) -> tuple[str, ...]:
        """The keys of the studies that these series and documents belong to, now listed.

        Files that vanished since they were found are left out.

        Args:
            items: as they were found.
            archive: the file that they were unpacked from.
        """
        groups: dict[str, list[CataloguedItem]] = {}
        for item in items:
            files = (archive,) if archive else files_of(item)
            with suppress(OSError):
                found = CataloguedItem(item, files[0].absolute(), stamp(files))
                groups.setdefault(study_key(item), []).append(found)
        for attempt in range(_ATTEMPTS):
            try:
                self._add(groups)
                break
            except LibraryError as error:  # another program listed one of them in the same moment
                if not isinstance(error.__cause__, IntegrityError) or attempt == _ATTEMPTS - 1:
                    raise
        return tuple(groups)

    def studies(self, search: Search | None = None) -> tuple[CataloguedStudy, ...]:
        """The studies that ``search`` asks for, newest first; the last opened first where it asks for recent ones."""
        with self._library.transaction(_NOT_READ) as session:
            return tuple(catalogue_rows.study(row) for row in session.execute(_wanted(search or Search())))

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

    def items(self, key: str) -> tuple[CataloguedItem, ...]:
        """Series by number, then documents of a study."""
        with self._library.transaction(_NOT_READ) as session:
            rows = session.scalars(select(StudyItemRow).where(StudyItemRow.study_key == key)).all()
            decoded = [(row, catalogue_rows.item(row)) for row in rows]
            found = [CataloguedItem(item, Path(row.place), row.stamp) for row, item in decoded if item is not None]
        return tuple(sorted(found, key=lambda each: _order(each.item)))

    def places(self) -> tuple[tuple[str, Path], ...]:
        """Every study's key with the first file of each series and document, or their archive."""
        with self._library.transaction(_NOT_READ) as session:
            found = session.execute(select(StudyItemRow.study_key, StudyItemRow.place).distinct())
            return tuple((key, Path(place)) for key, place in found)

    def series(self, uid: str) -> Series | None:
        """A series by its uid, or None; of several copies any."""
        wanted = select(StudyItemRow).where(StudyItemRow.identity == uid, StudyItemRow.kind == "series")
        with self._library.transaction(_NOT_READ) as session:
            row = session.scalars(wanted.limit(1)).first()
            found = None if row is None else catalogue_rows.item(row)
            return found if isinstance(found, Series) else None

    def prior_of(self, series: Series) -> tuple[Series, ...]:
        """The series of the newest earlier study of the patient with the same modality; empty without one.

        A study whose files were not there when last looked for, or are not there now, is none; nor is one of the same
        day, of which nobody knows whether it came before.
        """
        key = study_key(series)
        wanted = (
            select(StudyRow.key)
            .where(StudyRow.patient_key == patient_key(series.patient, key), StudyRow.key != key)
            .where(StudyRow.date != "", StudyRow.date < series.study_date, StudyRow.missing.is_(False))
            .where(StudyRow.modalities.contains(f"\\{series.modality}\\", autoescape=True))
            .order_by(StudyRow.date.desc(), StudyRow.key)
        )
        with self._library.transaction(_NOT_READ) as session:
            earlier = session.scalars(wanted).all()
        for each in earlier:
            found = tuple(one.item for one in self.items(each) if isinstance(one.item, Series))
            if all(file.exists() for item in found for file in item.files):
                return found
        return ()

    def set_state(self, key: str, state: ReadingState) -> None:
        """Keep how far a person got with a study."""
        self._change(key, state=state.value)

    def set_missing(self, missing: Mapping[str, bool]) -> None:
        """Note for these studies whether their files are gone from where they were."""
        with self._library.transaction(_NOT_KEPT) as session:
            for some in _batched(missing):
                for row in session.scalars(select(StudyRow).where(StudyRow.key.in_(some))):
                    row.missing = missing[row.key]

    def set_opened(self, key: str, now: datetime) -> None:
        """Note when a study was opened; an unread one is in progress from now on."""
        study = self.study(key)
        begun = {"state": ReadingState.STARTED.value} if study and study.state is ReadingState.UNREAD else {}
        self._change(key, opened=naive_utc(now), **begun)

    def forget(self, key: str) -> None:
        """Take a study off the list. Its files, masks and answers stay."""
        with self._library.transaction(_NOT_KEPT) as session:
            _take_off_study(session, key, None)

    def take_off(self, items: Sequence[Item]) -> None:
        """Take series and documents off the list, and studies that are left without any."""
        groups: dict[str, set[str]] = {}
        for item in items:
            groups.setdefault(study_key(item), set()).add(identity(item))
        with self._library.transaction(_NOT_KEPT) as session:
            for key, identities in groups.items():
                _take_off_study(session, key, identities)

    def begin_folder(self, folder: Path, now: datetime) -> None:
        """Note that a folder is being indexed, so that it can be gone on with when the program ends before."""
        with self._library.transaction(_NOT_KEPT) as session:
            asked = naive_utc(now)
            session.merge(IndexedFolderRow(path=str(folder.absolute()), asked=asked, finished=None))

    def end_folder(self, folder: Path, now: datetime | None) -> None:
        """Note that all of a folder is listed; None: that nobody wants it any more."""
        with self._library.transaction(_NOT_KEPT) as session:
            row = session.get(IndexedFolderRow, str(folder.absolute()))
            if row is not None and now is not None:
                row.finished = naive_utc(now)
            elif row is not None:
                session.delete(row)

    def unfinished_folders(self) -> tuple[Path, ...]:
        """Folders whose indexing was not finished, the first asked for first."""
        wanted = select(IndexedFolderRow).where(IndexedFolderRow.finished.is_(None)).order_by(IndexedFolderRow.asked)
        with self._library.transaction(_NOT_READ) as session:
            return tuple(Path(row.path) for row in session.scalars(wanted))

    def _add(self, groups: Mapping[str, Sequence[CataloguedItem]]) -> None:
        with self._library.transaction(_NOT_KEPT) as session:
            for some in _batched(groups):
                _add_to_studies(session, {key: groups[key] for key in some})

    def _change(self, key: str, **columns: object) -> None:
        with self._library.transaction(_NOT_KEPT) as session:
            row = session.get(StudyRow, key)
            if row is not None:
                for name, value in columns.items():
                    setattr(row, name, value)


def _batched(keys: Iterable[str]) -> Iterator[list[str]]:
    """The keys in lists that one question to any database may name."""
    waiting = list(keys)
    for start in range(0, len(waiting), _BATCH):
        yield waiting[start : start + _BATCH]


def _add_to_studies(session: Session, groups: Mapping[str, Sequence[CataloguedItem]]) -> None:
    studies = {row.key: row for row in session.scalars(select(StudyRow).where(StudyRow.key.in_(groups)))}
    items: dict[str, dict[str, StudyItemRow]] = {key: {} for key in groups}
    for row in session.scalars(select(StudyItemRow).where(StudyItemRow.study_key.in_(groups))):
        items[row.study_key][row.identity] = row
    for key, members in groups.items():
        row = studies.get(key) or _new_study(key, members[0].item)
        _describe(row, items[key], members)
        session.add(row)
    session.flush()
    for key, members in groups.items():
        for new in {each.identity: each for each in (item_row(key, *_parts(one)) for one in members)}.values():
            old = items[key].get(new.identity)
            if old is None:
                session.add(new)
            else:
                old.kind, old.value, old.place, old.stamp = new.kind, new.value, new.place, new.stamp


def _take_off_study(session: Session, key: str, identities: Container[str] | None) -> None:
    """Delete these items of a study, all where None, and the study where nothing is left of it."""
    rows = session.scalars(select(StudyItemRow).where(StudyItemRow.study_key == key)).all()
    left = [row for row in rows if identities is not None and row.identity not in identities]
    for row in rows:
        if row not in left:
            session.delete(row)
    session.flush()
    study, items = session.get(StudyRow, key), [catalogue_rows.item(row) for row in left]
    known = [item for item in items if item is not None]
    if study is not None and known:
        catalogue_rows.describe(study, known)
    elif study is not None and not left:
        session.delete(study)


def _parts(one: CataloguedItem) -> tuple[Item, Path, str]:
    return one.item, one.place, one.stamp


def _new_study(key: str, first: Item) -> StudyRow:
    group = patient_key(first.patient, key)
    now = datetime.now(UTC).replace(tzinfo=None)
    uid = first.study_uid[:200]
    return StudyRow(key=key, patient_key=group, study_uid=uid, state=ReadingState.UNREAD.value, added=now)


def _describe(row: StudyRow, known: Mapping[str, StudyItemRow], members: Sequence[CataloguedItem]) -> None:
    """Let a study's row say what is known of it and what was found now."""
    decoded = {name: catalogue_rows.item(each) for name, each in known.items()}
    together = {name: item for name, item in decoded.items() if item is not None}
    together.update({identity(each.item): each.item for each in members})
    catalogue_rows.describe(row, list(together.values()))
    row.missing = False


def _wanted(search: Search) -> Select[Any]:
    """Columns, not objects: a long list is read ten times as fast."""
    wanted = select(*inspect(StudyRow).columns)
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


def _order(item: Item) -> tuple[bool, int, str]:
    """Where an item stands in the list of its study."""
    if isinstance(item, Series):
        return False, item.number if item.number is not None else 1 << 31, item.uid
    return True, 0, str(item.file)
