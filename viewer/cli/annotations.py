"""Commands for what the library keeps: annotations list, export, import and diff. They need neither Qt nor torch."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imaging.formats.segmentation.mask_format import MaskFormat, format_for
from viewer.cli import answers
from viewer.cli.answering import Failure, answer, failures_in_words, print_json, progress, shown
from viewer.cli.opening import choose, open_library, open_path
from viewer.places import author

if TYPE_CHECKING:
    from imaging.annotation import MaskRevision
    from imaging.formats.segmentation.imported import ImportedMask
    from imaging.library.store import Library
    from imaging.sandbox import Sandbox
    from imaging.study import Series
    from imaging.volume import Volume

IMAGES_HELP = "The images: a file, or a folder with everything below it."

Images = Annotated[Path, typer.Argument(metavar="IMAGES", help=IMAGES_HELP)]
SeriesUid = Annotated[str | None, typer.Option("--series", metavar="UID", help="Which series of several.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def register(program: typer.Typer) -> None:
    """Add annotations with its own commands."""
    group = typer.Typer(help="List, export, import and compare what is kept in the library.", no_args_is_help=True)
    group.command("list")(list_annotations)
    group.command("export")(export_mask)
    group.command("import")(import_mask)
    group.command("diff")(diff)
    answers.register(group)
    program.add_typer(group, name="annotations")


def list_annotations(series: SeriesUid = None, as_json: AsJson = False) -> None:
    """List the annotated series with their answers and every revision of their masks, the newest first.

    --json prints {"library", "annotations": [{"series", "group", "kind", "modality", "files", "answers",
    "revisions": [{"revision", "base", "author", "time", "model", "model_version", "note", "labels", "done"}]}]}; a
    label has value, name, colour, voxels and volume_ml, which is null where it is not known; done says who created,
    modified, reviewed or approved the segment of a value: value, action, author, time, model and model_version; an
    answer has answer (its id), level, slice (from 1), region, label_set, set_version, question, chosen, author, time,
    model and model_version.
    """
    from viewer.cli.annotation_facts import revision_facts, revision_text
    from viewer.cli.answer_facts import answer_facts, answer_text

    with failures_in_words(as_json), open_library() as library:
        from imaging.library.revisions import Revisions

        found: list[dict[str, Any]] = []
        revisions = Revisions(library)
        for each in library.annotated_series():
            if series in (None, each.series_uid):
                history = library.history(each.series_uid)
                found.append(
                    {
                        "series": each.series_uid,
                        "group": each.group,
                        "kind": each.kind,
                        "modality": each.modality,
                        "files": [str(file) for file in each.files],
                        "answers": answer_facts(library, each.series_uid),
                        "revisions": [
                            revision_facts(one, each.kind, revisions.attributions(one.id)) for one in history
                        ],
                    }
                )
        if series is not None and not found:
            raise Failure(f"nothing is annotated in series {series}")
        if as_json:
            print_json({"library": library.name, "annotations": found})
            return
        for one in found:
            typer.echo(shown(f"{one['series']}  {one['modality']} {one['kind']}"))
            for given in one["answers"]:
                typer.echo(shown(f"  {answer_text(given)}"))
            for revision in one["revisions"]:
                typer.echo(shown(f"  {revision_text(revision)}"))


def export_mask(
    images: Images,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write; for yolo and several png a folder.")],
    kind: Annotated[
        MaskFormat | None, typer.Option("--format", help="Format; judged by the name of OUT if left out.")
    ] = None,
    series: SeriesUid = None,
    revision: Annotated[int | None, typer.Option(help="Id of a revision; the newest if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the mask that the library keeps of a series.

    OUT ending in .dcm is a DICOM SEG, .seg.nrrd for 3D Slicer, .nii.gz, .png, .json for COCO, .csv a table of volumes.

    --json prints {"series", "revision", "format", "out", "labels"}.
    """
    with failures_in_words(as_json), open_library() as library:
        from imaging.formats.segmentation.exporting import export_labelmap
        from viewer.cli.annotation_facts import label_facts

        wanted = kind or format_for(out)
        if wanted is None:
            raise Failure(f"{out.name}: which format? Give --format, one of {', '.join(MaskFormat)}.")
        with _image(images, series) as (_, chosen, volume):
            kept = _revision(library, chosen, revision)
            if not kept.labelmap.geometry.matches(volume.geometry):
                raise Failure(f"revision {kept.id} was made on another grid than {images}; nothing was written")
            export_labelmap(kept.labelmap, volume, chosen, out, wanted, report=progress())
        labels = label_facts(kept.labelmap, chosen.kind)
        document = {
            "series": chosen.uid, "revision": kept.id, "format": wanted.value, "out": str(out), "labels": labels,
        }  # fmt: skip
        answer(document, f"revision {kept.id} of {chosen.uid}: {out}", as_json)


