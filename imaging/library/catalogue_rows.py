"""Studies, series and documents to rows of the catalogue and back."""

import json
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from imaging.errors import GeometryError
from imaging.library.catalogued import CataloguedStudy, ReadingState, files_of, identity
from imaging.library.schema import StudyItemRow, StudyRow
from imaging.sandbox.wire import WireError, decode, encode
from imaging.study import Document, Patient, Series

Item = Series | Document


def item_row(study_key: str, item: Item, place: Path, stamp: str) -> StudyItemRow:
    """A series or document as a row, paths as they were given."""
    return StudyItemRow(
        study_key=study_key,
        identity=identity(item),
        kind=type(item).__name__.lower(),
        value=json.dumps(encode(item, _no_array)),
        place=str(place.absolute()),
        stamp=stamp,
    )


def item(row: StudyItemRow) -> Item | None:
    """The series or document of a row; None where another version of the program wrote it in another shape."""
    try:
        return decode(Series if row.kind == "series" else Document, json.loads(row.value), _no_array)
    except (WireError, GeometryError, ValueError):
        return None


def describe(row: StudyRow, items: Sequence[Item]) -> None:
    """Write into a study's row what its series and documents say of it."""
    series = [each for each in items if isinstance(each, Series)]
    row.modalities = "".join(f"\\{each}" for each in sorted({each.modality for each in items if each.modality})) + "\\"
    row.series, row.images = len(series), sum(each.frames for each in series)
    row.date = next((each.study_date for each in series if each.study_date), "")[:16]
    row.description = _description(items)
    row.accession = next((each.accession for each in series if each.accession), "")[:64]
    patient = items[0].patient
    row.patient_id, row.patient_name, row.issuer = patient.id, patient.name, patient.issuer
    row.birth_date, row.sex = patient.birth_date, patient.sex
    spoken = f"{row.date[:4]}-{row.date[4:6]}-{row.date[6:]}" if len(row.date) == 8 else ""
    told = [patient.name.replace("^", " "), patient.name, patient.id, patient.birth_date, row.description]
    told += [row.accession, row.modalities.replace("\\", " "), row.date, spoken]
    told += [each.description for each in series]
    row.words = " ".join(told).casefold()


def study(row: StudyRow | Row[Any]) -> CataloguedStudy:
    """A study's row, or its columns, as a value."""
    return CataloguedStudy(
        row.key,
        row.patient_key,
        Patient(row.patient_id, row.patient_name, row.birth_date, row.sex, row.issuer),
        row.date,
        row.description,
        row.accession,
        tuple(each for each in row.modalities.split("\\") if each),
        row.series,
        row.images,
        ReadingState(row.state),
        row.missing,
        None if row.opened is None else row.opened.replace(tzinfo=UTC),
    )


def _description(items: Sequence[Item]) -> str:
    """Study Description; for files without a study, the folder they lie in."""
    for each in items:
        if isinstance(each, Series) and each.study_description:
            return each.study_description
    return "" if items[0].study_uid else files_of(items[0])[0].absolute().parent.name


def _no_array(_: Any) -> Any:
    raise WireError("no arrays are kept in the catalogue")
