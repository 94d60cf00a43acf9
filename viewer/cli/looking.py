"""The command that says what is there, and needs neither Qt nor torch: info."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from viewer.cli.answering import Failure, failures_in_words, print_json, shown, with_members
from viewer.cli.opening import nothing_there, open_path

if TYPE_CHECKING:
    from imaging.sandbox import Sandbox
    from imaging.study import Refusal, Study

PATH_HELP = "A file, or a folder with everything below it."


def register(program: typer.Typer) -> None:
    """Add info."""
    program.command("info")(info)


def info(
    path: Annotated[Path, typer.Argument(help=PATH_HELP)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    files: Annotated[bool, typer.Option("--files", help="List the files of each series.")] = False,
) -> None:
    """Say what is at a path: every series with its facts, every refused file with the reason.

    Per series: uid, modality, description, kind (volume, image, clip), shape_kji, dtype, unit, spacing_mm, origin_lps,
    direction, frames, frame_time_ms, frame_times_ms, photometric, min, max, mean, rgb_mean, windows, windows_by_slice,
    voi_tables, padding, padding_by_slice, shutter, overlays, ultrasound_regions, phase, warnings; with --files also
    files, and values_by_file: for each file min, max, mean, rgb_mean, position_lps, orientation (along a row, down a
    column) and spacing_row_col_mm. Beside the series --files lists every file once under files: outcome (image,
    document, refused), its values over all its frames, the reason.
    Objects without an image (reports, PDF, plans) are listed under documents.

    Arrays are in the order k (slice or frame), j (row), i (column). spacing_mm has the distances along k, j, i;
    direction the unit vectors of +k, +j, +i; affine_lps takes (k, j, i, 1) to millimetres. All positions are LPS
    (DICOM's patient axes). What is not known is null. min, max and mean are over all values after the modality LUT.
    """
    with failures_in_words(as_json):
        from imaging.sandbox import Sandbox

        with Sandbox() as sandbox:
            document = with_members(_describe(sandbox, open_path(sandbox, path), files), path)
        if not document["series"] and not document["documents"]:
            raise Failure(nothing_there(path, document["refused"]), document)
        if as_json:
            print_json(document)
        else:
            _print_text(document)


def _describe(sandbox: "Sandbox", study: "Study", files: bool) -> dict[str, Any]:
    """Facts of all series; one whose pixels cannot be loaded goes, file by file, to the refused."""
    from imaging.errors import ImagingError, ReadError
    from imaging.sandbox.leaving_out import load_readable
    from viewer.cli.file_facts import by_file
    from viewer.cli.series_facts import document_facts, facts

    series: list[dict[str, Any]] = []
    refused = list(map(_refused, study.refused))
    for one in study.series:
        try:
            loaded, damaged = load_readable(sandbox, one)
            series += [facts(found, volume, files) for found, volume in loaded]
            refused += map(_refused, damaged)
        except (ImagingError, MemoryError) as error:
            reason = str(error) if isinstance(error, ImagingError) else "too large for this machine's memory"
            culprit = error.path if isinstance(error, ReadError) else None
            refused += [
                {
                    "file": str(file),
                    "reason": error.reason if isinstance(error, ReadError) and file == culprit else reason,
                    "patient_name": one.patient.name,
                }
                for file in one.files
            ]
    document = {
        "path": str(study.path),
        "series": series,
        "documents": [document_facts(document) for document in study.documents],
        "refused": refused,
    }
    return {**document, "files": by_file(document)} if files else document


def _refused(refusal: "Refusal") -> dict[str, str]:
    return {"file": str(refusal.file), "reason": refusal.reason, "patient_name": refusal.patient_name}


def _print_text(document: dict[str, Any]) -> None:
    from viewer.cli.series_facts import text

    for found in document["series"]:
        typer.echo(text(found))
    for one in document["documents"]:
        typer.echo(shown(f"{one['kind']}: {one['file']}: {one['name']} {one['title']}".rstrip()))
    for one in document["refused"]:
        typer.echo(shown(f"refused: {one['file']}: {one['reason']}"))
