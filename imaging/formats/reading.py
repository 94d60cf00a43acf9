"""Open any path, and load any series that was found: the one door to all formats."""

import os
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from functools import partial
from pathlib import Path

from imaging.arrival import Arrival
from imaging.errors import ReadError
from imaging.formats import archives
from imaging.formats.content import Format, format_of
from imaging.formats.listing import list_each
from imaging.formats.merging import uniquely_named
from imaging.progress import Report, silent
from imaging.study import Document, Refusal, Series, Study
from imaging.volume import Volume

__all__ = ["ReadError", "load_volume", "open_study"]


def open_study(path: Path, report: Report = silent, skip: Set[Path] = frozenset()) -> Study:
    """What lies at a path, headers only: a file, or a folder with everything below it, but for the files of ``skip``.

    Every file is part of a series, a document, or named among the refused with the reason. An empty folder gives an
    empty study. A DICOMDIR stands for the files it names, a zip archive for its members.

    Raises:
        ReadError: there is nothing at ``path``, or it may not be read.
        Cancelled: by ``report``.
    """
    if path.is_file() and archives.is_archive(path):
        return _open_archive(path, report, skip)
    files, refused = _files_at(path)
    return open_files(path, [file for file in files if file not in skip], report, refused)


def open_files(path: Path, files: Sequence[Path], report: Report = silent, refused: Sequence[Refusal] = ()) -> Study:
    """What some of the files at a path hold, headers only; one that is gone by now is refused.

    Raises:
        Cancelled: by ``report``.
    """
    refused = list(refused)
    by_format: dict[Format, list[Path]] = {kind: [] for kind in Format}
    for n, file in enumerate(files):
        report(n, 2 * len(files), f"Looking at {file.name}")
        try:
            by_format[format_of(file)].append(file)
        except ReadError as error:
            refused.append(Refusal(file, error.reason))
    series: list[Series] = []
    for kind, members in by_format.items():
        if members:
            found, more = _readers(kind)[0](members, report, len(files))
            series += found
            refused += more
    used = {file for one in series for file in one.files}
    documents, refused = _documents(series, [one for one in refused if one.file not in used])
    return Study(path, tuple(uniquely_named(series)), tuple(sorted(refused, key=lambda each: each.file)), documents)


def load_volume(series: Series, report: Report = silent, arrival: Arrival | None = None) -> Volume:
    """The pixels of one series: sorted, after the modality LUT, read-only.

    Args:
        series: as :func:`open_study` listed it.
        report: told of every image.
        arrival: gets the volume before it is complete, and each slice as it comes.

    Raises:
        ReadError: a file is gone, has changed, or cannot be decoded; the reason says which.
        Truncated: a file ends before its pixels.
        Cancelled: by ``report``.
    """
    kind = Format(series.format)
    if kind is Format.DICOM:
        from imaging.formats.dicom import reader

        return reader.load_volume(series, report, arrival)
    volume = _readers(kind)[1](series, report)
    return volume if arrival is None else _delivered(volume, arrival)


def _delivered(volume: Volume, arrival: Arrival) -> Volume:
    """A volume that was read in one go, in the arrival's memory."""
    memory = arrival.allocate(volume.array.shape, volume.array.dtype)
    memory[...] = volume.array
    moved = replace(volume, array=memory.view())
    arrival.begun(moved)
    for k in range(len(memory)):
        arrival.arrived(k)
    return moved


Listing = Callable[[Sequence[Path], Report, int], tuple[list[Series], list[Refusal]]]
Loading = Callable[[Series, Report], Volume]


def _readers(kind: Format) -> tuple[Listing, Loading]:
    """The functions of one format. Imported when first needed: each brings libraries that take time to start."""
    match kind:
        case Format.DICOM:
            from imaging.formats.dicom import reader as dicom

            return dicom.read_series, dicom.load_volume
        case Format.NIFTI:
            from imaging.formats import nifti as reader
        case Format.NRRD | Format.META:
            from imaging.formats import text_volume as reader
        case Format.ANALYZE:
            from imaging.formats import analyze as reader
        case Format.PICTURE:
            from imaging.formats import raster as reader
        case Format.CLIP:
            from imaging.formats import video as reader
    return partial(list_each, reader.describe), reader.load_volume


def _documents(series: Sequence[Series], refused: Sequence[Refusal]) -> tuple[tuple[Document, ...], list[Refusal]]:
    """Objects without an image among the refused and segmentations, and the refusals that remain."""
    from imaging.formats.documents import documents_among

    return documents_among(series, refused)


def _files_named_by(path: Path) -> tuple[list[Path], list[Refusal]]:
    """The files a DICOMDIR names; of any other file, itself."""
    from imaging.formats import directory

    return directory.referenced_files(path) if path.is_file() and directory.is_directory(path) else ([path], [])


def _open_archive(path: Path, report: Report, skip: Set[Path]) -> Study:
    """The members of an archive; those of ``skip`` are named as if the archive were a folder."""
    unpacked = archives.unpack(path, report)
    members = {unpacked.folder / member.relative_to(path) for member in skip if member.is_relative_to(path)}
    study = open_study(unpacked.folder, report, members)
    return replace(study, path=path, refused=(*unpacked.refused, *study.refused))


def _files_at(path: Path) -> tuple[list[Path], list[Refusal]]:
    """The file, the files a DICOMDIR names, or all files below the folder in order of name; no links to folders.

    A folder below it that cannot be read is refused.
    """
    if not path.exists():
        raise ReadError(path, "there is no such file or folder")
    if not path.is_dir():
        return _files_named_by(path)
    try:
        next(path.iterdir(), None)
    except OSError as error:
        raise ReadError(path, f"the folder cannot be read: {error.strerror}") from error
    refused: list[Refusal] = []

    def unseen(error: OSError) -> None:
        refused.append(Refusal(Path(str(error.filename)), f"the folder cannot be read: {error.strerror or error}"))

    return sorted(Path(folder) / name for folder, _, names in os.walk(path, onerror=unseen) for name in names), refused
