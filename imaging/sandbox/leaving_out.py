"""A series of which one file turns out to be damaged only when its pixels are decoded: the others are shown without it.

Listing reads headers, so a coded frame that cannot be decoded is found when the series is loaded. The series is then
listed again without that file: what is missing is told like a slice that was never there, and the file is refused.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from imaging.errors import ReadError
from imaging.progress import Report, silent
from imaging.study import Refusal, Series, Study
from imaging.volume import Volume

if TYPE_CHECKING:
    from imaging.sandbox.sandbox import Sandbox

MOST_LEFT_OUT = 8
"""Files of one series after which it is refused as a whole."""

_SAID = " was left out: "


def can_leave_out(series: Series, error: BaseException) -> bool:
    """Whether the error blames one file of several, and not too many were left out before."""
    before = sum(_SAID in words for words in series.warnings)
    blamed = isinstance(error, ReadError) and error.__cause__ is None and error.path in series.files
    return blamed and series.format == "DICOM" and len(series.files) > 1 and before < MOST_LEFT_OUT


def listed_without(sandbox: "Sandbox", series: Series, error: ReadError, report: Report = silent) -> Study:
    """What the other files of a series make, in the place of it; the damaged file is among the refused.

    The first of them keeps the identity. None is a phase any more: it no longer lies on the grid of the others.

    Raises:
        ReadError: the other files cannot be listed.
        Cancelled: by ``report``.
    """
    study = sandbox.list_files(series.files[0].parent, [file for file in series.files if file != error.path], report)
    said = f"{error.path.name}{_SAID}{error.reason}"
    earlier = tuple(words for words in series.warnings if _SAID in words)
    found = tuple(
        replace(
            one,
            uid=series.uid if n == 0 else f"{series.uid}#{error.path.name}{n}",
            description=series.description if len(study.series) == 1 else one.description,
            phase=None,
            warnings=(*earlier, said, *one.warnings),
        )
        for n, one in enumerate(sorted(study.series, key=lambda one: -one.frames))
    )
    refused = (Refusal(error.path, error.reason, series.patient.name), *study.refused)
    return Study(study.path, found, refused)


def load_readable(
    sandbox: "Sandbox", series: Series, report: Report = silent
) -> tuple[list[tuple[Series, Volume]], list[Refusal]]:
    """The series with its pixels, or what its files make without the damaged ones; and those.

    Raises:
        ReadError: no pixels could be loaded, or too many files are damaged.
        Cancelled: by ``report``.
    """
    try:
        return [(series, sandbox.load_volume(series, report))], []
    except ReadError as error:
        if not can_leave_out(series, error):
            raise
        study = listed_without(sandbox, series, error, report)
    loaded: list[tuple[Series, Volume]] = []
    refused = list(study.refused)
    for one in study.series:
        more, damaged = load_readable(sandbox, one, report)
        loaded += more
        refused += damaged
    return loaded, refused
