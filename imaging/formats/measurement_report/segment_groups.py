"""Numbers of segments as a structured report beside the segmentation that it refers to (PS3.16 TID 1410 and 1411)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from highdicom import sr
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from imaging import saving
from imaging.errors import SaveError
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.authoring.maker import shortened, subject_of
from imaging.formats.authoring.source import Source, source_of
from imaging.formats.measurement_report.vocabulary import quantity, unit_of
from imaging.formats.measurement_report.writing import Group, report_of
from imaging.formats.segmentation.imported import Segment
from imaging.formats.segmentation.seg_parts import concept
from imaging.formats.segmentation.seg_writing import write_segmentation
from imaging.formats.segmentation.terminology import described
from imaging.labelmap import Labelmap, Provenance
from imaging.progress import Report, silent
from imaging.statistics import SegmentStatistics, segment_statistics
from imaging.study import Series
from imaging.volume import Volume

_Number = tuple[str, float, str]


def write_segment_report(
    labelmap: Labelmap, volume: Volume, series: Series, path: Path, made: Provenance, report: Report = silent
) -> Path:
    """Write what each segment measures, and the segments beside it; where these are.

    A segment on several slices is a volumetric group that refers to the segment, one on a single slice a planar group
    that refers to its frame. Segments without a voxel have no group.

    Args:
        labelmap: on the grid of ``volume``.
        path: of the report; the segmentation has the same name and ``.seg.dcm``.
        report: told of every segment.

    Raises:
        SaveError: a file cannot be written; or the image is no DICOM; or no segment has a voxel.
        ReadError: the image's files have changed since they were listed.
        Cancelled: by ``report``.
    """
    source = source_of(series, grid_of(volume))
    if not source.instances:
        raise SaveError(path, "a structured report needs images with DICOM identities")
    measured = list(_measured(labelmap, volume, report))
    if not measured:
        raise SaveError(path, "no segment has a voxel to measure")
    beside = path.with_name(f"{path.name.removesuffix('.dcm')}.seg.dcm")
    segments = [described(each, labelmap.provenance) for each in labelmap.labels]
    write_segmentation(labelmap, volume, series, beside, "BINARY", segments, None, report)
    seg = dcmread(beside, stop_before_pixels=True)
    groups = [_group(n, segments[n - 1], found, seg, source) for n, found in measured]
    subject = subject_of(series)
    images = [
        subject.image(each.uid, each.class_uid, source.series_uid, Modality=series.modality, Manufacturer="")
        for each in {each.uid: each for each in source.instances}.values()
    ]
    written = report_of(groups, [seg, *images], subject, made, f"Segments of {source.name}")
    with saving.replacing(path) as temporary:
        written.save_as(temporary, enforce_file_format=True)
    return beside


def _measured(labelmap: Labelmap, volume: Volume, report: Report) -> Iterator[tuple[int, SegmentStatistics]]:
    """Segment number and measures of every label that has voxels."""
    image = None if volume.is_colour else volume.array
    for n, label in enumerate(labelmap.labels):
        report(n, len(labelmap.labels), f"Measuring {label.name}")
        layer, regular = labelmap.layer(label.value), volume.kind == "volume"
        found = segment_statistics(
            layer, label.value, labelmap.geometry, image, volume.unit, regular, volume.padding_at
        )
        if found is not None:
            yield n + 1, found


def _numbers(found: SegmentStatistics) -> Iterator[_Number]:
    """What is reported: name, value and unit."""
    if found.volume_ml is not None:
        yield "Volume", found.volume_ml, "ml"
    if found.values is not None:
        unit = found.values.unit
        yield "Mean", found.values.mean, unit
        yield "SD", found.values.sd, unit
        yield "Minimum", found.values.low, unit
        yield "Maximum", found.values.high, unit
    if found.longest_mm is not None:
        yield "Longest axis", found.longest_mm, "mm"
    if found.longest_in_slice_mm is not None and found.across_mm is not None:
        yield "Long axis", found.longest_in_slice_mm, "mm"
        yield "Short axis", found.across_mm, "mm"


def _group(number: int, segment: Segment, found: SegmentStatistics, seg: Dataset, source: Source) -> Group:
    numbers = [
        sr.Measurement(concept(quantity(name)), value, concept(unit_of(unit))) for name, value, unit in _numbers(found)
    ]
    tracking = sr.TrackingIdentifier(generate_uid(), shortened(segment.name))
    finding = concept(segment.kind)
    frames = _frames(number, seg)
    if len(frames) == 1:
        instance = source.instances[found.largest_k]
        image = sr.SourceImageForSegmentation(
            instance.class_uid, instance.uid, [instance.frame] if instance.frames > 1 else None
        )
        frame = sr.ReferencedSegmentationFrame(seg.SOPClassUID, seg.SOPInstanceUID, frames[0], number, image)
        # A frame of a binary SEG holds one segment: its number beside is forbidden (PS3.3 C.18.3); highdicom has it.
        del frame[0].ReferencedSOPSequence[0].ReferencedSegmentNumber
        return sr.PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking, referenced_segment=frame, finding_type=finding, measurements=numbers
        )
    meant = sr.ReferencedSegment(
        seg.SOPClassUID,
        seg.SOPInstanceUID,
        number,
        source_series=sr.SourceSeriesForSegmentation(source.series_uid),
    )
    return sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking, referenced_segment=meant, finding_type=finding, measurements=numbers
    )


def _frames(number: int, seg: Dataset) -> Sequence[int]:
    """The frames of a segment, from 1."""
    groups = seg.PerFrameFunctionalGroupsSequence
    return [
        n + 1
        for n, each in enumerate(groups)
        if each.SegmentIdentificationSequence[0].ReferencedSegmentNumber == number
    ]
