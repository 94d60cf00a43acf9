"""Answers in files: JSON that comes back as it was, CSV for a table, and an index that training reads."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC
from pathlib import Path
from typing import Any

from imaging.classification import Answer, Level, Target, packed, unpacked
from imaging.errors import ReadError
from imaging.formats.authoring.source import Instance
from imaging.library.catalogued import study_key
from imaging.notice import NOTICE
from imaging.spreadsheet import cell
from imaging.study import Series

COLUMNS: tuple[str, ...] = (
    "patient", "study", "series", "sop_instance", "frame", "slice", "region", "region_name", "level",
    "label_set", "set_version", "question", "answer", "codes", "author", "time", "model", "model_version",
)  # fmt: skip
INDEX_COLUMNS: tuple[str, ...] = ("dataset", "path", "label", "group", "mask", "note", "slice")


@dataclass(frozen=True)
class PlacedAnswer:
    """An answer with the images that it is about.

    Attributes:
        series: the one that was looked at.
        instance: the DICOM instance of its slice or frame; None above these, and for other formats.
        region_name: of its segment or measurement; empty above regions, and where it is not known.
    """

    answer: Answer
    series: Series
    instance: Instance | None = None
    region_name: str = ""


def placed(
    answers: Iterable[Answer], series: Series, instances: Sequence[Instance], region_names: Mapping[str, str]
) -> tuple[PlacedAnswer, ...]:
    """The answers about a series, each with the instance that it is about, of those of each k, and its region."""
    known = dict(enumerate(instances))
    return tuple(
        PlacedAnswer(
            each,
            series,
            None if each.target.k is None else known.get(each.target.k),
            region_names.get(each.target.region, ""),
        )
        for each in answers
    )


def as_json(answers: Iterable[PlacedAnswer]) -> str:
    """One object for each answer, with everything that is known of it and of where it belongs."""
    found = [{**_place(each), **packed(each.answer)} for each in answers]
    return json.dumps({"notice": NOTICE, "answers": found}, indent=1, ensure_ascii=False) + "\n"


def as_csv(answers: Iterable[PlacedAnswer]) -> str:
    """One row for each answer, RFC 4180; several choices are parted by ``|``, slices and frames count from 1."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for each in answers:
        writer.writerow({name: cell(content) for name, content in _row(each).items()})
    return text.getvalue()


def as_index(answers: Iterable[PlacedAnswer], question: str, folder: Path) -> tuple[str, int]:
    """A CSV that ``wetread train`` reads, and how many answers to ``question`` it has no row for.

    A row is one picture with one class: answers about images and frames, and about series of one picture, where one
    choice was made.

    Args:
        folder: where the index will lie; paths below it are relative to it.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, INDEX_COLUMNS)
    writer.writeheader()
    left_out = 0
    for each in answers:
        if each.answer.question != question:
            continue
        if _is_one_picture(each) and len(each.answer.chosen) == 1:
            writer.writerow(_index_row(each, folder))
        else:
            left_out += 1
    return text.getvalue(), left_out


def from_json(path: Path) -> tuple[tuple[Mapping[str, Any], Answer], ...]:
    """The answers of a file, each with the place that it states.

    Raises:
        ReadError: no such file, or not the JSON that :func:`as_json` writes; says which answer is wrong.
    """
    try:
        written = json.loads(path.read_text(encoding="utf-8"))["answers"]
        return tuple((each, unpacked(each)) for each in written)
    except OSError as error:
        raise ReadError(path, error.strerror or str(error)) from error
    except (KeyError, TypeError, ValueError) as error:
        raise ReadError(path, f"not a file of answers as Wetread writes it: {error}") from error


def laid_on(place: Mapping[str, Any], answer: Answer, series: Series, instances: Sequence[Instance]) -> Answer | None:
    """The answer about images as they lie here; None where the slice or frame that it is about is not among them.

    A slice is found by its DICOM instance and frame where they are stated, else by its number.
    """
    target, study = answer.target, study_key(series)
    if target.level is Level.STUDY:
        return replace(answer, target=replace(target, study=study))
    wanted = (place.get("sop_instance") or "", place.get("frame"))
    k = target.k
    if k is not None and wanted[0] and instances:
        k = next((k for k, each in enumerate(instances) if (each.uid, each.frame) == wanted), -1)
    if k is not None and not 0 <= k < series.frames:
        return None
    return replace(answer, target=Target(target.level, study, series.uid, k, target.region))


def _place(each: PlacedAnswer) -> dict[str, Any]:
    instance = each.instance
    return {
        "patient": each.series.patient.id,
        "study": each.series.study_uid,
        "series": each.series.uid,
        "sop_instance": instance.uid if instance else "",
        "frame": instance.frame if instance else None,
        "region_name": each.region_name,
    }


def _row(each: PlacedAnswer) -> dict[str, Any]:
    answer, made = each.answer, each.answer.provenance
    return {
        **_place(each),
        "slice": "" if answer.target.k is None else answer.target.k + 1,
        "region": answer.target.region,
        "level": answer.target.level.value,
        "label_set": answer.label_set,
        "set_version": answer.set_version,
        "question": answer.question,
        "answer": "|".join(choice.name for choice in answer.chosen),
        "codes": "|".join(f"{choice.code.scheme}:{choice.code.value}" for choice in answer.chosen if choice.code),
        **asdict(made),
        "time": made.time.astimezone(UTC).isoformat(),
    }


def _is_one_picture(each: PlacedAnswer) -> bool:
    level = each.answer.target.level
    return level in (Level.IMAGE, Level.FRAME) or (level is Level.SERIES and each.series.frames == 1)


def _index_row(each: PlacedAnswer, folder: Path) -> dict[str, Any]:
    k, files = each.answer.target.k or 0, each.series.files
    single = len(files) == each.series.frames
    file = files[k if single else 0].absolute()
    path = file.relative_to(folder.absolute()) if file.is_relative_to(folder.absolute()) else file
    return {
        "dataset": each.answer.label_set,
        "path": str(path),
        "label": each.answer.chosen[0].name,
        "group": each.series.group,
        "mask": "",
        "note": f"{each.answer.question}, {each.answer.provenance.author}",
        "slice": 1 if single else k + 1,
    }
