"""DICOM objects without an image of their own: what each one is, and what it says as plain text."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from pydicom import dcmread
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.uid import UID

from imaging.errors import NotAnImage, ReadError
from imaging.formats.content import Format, format_of, identity
from imaging.formats.dicom.attributes import PARSE_ERRORS, character_warnings, items, text
from imaging.formats.dicom.header import read_header
from imaging.formats.dicom.stream import dataset_stream
from imaging.formats.directory import is_directory, referenced_files
from imaging.formats.report_text import coded, report_text
from imaging.study import Document, DocumentKind, Patient, Refusal, Series

MOST_BYTES = 256 << 20
"""A larger object is listed, but its text is not read."""

_STORAGE = "1.2.840.10008.5.1.4.1.1."
_KINDS: tuple[tuple[str, DocumentKind], ...] = (
    ("88.", "report"),
    ("104.1", "pdf"),
    ("9.", "waveform"),
    ("481.", "plan"),
    ("11.", "presentation"),
    ("66.4", "segmentation"),
    ("66.5", "segmentation"),
    ("66.7", "segmentation"),
    ("66.8", "segmentation"),
)
"""Kinds by the number after the root of storage SOP classes (PS3.6 Annex A); a final dot means all below it."""

_KINDS_BY_MODALITY: dict[str, DocumentKind] = {
    "SR": "report",
    "KO": "report",
    "ECG": "waveform",
    "HD": "waveform",
    "EPS": "waveform",
    "RTPLAN": "plan",
    "RTSTRUCT": "plan",
    "PR": "presentation",
    "SEG": "segmentation",
}
"""For objects whose SOP class is missing or private."""

_NEWER_NAMES = {
    f"{_STORAGE}66.7": "Label Map Segmentation Storage",
    f"{_STORAGE}66.8": "Height Map Segmentation Storage",
}
"""SOP classes that came after the dictionary of pydicom 3.0."""

_LISTED = """
    SpecificCharacterSet SOPClassUID SOPInstanceUID Modality DocumentTitle ContentLabel ContentDescription RTPlanLabel
    StructureSetLabel SeriesDescription StudyInstanceUID SeriesInstanceUID PatientName PatientID PatientBirthDate
    PatientSex IssuerOfPatientID MIMETypeOfEncapsulatedDocument ConceptNameCodeSequence ReferencedSeriesSequence
    CurrentRequestedProcedureEvidenceSequence ReferencedFrameOfReferenceSequence SourceInstanceSequence
"""
_LISTED_TAGS = [tag_for_keyword(keyword) or 0 for keyword in _LISTED.split()]
_DEEPEST_REFERENCE = 4


def describe(path: Path) -> Document:
    """What a DICOM object is and what it refers to; neither its content nor any pixels are read.

    Raises:
        ReadError: no DICOM, or broken before its end.
    """
    with dataset_stream(path) as stream:
        try:
            dataset = dcmread(stream, stop_before_pixels=True, specific_tags=list(_LISTED_TAGS), force=True)
            refers_to = tuple(dict.fromkeys(_referred_series(dataset, 0)))
        except PARSE_ERRORS as error:
            raise ReadError(path, f"damaged DICOM object: {error}") from error
    return Document(
        path,
        kind_of(dataset),
        name_of(dataset),
        title=_title(dataset),
        modality=text(dataset, "Modality"),
        series_uid=text(dataset, "SeriesInstanceUID"),
        study_uid=text(dataset, "StudyInstanceUID"),
        patient=Patient(
            text(dataset, "PatientID"),
            text(dataset, "PatientName"),
            text(dataset, "PatientBirthDate"),
            text(dataset, "PatientSex"),
            text(dataset, "IssuerOfPatientID"),
        ),
        refers_to=refers_to,
    )


def read_text(document: Document) -> str:
    """What the object says, as plain text: the tree of a report, the pages of a PDF, else its parts in short.

    Raises:
        ReadError: the file is gone, damaged, or too large to be shown as text.
    """
    from imaging.formats.object_text import object_text

    with dataset_stream(document.file) as stream:
        size = len(stream.getbuffer()) if isinstance(stream, BytesIO) else document.file.stat().st_size
        if size > MOST_BYTES:
            raise ReadError(document.file, f"has {size >> 20} MiB; text is shown up to {MOST_BYTES >> 20} MiB")
        try:
            dataset = dcmread(stream, stop_before_pixels=True, force=True)
            heading = _heading(document, dataset)
            body = _body(document, dataset) or object_text(document.kind, dataset)
        except PARSE_ERRORS as error:
            raise ReadError(document.file, f"damaged DICOM object: {error}") from error
    return "\n".join((*heading, "", body or "It holds nothing that can be shown as text."))


def documents_among(series: Sequence[Series], refused: Sequence[Refusal]) -> tuple[tuple[Document, ...], list[Refusal]]:
    """The documents among what was found in DICOM files, and the refusals that remain.

    An object that was refused only because it has no pixels is a document; an index (DICOMDIR) is neither, unless
    it names files outside its folder. A
    segmentation has pixels and is a series, and is listed here beside it with what it refers to.
    """
    found: list[Document] = []
    remaining: list[Refusal] = []
    for refusal in refused:
        try:
            if _has_no_image(refusal.file):
                if is_directory(refusal.file):
                    remaining += _leading_away(refusal.file)
                else:
                    found.append(describe(refusal.file))
                continue
        except ReadError:
            pass  # the reason of the first reading tells more
        remaining.append(refusal)
    segmented = dict.fromkeys(file for each in series if each.modality == "SEG" for file in each.files)
    for file in segmented:
        with suppress(ReadError):
            found.append(describe(file))
    kept, copies = _without_copies(sorted(found, key=lambda each: each.file))
    return tuple(kept), list(dict.fromkeys(remaining + copies))


def _without_copies(documents: Sequence[Document]) -> tuple[list[Document], list[Refusal]]:
    """The documents without files that repeat another file's bytes; the copies are named, not hidden."""
    told = [replace(document, file=Path()) for document in documents]
    alike = Counter(told)
    seen: dict[str, Path] = {}
    kept: list[Document] = []
    copies: list[Refusal] = []
    for document, said in zip(documents, told, strict=True):
        content = identity(document.file) if alike[said] > 1 else str(document.file)
        if content in seen:
            reason = f"an exact copy of {seen[content].name}, which is listed already"
            copies.append(Refusal(document.file, reason, document.patient.name))
        else:
            seen[content] = document.file
            kept.append(document)
    return kept, copies


