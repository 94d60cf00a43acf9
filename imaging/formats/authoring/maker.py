"""What files written here say of the program, and of the patient and study of the images they belong to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydicom import dcmread
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.uid import UID, generate_uid

from imaging.errors import ReadError
from imaging.formats.character_sets import one_line
from imaging.formats.dicom.attributes import PARSE_ERRORS, text
from imaging.formats.dicom.stream import dataset_stream
from imaging.labelmap import Provenance
from imaging.regular import SUFFIX
from imaging.study import Series

PROGRAM = "Wetread"
UTF8 = "ISO_IR 192"

_STUDY = """
    SpecificCharacterSet StudyInstanceUID StudyDate StudyTime StudyID StudyDescription AccessionNumber
    ReferringPhysicianName PatientName PatientID PatientBirthDate PatientSex PositionReferenceIndicator
    LossyImageCompression LossyImageCompressionRatio LossyImageCompressionMethod
    BurnedInAnnotation TimezoneOffsetFromUTC
"""


def program_version() -> str:
    """The version of this program; ``"0"`` where it is not installed."""
    try:
        return version("wetread")
    except PackageNotFoundError:
        return "0"


@dataclass(frozen=True)
class Subject:
    """Patient and study of an image, as its files say; of a file without a study what its series says."""

    found: Dataset
    series: Series

    def text(self, keyword: str) -> str:
        """An attribute as text; empty where it is absent."""
        return text(self.found, keyword)

    @property
    def study_uid(self) -> str:
        """Its Study Instance UID; of images without one a UID made from the series' own, the same each time."""
        return self.text("StudyInstanceUID") or self.series.study_uid or _made_from(self.series)

    @property
    def zone(self) -> tzinfo | None:
        """The Timezone Offset From UTC that its times are in (PS3.3 C.12.1); None where it states none."""
        said = self.text("TimezoneOffsetFromUTC")
        is_offset = re.fullmatch(r"[+-](0[0-9]|1[0-4])[0-5][0-9]", said, re.ASCII)
        return datetime.strptime(said, "%z").tzinfo if is_offset else None

    def moment(self, keyword: str) -> str:
        """A date or time in the form of the standard; empty where it is none (PS3.5 6.2)."""
        whole, _, fraction = self.text(keyword).partition(".")
        digits = "".join(each for each in whole if each.isdecimal() and each.isascii())
        form = "%Y%m%d" if keyword.endswith("Date") else "%H%M%S"[: len(digits)]
        try:
            datetime.strptime(digits, form)
        except ValueError:
            return ""
        return f"{digits}.{fraction[:6]}" if fraction.isdecimal() and len(digits) == 6 else digits

    @property
    def sex(self) -> str | None:
        """M, F or O, else nothing."""
        found = self.text("PatientSex").upper()
        return found if found in ("M", "F", "O") else None

    @property
    def arguments(self) -> dict[str, Any]:
        """Patient and study as the constructors of highdicom take them; names are put by :func:`put_names`."""
        return {
            "patient_id": self.text("PatientID") or self.series.patient.id,
            "patient_birth_date": self.moment("PatientBirthDate"),
            "patient_sex": self.sex,
            "accession_number": self.text("AccessionNumber"),
            "study_id": self.text("StudyID"),
            "study_date": self.moment("StudyDate"),
            "study_time": self.moment("StudyTime"),
        }

    def image(self, uid: str, class_uid: str, series_uid: str, **more: object) -> Dataset:
        """One of its images, as far as highdicom looks at images that an object refers to."""
        return of(
            SOPClassUID=UID(class_uid),
            SOPInstanceUID=UID(uid),
            StudyInstanceUID=self.study_uid,
            SeriesInstanceUID=series_uid,
            PatientID=self.text("PatientID"),
            PatientName="",
            PatientBirthDate=self.moment("PatientBirthDate"),
            PatientSex=self.sex or "",
            AccessionNumber=self.text("AccessionNumber"),
            StudyID=self.text("StudyID"),
            StudyDate=self.moment("StudyDate"),
            StudyTime=self.moment("StudyTime"),
            ReferringPhysicianName="",
            **more,
        )

    def values(self, keyword: str) -> Sequence[str]:
        """An attribute of several values."""
        return [each for each in self.text(keyword).split("\\") if each]


def _made_from(series: Series) -> UID:
    return generate_uid(entropy_srcs=["study of", series_uid_of(series)])


def series_uid_of(series: Series) -> str:
    """The identity of the series that a stack is of, or was resampled from."""
    return series.uid.removesuffix(SUFFIX).split("#")[0]


def subject_of(series: Series) -> Subject:
    """Patient and study of a series.

    Raises:
        ReadError: its first file is gone or damaged.
    """
    if series.format != "DICOM":
        return Subject(Dataset(), series)
    tags = [tag_for_keyword(keyword) or 0 for keyword in _STUDY.split()]
    with dataset_stream(series.files[0]) as stream:
        try:
            return Subject(dcmread(stream, stop_before_pixels=True, specific_tags=list(tags), force=True), series)
        except PARSE_ERRORS as error:
            raise ReadError(series.files[0], f"damaged DICOM header: {error}") from error


def of(**attributes: object) -> Dataset:
    """A data set with these attributes."""
    found = Dataset()
    for keyword, value in attributes.items():
        setattr(found, keyword, value)
    return found


def put_names(dataset: Dataset, subject: Subject) -> None:
    """Give an object the names as they are in the image; highdicom warns of names without a caret."""
    dataset.PatientName = subject.text("PatientName") or subject.series.patient.name
    dataset.ReferringPhysicianName = subject.text("ReferringPhysicianName")


def put_zone(dataset: Dataset, subject: Subject) -> None:
    """Give an object the zone of the image's times, which are among its own; without one they stay local."""
    if subject.zone is not None:
        now = datetime.now(subject.zone)
        dataset.TimezoneOffsetFromUTC = now.strftime("%z")
        dataset.InstanceCreationDate, dataset.InstanceCreationTime = now.strftime("%Y%m%d"), now.strftime("%H%M%S")


def made_at(made: Provenance | None, subject: Subject) -> datetime:
    """When it was made, else now; in the zone of the image's times, of this computer where it states none."""
    when = made.time if made is not None and made.time.year > 1 else datetime.now(UTC)
    return when.astimezone(subject.zone)


def creator_name(made: Provenance | None) -> str:
    """The author as a person's name: no delimiters of DICOM's, 64 characters at most (PS3.5 6.2)."""
    author = made.author if made is not None else ""
    return "".join(" " if each in "\\=^" or not each.isprintable() else each for each in author)[:64].strip()


def shortened(words: str, most_bytes: int = 64) -> str:
    """The beginning of a text as one value on one line (PS3.5 6.2), counted as bytes, as strict readers do."""
    return one_line(words).replace("\\", "/").encode()[:most_bytes].decode(errors="ignore").strip()
