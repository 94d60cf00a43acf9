"""A labelmap as a DICOM SEG (PS3.3 A.51), also of clips and flat images, which have no frame of reference.

highdicom makes the parts, not the whole: it refuses images without a frame of reference, resampled volumes and images
that are not DICOM. Here every frame refers to the image and frame that it marks, where the image is DICOM, and states
its place, where the image has one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import highdicom as hd
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from imaging import saving
from imaging.errors import SaveError
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.authoring.maker import (
    PROGRAM,
    UTF8,
    Subject,
    creator_name,
    made_at,
    of,
    program_version,
    put_names,
    put_zone,
    shortened,
    subject_of,
)
from imaging.formats.authoring.source import Source, source_of
from imaging.formats.segmentation import seg_parts
from imaging.formats.segmentation.imported import Segment
from imaging.formats.segmentation.one_layer import in_one_layer
from imaging.formats.segmentation.terminology import described
from imaging.labelmap import Labelmap
from imaging.layers import overlap
from imaging.progress import Report, silent
from imaging.study import Series
from imaging.volume import Volume

Coding = Literal["BINARY", "FRACTIONAL", "LABELMAP"]

FULL = 255
"""Maximum Fractional Value of what is written here."""

_SOP_CLASSES: dict[Coding, str] = {
    "BINARY": "1.2.840.10008.5.1.4.1.1.66.4",
    "FRACTIONAL": "1.2.840.10008.5.1.4.1.1.66.4",
    "LABELMAP": "1.2.840.10008.5.1.4.1.1.66.7",
}
_SEGMENT = (Tag("ReferencedSegmentNumber"), Tag("SegmentIdentificationSequence"))
_POSITION = (Tag("ImagePositionPatient"), Tag("PlanePositionSequence"))
_TIME = (Tag("TemporalPositionIndex"), Tag("FrameContentSequence"))

Probabilities = Mapping[int, NDArray[np.floating]]
"""(K, J, I) floating 0-1 by label value."""


def write_segmentation(
    labelmap: Labelmap,
    volume: Volume,
    series: Series,
    path: Path,
    coding: Coding = "BINARY",
    segments: Sequence[Segment] = (),
    probabilities: Probabilities | None = None,
    report: Report = silent,
) -> None:
    """Write a labelmap as a SEG that is whole or not there. Slices without a marked voxel have no frame.

    Args:
        labelmap: on the grid of ``volume``.
        volume, series: the image.
        path: of the file.
        coding: BINARY and FRACTIONAL number segments from 1 on without a gap, as they must; LABELMAP keeps values.
        segments: what is known of labels beside name and colour, matched by value.
        probabilities: for FRACTIONAL; the mask itself counts as 0 and 1 for labels that have none.
        report: told of the frames.

    Raises:
        Cancelled: by ``report``; nothing was written.
        SaveError: the file cannot be written; the image is no DICOM and has no place in the patient either; segments
            overlap, which a label map cannot hold; or there is none, which only a label map can say.
        ReadError: the image's files have changed since they were listed.
    """
    labelmap = in_one_layer(labelmap, path) if coding == "LABELMAP" else labelmap
    source = source_of(series, grid_of(volume))
    if not source.instances and not volume.geometry.has_position:
        raise SaveError(
            path,
            f"{source.name} has neither DICOM images nor a place in the patient, and a DICOM SEG needs one of them. "
            "Write a .seg.nrrd, NIfTI, PNG or COCO",
        )
    if not labelmap.labels and coding != "LABELMAP":
        raise SaveError(path, "the mask has no segment, and a DICOM SEG describes one at least. Add a segment")
    known = {each.value: each for each in segments}
    chosen = [known.get(each.value) or described(each, labelmap.provenance) for each in labelmap.labels]
    pixels = _Pixels(labelmap, coding, [each.value for each in chosen], probabilities or {})
    dataset = _head(subject_of(series), source, labelmap, coding)
    _describe_segments(dataset, chosen, coding)
    if coding == "BINARY" and overlap(labelmap.layers).any():
        dataset.SegmentsOverlap = "YES"
    _place_frames(dataset, pixels, source, coding)
    _put_pixels(dataset, pixels, coding, report)
    with saving.replacing(path) as temporary:
        dataset.save_as(temporary, enforce_file_format=True)


@dataclass(frozen=True)
class _Pixels:
    """The frames to write: which segment on which slice, and their pixels."""

    labelmap: Labelmap
    coding: Coding
    values: list[int]
    probabilities: Probabilities

    def frames(self) -> list[tuple[int, int]]:
        """Segment number, 0 for a label map, and slice of each frame; one empty frame where nothing is marked."""
        if self.coding == "LABELMAP":
            marked = [(0, int(k)) for k in np.flatnonzero(self.labelmap.array.any(axis=(1, 2)))]
        else:
            marked = [(n + 1, k) for n, value in enumerate(self.values) for k in self._slices_with(value)]
        return marked or [(0 if self.coding == "LABELMAP" else 1, 0)]

    def plane(self, number: int, k: int) -> NDArray[np.uint8]:
        """(J, I) uint8 as stored."""
        if self.coding == "LABELMAP":
            return self.labelmap.array[k]
        value = self.values[number - 1]
        if self.coding == "FRACTIONAL" and value in self.probabilities:
            return np.rint(np.clip(self.probabilities[value][k], 0, 1) * FULL).astype(np.uint8)
        return (self.labelmap.layer(value)[k] == value) * np.uint8(FULL if self.coding == "FRACTIONAL" else 1)

    def _slices_with(self, value: int) -> list[int]:
        found = self.labelmap.inside(value)
        if self.coding == "FRACTIONAL" and value in self.probabilities:
            found = self.probabilities[value] >= 0.5 / FULL
        return [int(k) for k in np.flatnonzero(found.any(axis=(1, 2)))]


def _head(subject: Subject, source: Source, labelmap: Labelmap, coding: Coding) -> Dataset:
    """Patient, study, series, equipment and what was segmented."""
    made = labelmap.provenance
    when = made_at(made, subject)
    dataset = hd.SOPClass(
        subject.study_uid,
        generate_uid(),
        series_number=900,
        sop_instance_uid=generate_uid(),
        sop_class_uid=_SOP_CLASSES[coding],
        instance_number=1,
        modality="SEG",
        manufacturer=PROGRAM,
        transfer_syntax_uid=ExplicitVRLittleEndian,
        **subject.arguments,
        series_description=shortened(f"Segmentation of {source.name}"),
        manufacturer_model_name=PROGRAM,
        software_versions=program_version(),
        device_serial_number="none",
        content_date=when.date(),
        content_time=when.time(),
        specific_character_set=UTF8,
    )
    put_names(dataset, subject)
    put_zone(dataset, subject)
    dataset.ContentLabel, dataset.ContentDescription = "SEGMENTATION", None
    dataset.ContentCreatorName = creator_name(made)
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    _say_losses(dataset, subject)
    if source.instances:
        dataset.ReferencedSeriesSequence = seg_parts.references(source)
    if source.grid.geometry.has_position:
        dataset.FrameOfReferenceUID = source.frame_of_reference or generate_uid()
        dataset.PositionReferenceIndicator = subject.text("PositionReferenceIndicator") or None
    else:
        dataset.PatientOrientation = None
    return dataset


def _say_losses(dataset: Dataset, subject: Subject) -> None:
    """Lossy Image Compression of the image holds for what was made from it (PS3.3 C.7.6.1.1.5)."""
    dataset.LossyImageCompression = subject.text("LossyImageCompression") or "00"
    for keyword in ("LossyImageCompressionRatio", "LossyImageCompressionMethod"):
        if subject.values(keyword):
            setattr(dataset, keyword, list(subject.values(keyword)))


def _describe_segments(dataset: Dataset, segments: Sequence[Segment], coding: Coding) -> None:
    is_labelmap = coding == "LABELMAP"
    items = [seg_parts.description(each, each.value if is_labelmap else n + 1) for n, each in enumerate(segments)]
    dataset.SegmentationType = coding
    dataset.SegmentSequence = Items([seg_parts.background(), *items] if is_labelmap else items)
    dataset.SegmentsOverlap = "NO"
    if coding == "FRACTIONAL":
        dataset.SegmentsOverlap = "UNDEFINED"
        dataset.SegmentationFractionalType, dataset.MaximumFractionalValue = "PROBABILITY", FULL


def _place_frames(dataset: Dataset, pixels: _Pixels, source: Source, coding: Coding) -> None:
    """Functional groups and dimensions of all frames (PS3.3 C.7.6.16, C.7.6.17)."""
    grid, has_position = source.grid, source.grid.geometry.has_position
    pointers = [*([] if coding == "LABELMAP" else [_SEGMENT]), _POSITION if has_position else _TIME]
    organization = generate_uid()
    dataset.DimensionOrganizationSequence = Items([of(DimensionOrganizationUID=organization)])
    dataset.DimensionIndexSequence = Items(
        [
            of(DimensionOrganizationUID=organization, DimensionIndexPointer=tag, FunctionalGroupPointer=group)
            for tag, group in pointers
        ]
    )
    shared = Dataset()
    if has_position and not grid.slice_geometries:
        shared = seg_parts.plane_groups(grid.geometry, is_grid=True)
    dataset.SharedFunctionalGroupsSequence = Items([shared])
    dataset.PerFrameFunctionalGroupsSequence = Items(
        [_frame_groups(source, number, k) for number, k in pixels.frames()]
    )


def _frame_groups(source: Source, number: int, k: int) -> Dataset:
    grid = source.grid
    groups = Dataset()
    content = of(DimensionIndexValues=[number, k + 1] if number else [k + 1])
    if grid.geometry.has_position:
        if grid.slice_geometries:
            groups = seg_parts.plane_groups(grid.slice_geometry(k), is_grid=False)
        groups.PlanePositionSequence = seg_parts.position(grid.slice_geometry(k))
    else:
        content.TemporalPositionIndex = k + 1
    groups.FrameContentSequence = Items([content])
    if number:
        groups.SegmentIdentificationSequence = Items([of(ReferencedSegmentNumber=number)])
    if source.instances:
        groups.DerivationImageSequence = seg_parts.derivation(source.instances[k])
    return groups


def _put_pixels(dataset: Dataset, pixels: _Pixels, coding: Coding, report: Report) -> None:
    frames = pixels.frames()
    bits = 1 if coding == "BINARY" else 8
    dataset.Rows, dataset.Columns = pixels.labelmap.array.shape[1:]
    dataset.NumberOfFrames, dataset.SamplesPerPixel, dataset.PhotometricInterpretation = len(frames), 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit, dataset.PixelRepresentation = bits - 1, 0
    if coding == "LABELMAP":
        dataset.PixelPaddingValue, dataset.PresentationLUTShape = 0, "IDENTITY"
    data = b"".join(_packed(pixels, frames, report) if bits == 1 else _bytes(pixels, frames, report))
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset["PixelData"].VR = "OB"


def _bytes(pixels: _Pixels, frames: Sequence[tuple[int, int]], report: Report) -> Iterator[bytes]:
    for n, each in enumerate(frames):
        report(n, len(frames), "Writing frames")
        yield pixels.plane(*each).tobytes()


def _packed(pixels: _Pixels, frames: Sequence[tuple[int, int]], report: Report) -> Iterator[bytes]:
    """Bits of all frames in one row, lowest first (PS3.5 8.1.1); eight frames always end with a byte."""
    for n in range(0, len(frames), 8):
        report(n, len(frames), "Writing frames")
        planes = np.concatenate([pixels.plane(*each).reshape(-1) for each in frames[n : n + 8]])
        yield np.packbits(planes, bitorder="little").tobytes()