def _leading_away(index: Path) -> list[Refusal]:
    """What an index names outside its own folder; an honest one says nothing that its folder does not."""
    return [refusal for refusal in referenced_files(index)[1] if refusal.file == index]


def _has_no_image(path: Path) -> bool:
    try:
        if format_of(path) is Format.DICOM:
            read_header(path)
    except NotAnImage:
        return True
    return False


def kind_of(dataset: Dataset) -> DocumentKind:
    """The kind of an object by its SOP class, else by its modality."""
    number = _sop_class(dataset).removeprefix(_STORAGE)
    for known, kind in _KINDS:
        if number == known or (known.endswith(".") and number.startswith(known)):
            return kind
    if text(dataset, "MIMETypeOfEncapsulatedDocument").lower() == "application/pdf":
        return "pdf"
    return _KINDS_BY_MODALITY.get(text(dataset, "Modality").upper(), "other")


def name_of(dataset: Dataset) -> str:
    """The SOP class in words; a private one by its number."""
    uid = _sop_class(dataset)
    if not uid:
        return "an object without a SOP class"
    name = _NEWER_NAMES.get(uid) or UID(uid).name
    if name != uid:
        return name
    return f"an object of the {'SOP class' if uid.startswith('1.2.840.10008.') else 'private SOP class'} {uid}"


def _sop_class(dataset: Dataset) -> str:
    return text(dataset, "SOPClassUID") or text(getattr(dataset, "file_meta", Dataset()), "MediaStorageSOPClassUID")


def _title(dataset: Dataset) -> str:
    if kind_of(dataset) == "segmentation" and text(dataset, "SeriesDescription"):
        return text(dataset, "SeriesDescription")  # its Content Label is a code string, often of the program
    for keyword in ("DocumentTitle", "RTPlanLabel", "StructureSetLabel", "ContentDescription", "ContentLabel"):
        if text(dataset, keyword):
            return text(dataset, keyword)
    return coded(dataset, "ConceptNameCodeSequence") or text(dataset, "SeriesDescription")


def _referred_series(dataset: Dataset, depth: int) -> Iterator[str]:
    """Series Instance UIDs in the sequences that name what an object was made from, in order."""
    for element in dataset:
        if element.VR != "SQ" or depth == _DEEPEST_REFERENCE:
            continue
        for each in items(dataset, element.keyword):
            uid = text(each, "SeriesInstanceUID")
            if uid:
                yield uid
            yield from _referred_series(each, depth + 1)


def _body(document: Document, dataset: Dataset) -> str:
    if document.kind == "report":
        return report_text(dataset)
    if document.kind == "pdf":
        from imaging.formats.pdf_text import pdf_text

        return pdf_text(bytes(dataset.get("EncapsulatedDocument") or b""), document.file)
    return ""


def _heading(document: Document, dataset: Dataset) -> list[str]:
    """What it is and whose, before the content."""
    lines = [document.name]
    if document.title and document.title != document.name:
        lines.append(f"Title: {document.title}")
    who = ", ".join(part for part in (document.patient.name.replace("^", " "), document.patient.id) if part)
    if who:
        lines.append(f"Patient: {who}")
    for words, keyword in (("Date", "ContentDate"), ("Completed", "CompletionFlag"), ("Verified", "VerificationFlag")):
        found = text(dataset, keyword)
        if found:
            lines.append(f"{words}: {found.capitalize()}")
    return lines + [f"Note: {words}" for words in character_warnings(dataset)]
