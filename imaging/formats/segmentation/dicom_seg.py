"""A DICOM SEG (PS3.3 A.51) onto the image it was made from: binary, fractional or label map."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.errors import OtherGrid, ReadError, Truncated
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.authoring.source import Source, source_of
from imaging.formats.dicom.header import Header, read_header
from imaging.formats.dicom.pixel_format import PixelFormat, pixel_format
from imaging.formats.dicom.pixels import FrameReader, frames_of
from imaging.formats.segmentation.file_grid import block_of
from imaging.formats.segmentation.imported import Fractions, ImportedMask, Segment
from imaging.formats.segmentation.own_planes import grid_of_frames
from imaging.formats.segmentation.painting import Painting
from imaging.formats.segmentation.resampling import resampled
from imaging.formats.segmentation.seg_frames import SegFrame, placed_frames
from imaging.formats.segmentation.seg_header import SegHeader, read_seg_header
from imaging.formats.segmentation.terminology import told
from imaging.labelmap import MOST_LABELS, PALETTE, Label
from imaging.progress import Report, silent
from imaging.study import Series

_MOST_FRACTIONS = 1 << 30
"""Voxels of all segments together; of more, only the mask is read."""


def read_onto(
    path: Path, grid: ImageGrid, series: Series, report: Report = silent, resample: bool = False
) -> ImportedMask:
    """The mask of a DICOM SEG on a grid.

    A frame lies on the slice whose image it refers to, checked by position to 0.1 mm; without reference by position
    alone; without position by the frame number it refers to. Slices without a frame are empty. Segments that
    overlap come in layers. Fractions count from half of the maximum on, which a warning says.

    Args:
        resample: frames on other voxels of the same place are brought onto those of the image; else they are refused.

    Raises:
        OtherGrid: its frames lie on other voxels, in the frame of reference of the image.
        ReadError: no segmentation, damaged, or one that does not fit this image; says what was found and expected.
        Truncated: the file ends before its pixels.
        Cancelled: by ``report``.
    """
    head, header = read_seg_header(path), read_header(path)
    layout = pixel_format(header)
    if layout.samples != 1 or layout.number != "integer":
        raise ReadError(
            path, f"no segmentation: {layout.samples} samples of {layout.number} pixels, expected one integer"
        )
    if layout.frames_missing:
        stated = layout.frames + layout.frames_missing
        raise Truncated(path, f"truncated: only {layout.frames} of {stated} frames are there: the mask lacks parts")
    source = source_of(series, grid)
    try:
        return _read(head, header, layout, source, report)
    except OtherGrid:
        if not resample:
            raise
    own = Source(grid_of_frames(header, layout), (), "", source.frame_of_reference, source.name)
    found = _read(head, header, layout, own, report)
    return resampled(path, found, [block_of(layer, own.grid) for layer in found.labelmap.layers], grid, report)


def _read(head: SegHeader, header: Header, layout: PixelFormat, source: Source, report: Report) -> ImportedMask:
    """The frames on the slices that they belong to."""
    frames = placed_frames(header, layout, head, source)
    reading = _Reading(head, header.path, source)
    with frames_of(header) as reader:
        reading.read(reader, frames, report)
    return reading.result()


class _Reading:
    """One segmentation on its way into a labelmap."""

    def __init__(self, head: SegHeader, path: Path, source: Source) -> None:
        self._head, self._path, self._source = head, path, source
        self._painting = Painting(source.grid.geometry.shape_kji)
        self._values = {segment.number: segment.value for segment in head.segments}
        self._fractions = self._room_for_fractions()
        self._unnamed: set[int] = set()
        self._lost = 0

    def read(self, reader: FrameReader, frames: Sequence[SegFrame], report: Report) -> None:
        """Every frame in order of segment, so that the first ones come to lie lowest."""
        # A palette gives label values colours; the values themselves are wanted.
        plain = replace(reader, format=replace(reader.format, photometric="MONOCHROME2"))
        for n, frame in enumerate(sorted(frames, key=lambda each: (each.number, each.index))):
            report(n, len(frames), f"Reading {self._path.name}, frame {frame.index + 1}")
            stored = plain.stored(frame.index)
            self._put(frame, self._labels_in(frame, stored))
            self._put_fractions(frame, stored)

    def result(self) -> ImportedMask:
        segments = tuple(sorted((*self._head.segments, *map(_unnamed, self._unnamed)), key=lambda each: each.value))
        labels = tuple(
            Label(each.value, each.name, each.colour, told(each.kind), derivation=each.derivation) for each in segments
        )
        layers, placed = self._painting.layers, self._painting.placed(labels)
        mask = self._source.grid.labelmap(layers, placed, self._head.provenance)
        values = tuple(each.value for each in self._head.segments)
        fractions = None
        if self._fractions is not None:
            fractions = Fractions(self._fractions, values, self._head.fractions_mean or "PROBABILITY")
        return ImportedMask(mask, segments, self._head.title, tuple(self._warnings()), fractions=fractions)

    def _labels_in(self, frame: SegFrame, stored: NDArray[Any]) -> NDArray[np.uint8]:
        """(rows, columns) uint8 label values that a frame marks."""
        if self._head.kind == "LABELMAP":
            return self._renumbered(frame, stored)
        marked = stored != 0 if self._head.kind == "BINARY" else 2 * stored.astype(np.int64) >= self._head.full
        return marked * np.uint8(self._values[frame.number])

    def _renumbered(self, frame: SegFrame, stored: NDArray[Any]) -> NDArray[np.uint8]:
        found = {int(each) for each in np.unique(stored)} - {0, self._head.padding}
        unnamed = found - set(self._values)
        if max(unnamed, default=0) > MOST_LABELS or min(unnamed, default=1) < 0:
            number = next(each for each in unnamed if not 0 <= each <= MOST_LABELS)
            raise ReadError(
                self._path, f"frame {frame.index + 1}: label {number} is not described, and a mask holds 1 to 255"
            )
        if taken := unnamed & set(self._values.values()):
            raise ReadError(self._path, f"frame {frame.index + 1}: label {min(taken)} is not described by any segment")
        self._unnamed |= unnamed
        labels = np.zeros(stored.shape, np.uint8)
        for value in found:
            labels[stored == value] = self._values.get(value, value)
        return labels

    def _put(self, frame: SegFrame, labels: NDArray[np.uint8]) -> None:
        plane = np.zeros(self._source.grid.geometry.shape_kji[1:], np.uint8)
        turned, target, lost = frame.fit.place(labels, plane)
        np.copyto(target, turned)
        self._lost += lost
        for value in np.unique(plane[plane != 0]).tolist():
            self._painting.add(frame.k, plane == value, value)

    def _room_for_fractions(self) -> NDArray[np.uint8] | None:
        shape = (len(self._head.segments), *self._source.grid.geometry.shape_kji)
        fits = self._head.kind == "FRACTIONAL" and prod(shape) <= _MOST_FRACTIONS
        return np.zeros(shape, np.uint8) if fits else None

    def _put_fractions(self, frame: SegFrame, stored: NDArray[Any]) -> None:
        if self._fractions is not None:
            row = [each.number for each in self._head.segments].index(frame.number)
            shares = np.rint(np.minimum(stored / self._head.full, 1) * 255).astype(np.uint8)
            turned, target, _ = frame.fit.place(shares, self._fractions[row, frame.k])
            np.copyto(target, turned)

    def _warnings(self) -> list[str]:
        said: list[str] = []
        if self._head.kind == "FRACTIONAL":
            said.append(f"fractions: voxels count from 0.5 of the maximum ({self._head.full}) on")
            if self._fractions is None:
                said.append("the fractions themselves are too many to be shown")
        if self._lost:
            said.append(f"{self._lost} marked pixels lie outside the image and were left out")
        if self._unnamed:
            said.append(f"label values without a description: {', '.join(map(str, sorted(self._unnamed)))}")
        if not self._source.instances:
            said.append("placed by position alone: the image has no DICOM instances to compare with")
        return said


def _unnamed(value: int) -> Segment:
    return Segment(value, value, f"segment {value}", PALETTE[(value - 1) % len(PALETTE)])
