"""List the files of one format: what each holds, and those that were refused, with progress."""

from collections.abc import Callable, Sequence
from pathlib import Path

from imaging.errors import GeometryError, ReadError
from imaging.progress import Report
from imaging.study import Refusal, Series


def list_each(
    describe: Callable[[Path], list[Series]], paths: Sequence[Path], report: Report, done: int
) -> tuple[list[Series], list[Refusal]]:
    """The series of all files, voxels not read, and the files that were refused.

    Args:
        describe: the series of one file.
        done: files that were looked at before, for the progress.

    Raises:
        Cancelled: by ``report``.
    """
    found: list[Series] = []
    refused: list[Refusal] = []
    for n, path in enumerate(paths):
        report(done + n, done + len(paths), f"Reading {path.name}")
        try:
            found += describe(path)
        except (ReadError, GeometryError) as error:
            refused.append(Refusal(path, error.reason if isinstance(error, ReadError) else str(error)))
    return found, refused
