"""The command that writes images in other formats: convert."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from viewer.cli.answering import Failure, failures_in_words, print_json, progress, shown, with_members
from viewer.cli.opening import choose, open_path

if TYPE_CHECKING:
    from imaging.sandbox import Sandbox
    from imaging.study import Series, Study
    from imaging.volume import Volume

PATH_HELP = "A file, or a folder with everything below it."
ENDINGS = (".nii", ".nii.gz")


def register(program: typer.Typer) -> None:
    """Add convert."""
    program.command("convert")(convert)


def convert(
    path: Annotated[Path, typer.Argument(help=PATH_HELP)],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A .nii or .nii.gz file, or a folder for everything.")],
    series: Annotated[str | None, typer.Option(metavar="UID", help="Which series, if there are several.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Write a volume as NIfTI, in HU for CT, with its place in the patient; or everything at PATH into a folder.

    To a file: one volume. Slices that make no regular grid are refused: a NIfTI file could not say where they are.

    To a folder: every series (or the one chosen). Volumes as NIfTI; slices without a regular grid one by one, each
    with its own place; flat grey images and clips as NIfTI without one; colour as one PNG per frame, as one
    .npy array where it has more than eight bits. Which file became
    what is said in the answer.
    """
    one_file = out.name.endswith(ENDINGS)
    if not one_file and out.suffix and not out.is_dir():
        raise typer.BadParameter(f"{out.name}: expected .nii, .nii.gz or a folder", param_hint="OUT")
    with failures_in_words(as_json):
        from imaging.sandbox import Sandbox

        with Sandbox() as sandbox:
            write = _one_volume if one_file else _everything
            document = with_members(write(sandbox, open_path(sandbox, path), out, series), path)
        if as_json:
            print_json(document)
        else:
            _print_text(document)


def _print_text(document: dict[str, Any]) -> None:
    for one in document["written"]:
        for target in one["out"]:
            typer.echo(shown(target))
    for one in document["refused"]:
        typer.echo(shown(f"refused: {one['file']}: {one['reason']}"), err=True)


def _one_volume(sandbox: "Sandbox", study: "Study", out: Path, uid: str | None) -> dict[str, Any]:
    from imaging.formats import nifti

    chosen = choose(study, uid)
    volume = sandbox.load_volume(chosen, progress())
    problem = _no_grid(volume)
    if problem:
        raise Failure(
            f"{chosen.files[0].name}: series {chosen.uid} {problem}; it cannot be written as one NIfTI file. "
            "Give a folder instead to get every slice."
        )
    nifti.write(out, volume.array, volume.geometry)
    return {"written": [_entry(chosen, [out])], "refused": []}


def _everything(sandbox: "Sandbox", study: "Study", folder: Path, uid: str | None) -> dict[str, Any]:
    """Each series written under its number in the list; what cannot be loaded is named and the rest goes on."""
    from imaging.errors import ReadError
    from imaging.sandbox.leaving_out import load_readable

    folder.mkdir(parents=True, exist_ok=True)
    written: list[dict[str, Any]] = []
    refused = [{"file": str(one.file), "reason": one.reason} for one in study.refused]
    for n, series in enumerate(study.series, start=1):
        if uid not in (None, series.uid):
            continue
        try:
            loaded, damaged = load_readable(sandbox, series, progress())
        except ReadError as error:
            refused.append({"file": str(error.path), "reason": error.reason})
            continue
        refused += [{"file": str(one.file), "reason": one.reason} for one in damaged]
        names = [f"{n:04d}", *(f"{n:04d}-part-{part}" for part in range(2, len(loaded) + 1))]
        for (one, volume), name in zip(loaded, names, strict=False):
            written.append(_entry(one, _write(volume, folder, name)))
    return {"written": written, "refused": refused}


def _write(volume: "Volume", folder: Path, name: str) -> list[Path]:
    from imaging.formats import nifti, raster

    if volume.is_colour and volume.array.dtype != np.uint8:
        return [_write_wide_colour(volume, folder / f"{name}.npy")]
    if volume.is_colour:
        pictures = [folder / f"{name}-{k:04d}.png" for k in range(len(volume.array))]
        for picture, frame in zip(pictures, volume.array, strict=True):
            raster.write_png(picture, frame)
        return pictures
    if not volume.slice_geometries:
        nifti.write(folder / f"{name}.nii.gz", volume.array, volume.geometry)
        return [folder / f"{name}.nii.gz"]
    slices = [folder / f"{name}-{k:04d}.nii.gz" for k in range(len(volume.array))]
    for k, (target, geometry) in enumerate(zip(slices, volume.slice_geometries, strict=True)):
        nifti.write(target, volume.array[k : k + 1], geometry)
    return slices


def _write_wide_colour(volume: "Volume", target: Path) -> Path:
    """(K, J, I, 3) in more than eight bits, which PNG writers cut off."""
    from imaging.saving import replacing

    with replacing(target) as temporary, temporary.open("wb") as file:
        np.save(file, volume.array, allow_pickle=False)
    return target


def _entry(series: "Series", out: list[Path]) -> dict[str, Any]:
    return {"uid": series.uid, "files": [str(file) for file in series.files], "out": [str(one) for one in out]}


def _no_grid(volume: "Volume") -> str:
    """Why this is no volume on a regular grid, or an empty text."""
    if volume.slice_geometries:
        return "has slices that make no regular grid (" + "; ".join(volume.warnings) + ")"
    if volume.kind != "volume":
        return f"is {'a clip' if volume.kind == 'clip' else 'a flat image'}, not a volume"
    return "is in colour" if volume.is_colour else ""
