"""Frames of a DICOM SEG: which segment each one marks, and on which slice of the image it lies."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from imaging.errors import GeometryError, ReadError
from imaging.formats.authoring.source import Source
from imaging.formats.dicom.attributes import items, numbers, text, whole
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.modality import functional_group
from imaging.formats.dicom.pixel_format import PixelFormat
from imaging.formats.dicom.place import Place
from imaging.formats.dicom.placement import places_of
from imaging.formats.segmentation.file_grid import block_of
from imaging.formats.segmentation.fit import Fit, SliceFinder, fit, is_close
from imaging.formats.segmentation.own_planes import grid_of_frames
from imaging.formats.segmentation.resampling import refusal
from imaging.formats.segmentation.seg_header import SegHeader

_FLAT = Fit((0, 0), (1, 0), (0, 1), 0.0)


@dataclass(frozen=True)
class SegFrame:
    """Where one frame goes.

    Attributes:
        index: of the frame, from 0. number: the segment it marks; 0 for label maps, which mark several.
        k: slice of the image. fit: how it lies there.
    """

    index: int
    number: int
    k: int
    fit: Fit


@dataclass(frozen=True)
class _Reference:
    """An image that a frame says it was made from; ``frames`` is empty where all of them are meant."""

    uid: str
    frames: tuple[int, ...]


def placed_frames(header: Header, layout: PixelFormat, head: SegHeader, source: Source) -> list[SegFrame]:
    """Every frame with its slice: by the image it refers to, checked by position; by position alone without reference.

    Raises:
        ReadError: a frame refers to other images, lies elsewhere, or does not say where it belongs.
    """
    placing = _Placing(header, layout, head, source)
    return [placing.frame(index, place) for index, place in enumerate(places_of(header, layout.frames))]


class _Placing:
    """Frames of one segmentation on one image."""

    def __init__(self, header: Header, layout: PixelFormat, head: SegHeader, source: Source) -> None:
        self._header, self._layout, self._head, self._source = header, layout, head, source
        self._finder = SliceFinder(source.grid)
        self._ks: dict[str, list[int]] = defaultdict(list)
        for k, instance in enumerate(source.instances):
            self._ks[instance.uid].append(k)
        self._check_series()

    def frame(self, index: int, place: Place | None) -> SegFrame:
        ks = self._referenced(index)
        geometry = self._source.grid.geometry
        if place is None or not geometry.has_position:
            return SegFrame(index, self._segment(index), self._only(index, ks), self._flat(index))
        if ks is None:
            self._check_frame_of_reference(index)
        found = self._finder.at(place, ks)
        fits = [fit(place, self._layout.rows, self._layout.columns, self._source.grid.slice_geometry(k)) for k in found]
        close = [n for n, each in enumerate(fits) if is_close(each.off_mm)]
        if not close:
            raise self._refusal(self._misfit(index, self._elsewhere(place, min(each.off_mm for each in fits))))
        if len(close) > 1:
            raise self._error(index, f"{len(close)} images lie at its position, and it does not say which one it marks")
        return SegFrame(index, self._segment(index), found[close[0]], fits[close[0]])

    def _check_series(self) -> None:
        """Refuse a segmentation that was made from another series."""
        known, stated = set(self._ks), self._head.instance_uids
        of_series = not self._head.series_uids or self._source.series_uid in self._head.series_uids
        if not known or (stated & known) or (of_series and not stated):
            return
        made_from = next(iter(sorted(stated or self._head.series_uids)))
        raise self._refusal(
            f"it was made from other images than {self._source.name}: found a reference to {made_from}, "
            f"expected one to series {self._source.series_uid}. Open the series it was made from"
        )

    def _check_frame_of_reference(self, index: int) -> None:
        """Positions mean the same place only within one frame of reference (PS3.3 C.7.4.1)."""
        ours, theirs = self._source.frame_of_reference, self._header.text("FrameOfReferenceUID")
        if ours and theirs and ours != theirs:
            raise self._error(index, f"it lies in frame of reference {theirs}, expected that of the image, {ours}")

    def _segment(self, index: int) -> int:
        if self._head.kind == "LABELMAP":
            return 0
        group = functional_group(self._header, index, "SegmentIdentificationSequence")
        found = whole(group, "ReferencedSegmentNumber")
        if found is None and len(self._head.segments) == 1:
            return self._head.segments[0].number
        if found not in {each.number for each in self._head.segments}:
            raise self._error(index, f"it marks segment {found or 'unknown'}, which the file does not describe")
        return found

    def _referenced(self, index: int) -> list[int] | None:
        """The slices that a frame says it was made from; None where it says nothing, or the image is not DICOM.

        Raises:
            ReadError: it refers to other images only.
        """
        references = self._references(index)
        if not references or not self._ks:
            return None
        found = [k for each in references for k in self._ks.get(each.uid, ()) if self._means(each, k)]
        if not found:
            other = references[0]
            frames = f", frame {other.frames[0]}" if other.frames else ""
            words = f"it was made from image {other.uid}{frames}, which is not in {self._source.name}"
            raise self._refusal(self._misfit(index, words))
        return sorted(set(found))

    def _references(self, index: int) -> list[_Reference]:
        """Source images of a frame by its derivation (PS3.3 C.7.6.16.2.6)."""
        groups = self._header.frame_groups[index : index + 1]
        images = [
            image
            for group in (*groups, self._header.shared_groups)
            for derived in items(group, "DerivationImageSequence")
            for image in items(derived, "SourceImageSequence")
        ]
        found = [(text(each, "ReferencedSOPInstanceUID"), numbers(each, "ReferencedFrameNumber")) for each in images]
        return [_Reference(uid, tuple(int(each) for each in frames)) for uid, frames in found if uid]

    def _means(self, reference: _Reference, k: int) -> bool:
        return not reference.frames or self._source.instances[k].frame in reference.frames

    def _only(self, index: int, ks: list[int] | None) -> int:
        """The one slice meant where positions cannot tell."""
        meant = ks if ks is not None else range(self._source.grid.geometry.shape_kji[0])
        if len(meant) == 1:
            return meant[0]
        what = (
            "neither the image it marks nor a position"
            if ks is None
            else f"no position, and it refers to {len(meant)} frames"
        )
        raise self._error(index, f"it states {what}: expected one frame of {self._source.name}")

    def _flat(self, index: int) -> Fit:
        rows, columns = self._source.grid.geometry.shape_kji[1:]
        if (self._layout.rows, self._layout.columns) != (rows, columns):
            found = f"it has {self._layout.rows} × {self._layout.columns} pixels"
            raise self._error(index, f"{found}, expected the {rows} × {columns} of {self._source.name}")
        return _FLAT

    def _elsewhere(self, place: Place, off_mm: float) -> str:
        where = ", ".join(f"{each:.2f}" for each in place.position_lps)
        how_far = f"{off_mm:.2f} mm off" if off_mm < float("inf") else "turned, or with pixels of another size"
        return f"it lies at ({where}) mm, {how_far} the nearest slice of {self._source.name}: expected 0.1 mm at most"

    def _refusal(self, words: str) -> ReadError:
        """The error for frames that lie elsewhere: one that resampling could mend, in one frame of reference."""
        path, grid = self._header.path, self._source.grid
        ours, theirs = self._source.frame_of_reference, self._header.text("FrameOfReferenceUID")
        if ours and theirs and ours != theirs:
            return ReadError(path, f"{words}. Its frame of reference is {theirs}, that of the image {ours}")
        is_same_series = bool(self._head.instance_uids & set(self._ks)) or not self._ks
        if not grid.geometry.has_position or not (is_same_series or (ours and theirs)):
            return ReadError(path, words)
        try:
            own = grid_of_frames(self._header, self._layout)
            return refusal(path, words, block_of(np.broadcast_to(np.uint8(0), own.geometry.shape_kji), own), grid)
        except GeometryError as error:
            return ReadError(path, f"{words}; and {error}")

    def _misfit(self, index: int, words: str) -> str:
        return f"frame {index + 1} does not fit: {words}"

    def _error(self, index: int, words: str) -> ReadError:
        return ReadError(self._header.path, self._misfit(index, words))
