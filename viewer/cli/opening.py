"""Opening a path or the library for a command, and choosing among what is there."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.cli.answering import Failure, progress
from viewer.places import places

if TYPE_CHECKING:
    from imaging.library.store import Library
    from imaging.sandbox import Sandbox
    from imaging.study import Series, Study


def open_path(sandbox: "Sandbox", path: Path) -> "Study":
    """What lies at ``path``, with progress on the terminal."""
    return sandbox.open_study(path, progress())


@contextmanager
def open_library() -> Generator["Library"]:
    """The person's library, let go of at the end of the block.

    Raises:
        LibraryError: it cannot be opened.
    """
    from imaging.library.store import Library

    library = Library(places().library)
    try:
        yield library
    finally:
        library.close()


def nothing_there(path: Path, refused: list[dict[str, str]]) -> str:
    """Why no image could be opened, in one sentence."""
    if not refused:
        return f"{path} holds no files. Give a file or folder with images."
    first = refused[0]
    more = f" (and {len(refused) - 1} more files refused)" if len(refused) > 1 else ""
    return f"nothing in {path} could be opened: {Path(first['file']).name}: {first['reason']}{more}"


def choose(study: "Study", uid: str | None) -> "Series":
    """The series asked for; without a wish the only volume.

    Raises:
        Failure: no such series, no volume, or several; lists them.
    """
    listed = "; ".join(f"{one.uid} ({one.modality or one.format} {one.description})" for one in study.series)
    if uid is not None:
        for series in study.series:
            if series.uid == uid:
                return series
        raise Failure(f"no series {uid} in {study.path}. There are: {listed or 'none'}")
    images = [one for one in study.series if one.modality != "SEG"] or list(study.series)
    volumes = [one for one in images if one.kind == "volume"] or images
    if not volumes:
        reasons = [{"file": str(one.file), "reason": one.reason} for one in study.refused]
        raise Failure(nothing_there(study.path, reasons))
    if len(volumes) > 1:
        raise Failure(f"{study.path} holds {len(volumes)} series; choose one with --series UID: {listed}")
    return volumes[0]
