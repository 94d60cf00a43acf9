"""An RT Structure Set (PS3.3 A.19) onto the image it was drawn on."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from imaging.errors import GeometryError, OtherGrid, ReadError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.authoring.source import Source, source_of
from imaging.formats.dicom.attributes import PARSE_ERRORS, items, numbers, text, whole
from imaging.formats.dicom.plain_object import read_object
from imaging.formats.segmentation.contour_planes import Slices, planes_of
from imaging.formats.segmentation.file_grid import block_of
from imaging.formats.segmentation.imported import ImportedMask, Segment
from imaging.formats.segmentation.painting import Painting
from imaging.formats.segmentation.polygons import filled
from imaging.formats.segmentation.resampling import refusal, resampled
from imaging.formats.segmentation.seg_header import code_in, derivation_in, program_of, provenance_in
from imaging.formats.segmentation.terminology import codes_of, told
from imaging.labelmap import MOST_LABELS, PALETTE, Label, Provenance
from imaging.progress import Report, silent
from imaging.study import Series

MOST_BYTES = 1 << 29
"""A larger structure set is refused."""

MOST_BETWEEN = 1 / 3
"""Where this share of the contours lies between the slices, they were drawn on other ones."""


@dataclass(frozen=True)
class _Region:
    """A region of interest with its contours, (N, 3) LPS millimetres each, and the image each names."""

    segment: Segment
    contours: tuple[tuple[NDArray[np.float64], str], ...]


def read_rtstruct(
    path: Path, grid: ImageGrid, series: Series, resample: bool = False, report: Report = silent
) -> ImportedMask:
    """The regions of a structure set on the grid of an image.

    A pixel belongs to a region when its centre is enclosed; contours of one region on one slice that overlap cut holes
    (even-odd). Regions that overlap come in layers. Warnings tell of contours that lie between slices, and of points
    and open lines, which enclose nothing.

    Args:
        resample: contours on other planes of the same place are filled there and brought onto the slices of the image;
            else they are refused.

    Raises:
        OtherGrid: no contour lies on a slice, or a third of them lie between slices, but all lie on even planes in the
            same place, parallel to the slices or not.
        ReadError: damaged, no structure set, in another frame of reference, or elsewhere.
        Cancelled: by ``report``.
    """
    source = source_of(series, grid)
    if not grid.geometry.has_position:
        raise ReadError(
            path, f"{source.name} has no place in the patient: outlines in millimetres cannot be laid on it"
        )
    dataset = _structure_set(path)
    _check_frame(path, dataset, source)
    own = _in_frame(dataset, source)
    try:
        regions, open_lines = _regions(path, dataset, own)
    except PARSE_ERRORS as error:
        raise ReadError(path, f"damaged RT Structure Set: {error}") from error
    title = text(dataset, "SeriesDescription") or text(dataset, "StructureSetLabel") or path.name
    elsewhere = len(items(dataset, "StructureSetROISequence")) - len(own)
    made = provenance_in(dataset, [each.segment for each in regions], "OperatorsName", "StructureSet")
    structures = _Structures(title, tuple(regions), open_lines, elsewhere, made, _undescribed(dataset))
    found = structures.on(source)
    reason = structures.misfit(source)
    return _from_other_planes(path, reason, structures, source, resample, report) if reason else found


def _from_other_planes(
    path: Path, reason: str, structures: "_Structures", source: Source, resample: bool, report: Report
) -> ImportedMask:
    try:
        own = replace(source, grid=planes_of(structures.contours, source.grid), instances=())
    except GeometryError as error:
        raise ReadError(path, f"{reason}; and {error}") from error
    empty = np.broadcast_to(np.uint8(0), own.grid.geometry.shape_kji)
    wrong = refusal(path, reason, block_of(empty, own.grid), source.grid)
    if not resample or not isinstance(wrong, OtherGrid):
        raise wrong
    found = structures.on(own)
    blocks = [block_of(layer, own.grid) for layer in found.labelmap.layers]
    return resampled(path, found, blocks, source.grid, report)


@dataclass(frozen=True)
class _Structures:
    """What a structure set holds."""

    title: str
    regions: tuple[_Region, ...]
    open_lines: int
    elsewhere: int
    made: Provenance
    undescribed: tuple[int, ...]
    """Numbers of regions that have contours and nothing else."""

    @property
    def contours(self) -> list[NDArray[np.float64]]:
        """(N, 3) LPS millimetres of each."""
        return [points for region in self.regions for points, _ in region.contours]

    @property
    def count(self) -> int:
        """How many contours there are."""
        return len(self.contours)

    def misfit(self, source: Source) -> str:
        """Why the contours were drawn on other planes than the slices of an image; empty where they were not."""
        slices = Slices(source.grid)
        off = [points for points in self.contours if slices.under(points) is None]
        if off and len(off) == self.count:
            return f"none of its {self.count} contours lies within 0.1 mm of a slice of {source.name}"
        between = sum(slices.are_around(points) for points in off)
        if between and between >= MOST_BETWEEN * self.count:
            return f"{between} of its {self.count} contours lie between the slices of {source.name}"
        return ""

    def _named_elsewhere(self, source: Source) -> int:
        """How many contours name an image that is not of these, where these can be named."""
        known = {each.uid for each in source.instances} | {""}
        return sum(uid not in known for each in self.regions for _, uid in each.contours) if source.instances else 0

    def on(self, source: Source) -> ImportedMask:
        """The regions on the slices of an image."""
        painting, slices = Painting(source.grid.geometry.shape_kji), Slices(source.grid)
        between = cut = 0
        for region in self.regions:
            planes, off, beyond = _planes(region, source, slices)
            between, cut = between + off, cut + beyond
            for k in sorted(planes):
                painting.add(k, planes[k], region.segment.value)
        segments = tuple(each.segment for each in self.regions)
        labels = tuple(
            Label(each.value, each.name, each.colour, told(each.kind), derivation=each.derivation) for each in segments
        )
        mask = source.grid.labelmap(painting.layers, painting.placed(labels), self.made)
        return ImportedMask(mask, segments, self.title, tuple(self._warnings(source, between, cut)))

    def _warnings(self, source: Source, between: int, cut: int) -> Iterator[str]:
        if between:
            yield f"{between} of {self.count} contours lie between the slices or outside them and were left out"
        if cut:
            yield f"{cut} of {self.count} contours reach beyond the image and were cut off there"
        if others := self._named_elsewhere(source):
            yield f"{others} of {self.count} contours name other images than these; laid on by position"
        if self.open_lines:
            yield f"{self.open_lines} points and open lines enclose nothing and were left out"
        if self.elsewhere:
            yield f"{self.elsewhere} regions lie in another frame of reference and were left out"
        if self.undescribed:
            numbers = ", ".join(map(str, self.undescribed))
            yield f"the contours of regions that are not described were left out: {numbers}"


def _structure_set(path: Path) -> Dataset:
    dataset = read_object(path, "RT Structure Set", MOST_BYTES)
    modality = text(dataset, "Modality")
    if modality != "RTSTRUCT":
        raise ReadError(path, f"no RT Structure Set: found modality {modality or 'not stated'}, expected RTSTRUCT")
    return dataset


def _check_frame(path: Path, dataset: Dataset, source: Source) -> None:
    stated = {text(each, "ReferencedFrameOfReferenceUID") for each in items(dataset, "StructureSetROISequence")} - {""}
    ours = source.frame_of_reference
    if ours and stated and ours not in stated:
        raise ReadError(path, f"drawn in frame of reference {min(stated)}, expected that of {source.name}, {ours}")


def _in_frame(dataset: Dataset, source: Source) -> list[Dataset]:
    """The regions that lie in the frame of reference of the image, as far as both say: each states its own."""
    ours, regions = source.frame_of_reference, items(dataset, "StructureSetROISequence")
    return [each for each in regions if not ours or text(each, "ReferencedFrameOfReferenceUID") in ("", ours)]


def _undescribed(dataset: Dataset) -> tuple[int, ...]:
    described = {whole(each, "ROINumber") for each in items(dataset, "StructureSetROISequence")}
    drawn = (each for each in items(dataset, "ROIContourSequence") if items(each, "ContourSequence"))
    return tuple(sorted({whole(each, "ReferencedROINumber") or 0 for each in drawn} - described))


def _regions(path: Path, dataset: Dataset, own: list[Dataset]) -> tuple[list[_Region], int]:
    """The regions in order of number, and how many of their contours are not closed."""
    described = {whole(each, "ROINumber"): each for each in own}
    observed = {whole(each, "ReferencedROINumber"): each for each in items(dataset, "RTROIObservationsSequence")}
    drawn = {whole(each, "ReferencedROINumber"): each for each in items(dataset, "ROIContourSequence")}
    found = sorted(number for number in described if number is not None)
    if len(found) > MOST_LABELS:
        raise ReadError(path, f"{len(found)} regions: a mask holds at most {MOST_LABELS}")
    fits = bool(found) and min(found) > 0 and max(found) <= MOST_LABELS
    regions: list[_Region] = []
    open_lines, program = 0, program_of(dataset)
    for n, number in enumerate(found):
        value = number if fits else n + 1
        segment = _segment(
            value, number, described[number], observed.get(number, Dataset()), drawn.get(number, Dataset()), program
        )
        contours = items(drawn.get(number, Dataset()), "ContourSequence")
        closed = tuple(_closed(path, contours))
        open_lines += len(contours) - len(closed)
        regions.append(_Region(segment, closed))
    return regions, open_lines


def _closed(path: Path, contours: list[Dataset]) -> Iterator[tuple[NDArray[np.float64], str]]:
    for each in contours:
        kind = text(each, "ContourGeometricType").upper()
        points = numbers(each, "ContourData")
        if len(points) % 3:
            raise ReadError(path, f"damaged: a contour has {len(points)} coordinates, expected three for each point")
        if kind.startswith("CLOSED") and len(points) >= 9:
            images = items(each, "ContourImageSequence")
            yield np.array(points).reshape(-1, 3), text(images[0], "ReferencedSOPInstanceUID") if images else ""


def _segment(value: int, number: int, region: Dataset, observed: Dataset, drawn: Dataset, program: str) -> Segment:
    name = text(region, "ROIName") or f"region {number}"
    colour = numbers(drawn, "ROIDisplayColor")
    shown = PALETTE[(value - 1) % len(PALETTE)]
    if len(colour) == 3 and all(0 <= each <= 255 for each in colour):
        shown = (int(colour[0]), int(colour[1]), int(colour[2]))
    category, kind = codes_of(name)[0], code_in(observed, "RTROIIdentificationCodeSequence")
    how = text(region, "ROIGenerationAlgorithm").upper()
    algorithm = text(region, "ROIGenerationDescription") if how in ("AUTOMATIC", "SEMIAUTOMATIC") else ""
    algorithm = algorithm or (program if how == "AUTOMATIC" else "")
    derivation = derivation_in(text(region, "ROIDescription"))
    return Segment(value, number, name, shown, category, kind, how, algorithm, derivation=derivation)


def _planes(region: _Region, source: Source, slices: Slices) -> tuple[dict[int, NDArray[np.bool_]], int, int]:
    """The pixels of a region on each slice, how many contours lie on none, and how many reach beyond the pixels."""
    planes: dict[int, NDArray[np.bool_]] = {}
    off = beyond = 0
    shape = source.grid.geometry.shape_kji[1:]
    by_uid: dict[str, list[int]] = defaultdict(list)
    for k, instance in enumerate(source.instances):
        by_uid[instance.uid].append(k)
    for points, uid in region.contours:
        k = slices.under(points, by_uid.get(uid))
        if k is None:
            off += 1
            continue
        index = source.grid.slice_geometry(k).index_kji(points)[:, 1:]
        # An outline may run along the edge of the last pixels, half a pixel from their centres, and be rounded.
        beyond += bool((index < -1).any() or (index > shape).any())
        planes[k] = planes.get(k, np.zeros(shape, np.bool_)) ^ filled(index, shape)
    return planes, off, beyond
