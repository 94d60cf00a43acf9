"""A study of the catalogue as it lies on disk now."""

from pathlib import Path
from typing import TYPE_CHECKING

from imaging.errors import ReadError
from imaging.library.catalogued import CataloguedItem, stamp, study_key
from imaging.progress import Report
from imaging.sandbox import Sandbox
from imaging.study import Document, Series, Study
from viewer.errors import ViewerError

if TYPE_CHECKING:
    from imaging.library.catalogue import Catalogue


class MissingStudy(ViewerError):
    """A listed study of which no file is where it was."""


def find_again(key: str, catalogue: "Catalogue", sandbox: Sandbox, report: Report) -> tuple[Study, str]:
    """The listed study, and a sentence on what of it is gone, empty when nothing is.

    Series whose files are as they were are taken as they were listed; where files changed, or came from an archive,
    their place is read anew.

    Raises:
        MissingStudy: none of its files is there.
        LibraryError: the catalogue cannot be read or written.
        Cancelled: by ``report``.
    """
    known = catalogue.items(key)
    same = [each for each in known if not each.archived and _now(each) == each.stamp]
    fresh = _read_again(key, [each for each in known if each not in same], sandbox, report)
    for archive, items in fresh.items():
        catalogue.add(items, archive if archive.is_file() else None)
    items = [each.item for each in same] + [item for found in fresh.values() for item in found]
    if not items:
        place = known[0].place if known else Path()
        raise MissingStudy(
            f"{place.parent} no longer holds the images of this study. It is marked as missing; "
            "index the folder they are in now to find them again."
        )
    gone = [each for each in known if each not in same and not each.place.exists()]
    return _study(items), f"{len(gone)} series or documents of this study are no longer on disk." if gone else ""


def _now(each: CataloguedItem) -> str:
    """The stamp of the files as they are; empty where one is gone."""
    try:
        return stamp(each.files)
    except OSError:
        return ""


def _read_again(
    key: str, changed: list[CataloguedItem], sandbox: Sandbox, report: Report
) -> dict[Path, list[Series | Document]]:
    """What belongs to the study in the archives and folders of what changed, by archive or folder."""
    places = {each.place if each.archived else each.place.parent for each in changed if each.place.parent.exists()}
    found: dict[Path, list[Series | Document]] = {}
    for place in sorted(places):
        try:
            study = sandbox.open_study(place, report)
        except ReadError:
            continue
        found[place] = [item for item in (*study.series, *study.documents) if study_key(item) == key]
    return found


def _study(items: list[Series | Document]) -> Study:
    series = {item.uid: item for item in items if isinstance(item, Series)}
    documents = {item.file: item for item in items if isinstance(item, Document)}
    first = next(iter(series.values())).files[0] if series else next(iter(documents))
    return Study(first.parent, tuple(series.values()), (), tuple(documents.values()))
