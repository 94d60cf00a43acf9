"""Key images as a DICOM Key Object Selection Document (PS3.3 A.35.4, PS3.16 TID 2010)."""

from collections.abc import Sequence
from pathlib import Path

import highdicom as hd
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid

from imaging.errors import ImagingError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.authoring.maker import PROGRAM, UTF8, Subject, program_version, put_names, subject_of
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
    subjects: list[Subject] = []
    for key_image, series, grid in marked:
        source = source_of(series, grid)
        if key_image.k < len(source.instances):
            instance = source.instances[key_image.k]
            subjects.append(subject_of(series))
            _, frames = evidence.setdefault(instance.uid, (_evidence(instance, source, subjects[-1]), set()))
            frames.update({instance.frame} if instance.frames > 1 else ())
    if not evidence:
        raise ImagingError("none of the key images is a DICOM image: nothing can be referred to")
    images = [image for image, _ in evidence.values()]
    if len({image.StudyInstanceUID for image in images}) > 1:
        raise ImagingError("the key images are of several studies: one document can name one study only")
    notes = "; ".join(dict.fromkeys(key_image.note for key_image, _, _ in marked if key_image.note))
    document = _document(images, notes)
    put_names(document, subjects[0])
    _name_frames(document, {uid: sorted(frames) for uid, (_, frames) in evidence.items()})
    with replacing(path) as temporary:
        document.save_as(temporary)
    return len(images)


def _evidence(instance: Instance, source: Source, subject: Subject) -> Dataset:
    """What a document must know of an image that it refers to."""
    series, (_, rows, columns) = subject.series, subject.series.shape_kji
    return subject.image(
        instance.uid, instance.class_uid, source.series_uid, Modality=series.modality, Rows=rows, Columns=columns
    )


def _document(images: list[Dataset], notes: str) -> hd.ko.KeyObjectSelectionDocument:
    content = hd.ko.KeyObjectSelection(codes.DCM.OfInterest, images, description=notes or None)
    return hd.ko.KeyObjectSelectionDocument(
        images,
        content,
        generate_uid(),
        999,
        generate_uid(),
        1,
        PROGRAM,
        software_versions=program_version(),
        specific_character_set=UTF8,
    )


def _name_frames(document: Dataset, frames: dict[str, list[int]]) -> None:
    """Say which frames of multi-frame images are meant (PS3.3 C.18.4)."""
    for item in document.ContentSequence:
        for reference in item.get("ReferencedSOPSequence", ()):
            numbers = frames.get(reference.ReferencedSOPInstanceUID)
            if numbers:
                reference.ReferencedFrameNumber = numbers
