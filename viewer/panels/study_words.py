"""What the lists say of patients, studies and series: two lines each."""

from imaging.library.catalogued import CataloguedStudy
from imaging.regular import SUFFIX
from imaging.study import Patient, Series

_UNITS = {"volume": "slices", "image": "images", "clip": "frames"}


def spoken_date(date: str) -> str:
    """``20240501`` as ``2024-05-01``; anything else as it is."""
    return f"{date[:4]}-{date[4:6]}-{date[6:]}" if len(date) == 8 and date.isdigit() else date


def patient_name(patient: Patient) -> str:
    """The name without DICOM's carets, else the id."""
    name = ", ".join(part for part in patient.name.split("^", 1) if part).replace("^", " ")
    return name or patient.id or "No patient name"


def patient_lines(patient: Patient, studies: int) -> tuple[str, str]:
    """Name; id, birth date, sex and number of studies."""
    born = f"born {spoken_date(patient.birth_date)}" if patient.birth_date else ""
    number = f"{studies} studies" if studies > 1 else ""
    identity = patient.id if patient.name else ""
    return patient_name(patient), _joined(identity, born, patient.sex, number)


def study_lines(study: CataloguedStudy) -> tuple[str, str]:
    """Date, modalities and description; reading state and size."""
    title = _joined(spoken_date(study.date) or "No date", " ".join(study.modalities), study.description)
    state = "no longer on disk" if study.missing else str(study.state)
    return title, _joined(state, _several(study.series, "series", "series"), _several(study.images, "image", "images"))


def series_lines(series: Series) -> tuple[str, str]:
    """Description; phase, modality and size."""
    phase = series.phase.name if series.phase else ""
    warning = "  ⚠" if series.warnings else ""
    return series_title(series) + warning, _joined(phase, series.modality, size(series))


def series_title(series: Series) -> str:
    """What a series is called: its description, else the name of its first file."""
    return series.description or (series.files[0].name if series.files else "series")


def size(series: Series) -> str:
    """Number and size of the images; of a regularised series, what it is made from."""
    frames, rows, columns = series.shape_kji
    if series.uid.endswith(SUFFIX):
        return f"regularised from {frames} slices"
    return f"{columns}×{rows}" if frames == 1 else f"{frames} {_UNITS[series.kind]}, {columns}×{rows}"


def _several(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}" if count else ""


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
