"""One study from the listings of parts of a folder: what they share, in the order that one listing would give."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from imaging.formats.content import Format
from imaging.study import Refusal, Series, Study

_FORMATS = [str(kind) for kind in Format]


def merged(path: Path, parts: Sequence[Study], refused: Iterable[Refusal] = ()) -> Study:
    """The study at ``path`` that was listed in parts.

    A series whose files lie in several parts is there several times, each with its share: see :func:`shared_files`.
    """
    series = uniquely_named(sorted((one for part in parts for one in part.series), key=_order))
    used = {file for one in series for file in one.files}
    every = {one.file: one for part in parts for one in part.refused} | {one.file: one for one in refused}
    documents = {one.file: one for part in parts for one in part.documents}
    left = sorted((one for one in every.values() if one.file not in used), key=lambda one: one.file)
    in_order = tuple(documents[file] for file in sorted(documents))
    return Study(path, tuple(series), tuple(left), in_order)


def shared_files(parts: Sequence[Study]) -> dict[str, tuple[Path, ...]]:
    """The files of each series that several parts have a share of, by its identity: to be listed again together."""
    found: dict[str, dict[int, list[Path]]] = {}
    for n, part in enumerate(parts):
        for one in part.series:
            found.setdefault(plain_uid(one), {}).setdefault(n, []).extend(one.files)
    return {
        uid: tuple(sorted({file for files in by_part.values() for file in files}))
        for uid, by_part in found.items()
        if len(by_part) > 1
    }


def first_pieces(parts: Sequence[Study]) -> list[Study]:
    """The parts, each series only in the first that has a share of it: no identity in them is one too many."""
    seen: set[str] = set()
    found: list[Study] = []
    for part in parts:
        found.append(without(part, seen))
        seen.update(plain_uid(one) for one in part.series)
    return found


def without(study: Study, uids: Iterable[str]) -> Study:
    """The study without the series of these identities."""
    gone = set(uids)
    return replace(study, series=tuple(one for one in study.series if plain_uid(one) not in gone))


def plain_uid(series: Series) -> str:
    """The identity without the number that tells stacks of one series apart."""
    return series.uid.partition("#")[0]


def uniquely_named(series: Iterable[Series]) -> list[Series]:
    """The series with ``#2``, ``#3`` … after identities that occur again, as copies of one picture do."""
    seen: dict[str, int] = {}
    unique: list[Series] = []
    for each in series:
        seen[each.uid] = seen.get(each.uid, 0) + 1
        unique.append(each if seen[each.uid] == 1 else replace(each, uid=f"{each.uid}#{seen[each.uid]}"))
    return unique


def _order(series: Series) -> tuple[object, ...]:
    """DICOM first, by study, number and identity; others by format and file."""
    format_number = _FORMATS.index(series.format) if series.format in _FORMATS else len(_FORMATS)
    if series.format != Format.DICOM:
        return (format_number, series.files[0])
    plain, _, part = series.uid.rpartition("#")
    identity = (plain, int(part)) if plain and part.isdecimal() else (series.uid, 0)
    return (format_number, series.study_uid, series.number is None, series.number or 0, identity)
