"""A labelmap as an RT Structure Set (PS3.3 A.19): the outlines of its pixels on every slice, in millimetres."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import highdicom as hd
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from imaging import saving
from imaging.errors import SaveError
from imaging.formats.authoring.maker import (
    PROGRAM,
    UTF8,
    creator_name,
    made_at,
    of,
    program_version,
    put_names,
    put_zone,
    shortened,
    subject_of,
)
from imaging.formats.authoring.source import Source
from imaging.formats.segmentation.imported import Segment
from imaging.formats.segmentation.polygons import outlines
from imaging.formats.segmentation.seg_parts import concept
from imaging.formats.segmentation.terminology import described
from imaging.geometry import Geometry
from imaging.labelmap import Labelmap
from imaging.progress import Report, silent
from imaging.study import Series

_STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
_DETACHED_STUDY = "1.2.840.10008.3.1.2.3.1"


def write_rtstruct(
    labelmap: Labelmap,
    source: Source,
    series: Series,
    path: Path,
    segments: Sequence[Segment] = (),
    report: Report = silent,
) -> None:
    """Write closed planar contours, one region of interest per label, each with the image it lies on.

    Raises:
        Cancelled: by ``report``, which is told of the labels; nothing was written.
        SaveError: the file cannot be written; or the image is no DICOM, or has no place in the patient.
        ReadError: the image's files have changed since they were listed.
    """
    if not source.grid.geometry.has_position:
        instead = "a DICOM SEG, which needs none" if source.instances else "a .seg.nrrd, NIfTI, PNG or COCO"
        raise SaveError(
            path,
            f"{source.name} has no place in the patient, and an RT Structure Set states outlines in millimetres there. "
            f"Write {instead}",
        )
    if not source.instances:
        raise SaveError(
            path,
            f"{source.name} has no DICOM images, and an RT Structure Set names the image of each outline. "
            "Write a DICOM SEG, a .seg.nrrd or NIfTI",
        )
    known = {each.value: each for each in segments}
    chosen = [known.get(each.value) or described(each, labelmap.provenance) for each in labelmap.labels]
    dataset = _head(labelmap, source, series)
    frame_of_reference = dataset.FrameOfReferenceUID
    dataset.ReferencedFrameOfReferenceSequence = _images(source, dataset.StudyInstanceUID, frame_of_reference)
    dataset.StructureSetROISequence = Items([_region(each, frame_of_reference) for each in chosen])
    contours: list[Dataset] = []
    for n, each in enumerate(chosen):
        report(n, len(chosen), f"Outlining {each.name}")
        contours.append(_contours(each, labelmap, source))
    dataset.ROIContourSequence = Items(contours)
    dataset.RTROIObservationsSequence = Items([_observation(each) for each in chosen])
    with saving.replacing(path) as temporary:
        dataset.save_as(temporary, enforce_file_format=True)


def _head(labelmap: Labelmap, source: Source, series: Series) -> Dataset:
    made, subject = labelmap.provenance, subject_of(series)
    when = made_at(made, subject)
    dataset = hd.SOPClass(
        subject.study_uid,
        generate_uid(),
        series_number=901,
        sop_instance_uid=generate_uid(),
        sop_class_uid=_STRUCTURE_SET,
        instance_number=1,
        modality="RTSTRUCT",
        manufacturer=PROGRAM,
        transfer_syntax_uid=ExplicitVRLittleEndian,
        **subject.arguments,
        series_description=shortened(f"Outlines of {source.name}"),
        manufacturer_model_name=PROGRAM,
        software_versions=program_version(),
        specific_character_set=UTF8,
    )
    put_names(dataset, subject)
    put_zone(dataset, subject)
    dataset.OperatorsName = creator_name(made)
    dataset.StructureSetLabel = "OUTLINES"
    dataset.StructureSetDate, dataset.StructureSetTime = when.strftime("%Y%m%d"), when.strftime("%H%M%S")
    dataset.ApprovalStatus = "UNAPPROVED"
    dataset.FrameOfReferenceUID = source.frame_of_reference or generate_uid()
    dataset.PositionReferenceIndicator = subject.text("PositionReferenceIndicator") or None
    return dataset


def _images(source: Source, study_uid: str, frame_of_reference: str) -> Items:
    images = Items([each.reference for each in source.instances])
    series = of(SeriesInstanceUID=source.series_uid, ContourImageSequence=images)
    study = of(
        ReferencedSOPClassUID=_DETACHED_STUDY,
        ReferencedSOPInstanceUID=study_uid,
        RTReferencedSeriesSequence=Items([series]),
    )
    return Items([of(FrameOfReferenceUID=frame_of_reference, RTReferencedStudySequence=Items([study]))])


def _region(segment: Segment, frame_of_reference: str) -> Dataset:
    return of(
        ROINumber=segment.value,
        ReferencedFrameOfReferenceUID=frame_of_reference,
        ROIName=shortened(segment.name),
        ROIDescription=segment.derivation[:1024] or None,
        ROIGenerationAlgorithm=segment.algorithm_type or "MANUAL",
        ROIGenerationDescription=shortened(f"{segment.algorithm} {segment.algorithm_version}") or None,
    )


def _observation(segment: Segment) -> Dataset:
    return of(
        ObservationNumber=segment.value,
        ReferencedROINumber=segment.value,
        RTROIInterpretedType="",
        ROIInterpreter="",
        RTROIIdentificationCodeSequence=Items([concept(segment.kind)]),
    )


def _contours(segment: Segment, labelmap: Labelmap, source: Source) -> Dataset:
    found = list(_contours_of(labelmap.inside(segment.value), source))
    region = of(ROIDisplayColor=list(segment.colour), ReferencedROINumber=segment.value)
    if found:
        region.ContourSequence = Items(found)
    return region


def _contours_of(marked: NDArray[np.bool_], source: Source) -> Iterator[Dataset]:
    number = 0
    for k in np.flatnonzero(marked.any(axis=(1, 2))).tolist():
        for outline in outlines(marked[k]):
            number += 1
            points = _points_lps(outline, source.grid.slice_geometry(k))
            yield of(
                ContourImageSequence=Items([source.instances[k].reference]),
                ContourGeometricType="CLOSED_PLANAR",
                NumberOfContourPoints=len(points),
                ContourNumber=number,
                ContourData=[f"{each:.4f}" for each in points.ravel()],
            )


def _points_lps(outline: NDArray[np.float64], geometry: Geometry) -> NDArray[np.float64]:
    """(N, 3) millimetres of (N, 2) rows and columns."""
    return geometry.point_lps(np.column_stack([np.zeros(len(outline)), outline]))
