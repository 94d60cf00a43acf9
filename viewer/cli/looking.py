"""Commands that read images and need neither Qt nor torch: info and convert."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from viewer.cli.answering import Failure, failures_in_words, print_json, progress

if TYPE_CHECKING:
    from imaging.study import Series, Study
    from imaging.volume import Volume

PATH_HELP = "A file, or a folder with everything below it."


def register(program: typer.Typer) -> None:
    """Add info and convert."""
    program.command("info")(info)
    program.command("convert")(convert)


def info(
    path: Annotated[Path, typer.Argument(help=PATH_HELP)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    files: Annotated[bool, typer.Option("--files", help="List the files of each series.")] = False,
) -> None:
    """Say what is at a path: every series with its facts, every refused file with the reason.

    Per series: uid, modality, description, kind (volume, image, clip), shape_kji, dtype, unit, spacing_mm, origin_lps,
    direction, frames, frame_time_ms, photometric, min, max, mean, warnings, and files with --files.

    Arrays are in the order k (slice or frame), j (row), i (column). spacing_mm has the distances along k, j, i;
    direction the unit vectors of +k, +j, +i; affine_lps takes (k, j, i, 1) to millimetres. All positions are LPS
    (DICOM's patient axes). What is not known is null. min, max and mean are over all values after the modality LUT.
    """
    with failures_in_words(as_json):
        study = _open(path)
        document = _describe(study, files)
        if not document["series"]:
            raise Failure(_nothing_there(path, document["refused"]), document)
        if as_json:
            print_json(document)
        else:
            _print_text(document)


def convert(
    path: Annotated[Path, typer.Argument(help=PATH_HELP)],
    out: Annotated[Path, typer.Argument(metavar="OUT.nii.gz", help="The NIfTI file to write.")],
    series: Annotated[str | None, typer.Option(metavar="UID", help="Which series, if there are several.")] = None,
) -> None:
    """Write a volume as NIfTI, in HU for CT, with its place in the patient.

    Slices that make no regular grid are refused: a NIfTI file could not say where they are.
    """
    if not out.name.endswith((".nii", ".nii.gz")):
        raise typer.BadParameter(f"{out.name}: expected a name that ends in .nii or .nii.gz", param_hint="OUT.nii.gz")
    with failures_in_words(as_json=False):
        from imaging.formats import nifti, reading

        chosen = _choose(_open(path), series)
        volume = reading.load_volume(chosen, progress())
        problem = _no_grid(volume)
        if problem:
            raise Failure(f"{chosen.files[0].name}: series {chosen.uid} {problem}; it cannot be written as NIfTI.")
        nifti.write(out, volume.array, volume.geometry)
        typer.echo(str(out))


def _open(path: Path) -> "Study":
    from imaging.formats import reading

    return reading.open_study(path, progress())


def _describe(study: "Study", files: bool) -> dict[str, Any]:
    """Facts of all series; one whose pixels cannot be loaded goes, file by file, to the refused."""
    from imaging.errors import ImagingError, ReadError
    from imaging.formats import reading
    from viewer.cli.series_facts import facts

    series: list[dict[str, Any]] = []
    refused = [{"file": str(one.file), "reason": one.reason} for one in study.refused]
    for one in study.series:
        try:
            series.append(facts(one, reading.load_volume(one), files))
        except (ImagingError, MemoryError) as error:
            reason = str(error) if isinstance(error, ImagingError) else "too large for this machine's memory"
            culprit = error.path if isinstance(error, ReadError) else None
            refused += [
                {
                    "file": str(file),
                    "reason": error.reason if isinstance(error, ReadError) and file == culprit else reason,
                }
                for file in one.files
            ]
    return {"path": str(study.path), "series": series, "refused": refused}


def _nothing_there(path: Path, refused: list[dict[str, str]]) -> str:
    if not refused:
        return f"{path} holds no files. Give a file or folder with images."
    first = refused[0]
    more = f" (and {len(refused) - 1} more files refused)" if len(refused) > 1 else ""
    return f"nothing in {path} could be opened: {Path(first['file']).name}: {first['reason']}{more}"


def _print_text(document: dict[str, Any]) -> None:
    from viewer.cli.series_facts import text

    for found in document["series"]:
        typer.echo(text(found))
    for one in document["refused"]:
        typer.echo(f"refused: {one['file']}: {one['reason']}")


def _choose(study: "Study", uid: str | None) -> "Series":
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
    volumes = [one for one in study.series if one.kind == "volume"] or list(study.series)
    if not volumes:
        reasons = [{"file": str(one.file), "reason": one.reason} for one in study.refused]
        raise Failure(_nothing_there(study.path, reasons))
    if len(volumes) > 1:
        raise Failure(f"{study.path} holds {len(volumes)} series; choose one with --series UID: {listed}")
    return volumes[0]


def _no_grid(volume: "Volume") -> str:
    """Why this is no volume on a regular grid, or an empty text."""
    if volume.slice_geometries:
        return "has slices that make no regular grid (" + "; ".join(volume.warnings) + ")"
    if volume.kind != "volume":
        return f"is {'a clip' if volume.kind == 'clip' else 'a flat image'}, not a volume"
    return "is in colour" if volume.is_colour else ""