def import_mask(
    images: Images,
    mask: Annotated[Path, typer.Argument(metavar="MASK", help="A mask of any format that export writes but csv.")],
    series: SeriesUid = None,
    note: Annotated[str, typer.Option(help="Kept with the revision.")] = "",
    resample: Annotated[
        bool, typer.Option("--resample", help="Bring a mask of other voxels in the same place onto these images.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Lay a mask on its images and keep it as a new revision; what does not fit is refused with the reason.

    With --resample each voxel gets the label that covers most of it, and the segments stay marked as resampled. A mask
    of another frame of reference or another place is refused all the same.

    --json prints {"series", "revision", "base", "file", "title", "labels", "warnings", "resampled"}; the last is null
    where nothing was resampled, else {"source": {"shape", "spacing_mm"}, "target", "method", "volumes": [{"value",
    "name", "before_ml", "after_ml"}]}; shapes and spacings in order slices, rows, columns.
    """
    with failures_in_words(as_json), open_library() as library:
        from imaging.formats.segmentation.imported import RESAMPLED
        from imaging.labelmap import Provenance
        from imaging.library.revisions import Revisions
        from imaging.same_segments import identified
        from viewer.cli.annotation_facts import label_facts, maker, resampling_facts

        with _image(images, series) as (sandbox, chosen, volume):
            found = _laid(sandbox, mask, volume, chosen, resample)
        made = found.labelmap.provenance
        kept = Provenance(author(), datetime.now(UTC), made.model if made else "", made.model_version if made else "")
        base = library.latest_mask(chosen.uid)
        labels = identified(found.labelmap.labels, base.labelmap.labels if base else ())
        done = f"{RESAMPLED} another grid" if found.resampling else ""
        words = "; ".join(part for part in (note, f"imported from {mask.name}{maker(made)}", done) if part)
        number = library.save_mask(
            chosen, replace(found.labelmap, labels=labels), kept, base.id if base else None, words
        )
        Revisions(library).note_changes(number)
        document = {
            "series": chosen.uid,
            "revision": number,
            "base": base.id if base else None,
            "file": str(mask),
            "title": found.title,
            "labels": label_facts(found.labelmap, chosen.kind),
            "warnings": list(found.warnings),
            "resampled": resampling_facts(found.resampling),
        }
        answer(document, "\n".join((f"revision {number} of {chosen.uid}: {mask.name}", *found.warnings)), as_json)


def _laid(sandbox: "Sandbox", mask: Path, volume: "Volume", series: "Series", resample: bool) -> "ImportedMask":
    from imaging.errors import OtherGrid

    try:
        return sandbox.read_segmentation(mask, volume, series, progress(), resample)
    except OtherGrid as error:
        raise Failure(f"{error}. --resample brings it onto these images") from error


def diff(
    one: Annotated[int, typer.Argument(metavar="REVISION", help="Id of a revision.")],
    other: Annotated[int, typer.Argument(metavar="OTHER", help="Id of another revision of the same images.")],
    as_json: AsJson = False,
) -> None:
    """Compare two revisions segment by segment: Dice, HD95, voxels that differ.

    A segment is the same one where value and name are, else the name, else the code, else the value that both revisions
    have from the newest that they descend from.

    HD95 is the larger of the two 95th percentiles of the distances from each surface voxel of one mask to the nearest
    of the other, in mm between voxel centres. It is null where a label is missing or millimetres are not known.

    --json prints {"revisions", "series", "changed_voxels", "changed_slices", "hd95", "labels": [{"value", "name",
    "values", "names", "voxels", "dice", "kappa", "hd95_mm"}]}; slices count from 0; "values" and "names" are of both.
    """
    with failures_in_words(as_json), open_library() as library:
        from imaging.library.revisions import Revisions
        from viewer.cli.annotation_facts import comparison_facts, comparison_text

        kinds = {each.series_uid: each.kind for each in library.annotated_series()}
        first, second = _seen(library, one), _seen(library, other)
        if first.series_uid != second.series_uid:
            raise Failure(f"revisions of two series, {first.series_uid} and {second.series_uid}: expected one")
        shared = Revisions(library).common(one, other)
        common = None if shared is None else library.revision(shared)
        document = comparison_facts(first, second, kinds.get(first.series_uid, ""), common)
        answer(document, comparison_text(document), as_json)


@contextmanager
def _image(path: Path, uid: str | None) -> Generator[tuple["Sandbox", "Series", "Volume"]]:
    """The sandbox with the chosen series and its pixels, which exporters and importers lay masks on."""
    from imaging.sandbox import Sandbox

    with Sandbox() as sandbox:
        chosen = choose(open_path(sandbox, path), uid)
        yield sandbox, chosen, sandbox.load_volume(chosen, progress())


def _revision(library: "Library", series: "Series", number: int | None) -> "MaskRevision":
    found = library.latest_mask(series.uid) if number is None else _seen(library, number)
    if found is None:
        raise Failure(f"the library keeps no mask of series {series.uid}")
    if found.series_uid != series.uid:
        raise Failure(f"revision {found.id} belongs to series {found.series_uid}, not to {series.uid}")
    return found


def _seen(library: "Library", number: int) -> "MaskRevision":
    """A revision, unless it belongs to somebody else's blind reading."""
    from imaging.library.queues import Queues

    if Queues(library).hides(number, author()):
        raise Failure(f"revision {number} is of another reader, and the case is being read blind")
    return library.revision(number)
