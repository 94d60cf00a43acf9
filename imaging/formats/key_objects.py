"""Key images as a DICOM Key Object Selection Document (PS3.3 A.35.4, PS3.16 TID 2010)."""

from collections.abc import Sequence
from pathlib import Path

import highdicom as hd
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid

from imaging.errors import ImagingError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.authoring.maker import program_version, subject_of
from imaging.formats.authoring.source import Instance, Source, source_of
from imaging.key_image import KeyImage
from imaging.saving import replacing
from imaging.study import Series


def write_key_objects(marked: Sequence[tuple[KeyImage, Series, ImageGrid]], path: Path) -> int:
    """The number of images that the written document refers to.

    Planes that were not acquired are referred to by the slice that their middle lies in.

    Args:
        marked: key images of one study with their series and its grid.

    Raises:
        ImagingError: none of them is a DICOM image that can be referred to, or they are of several studies.
        ReadError: an image's file is gone or damaged.
        SaveError: the file cannot be written.
    """
    evidence: dict[str, tuple[Dataset, set[int]]] = {}
    for key_image, series, grid in marked:
        source = source_of(series, grid)
        if key_image.k < len(source.instances):
            instance = source.instances[key_image.k]
            _, frames = evidence.setdefault(instance.uid, (_evidence(instance, source, series), set()))
            frames.update({instance.frame} if instance.frames > 1 else ())
    if not evidence:
        raise ImagingError("none of the key images is a DICOM image: nothing can be referred to")
    images = [image for image, _ in evidence.values()]
    if len({image.StudyInstanceUID for image in images}) > 1:
        raise ImagingError("the key images are of several studies: one document can name one study only")
    notes = "; ".join(dict.fromkeys(key_image.note for key_image, _, _ in marked if key_image.note))
    document = _document(images, notes)
    _name_frames(document, {uid: sorted(frames) for uid, (_, frames) in evidence.items()})
    with replacing(path) as temporary:
        document.save_as(temporary)
    return len(images)


def _evidence(instance: Instance, source: Source, series: Series) -> Dataset:
    """What a document must know of an image that it refers to."""
    subject, found = subject_of(series), Dataset()
    found.SOPInstanceUID, found.SOPClassUID = instance.uid, instance.class_uid
    found.StudyInstanceUID, found.SeriesInstanceUID = subject.study_uid, source.series_uid
    for keyword in ("PatientName", "PatientID", "AccessionNumber", "StudyID", "ReferringPhysicianName"):
        setattr(found, keyword, subject.text(keyword))
    for keyword in ("PatientBirthDate", "StudyDate", "StudyTime"):
        setattr(found, keyword, subject.moment(keyword))
    found.PatientSex = subject.sex or ""
    found.Modality, found.Rows, found.Columns = series.modality, *series.shape_kji[1:]
    character_set = subject.text("SpecificCharacterSet")
    if character_set:
        found.SpecificCharacterSet = character_set.split("\\")
    return found


def _document(images: list[Dataset], notes: str) -> hd.ko.KeyObjectSelectionDocument:
    content = hd.ko.KeyObjectSelection(codes.DCM.OfInterest, images, description=notes or None)
    return hd.ko.KeyObjectSelectionDocument(
        images, content, generate_uid(), 999, generate_uid(), 1, "Wetread", software_versions=program_version()
    )


def _name_frames(document: Dataset, frames: dict[str, list[int]]) -> None:
    """Say which frames of multi-frame images are meant (PS3.3 C.18.4)."""
    for item in document.ContentSequence:
        for reference in item.get("ReferencedSOPSequence", ()):
            numbers = frames.get(reference.ReferencedSOPInstanceUID)
            if numbers:
                reference.ReferencedFrameNumber = numbers
