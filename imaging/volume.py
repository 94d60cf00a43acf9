"""Pixels with their meaning: a read-only array, where it lies, and what its numbers are."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from imaging.acquisition import Acquisition, common
from imaging.errors import GeometryError
from imaging.geometry import Geometry
from imaging.measuring_facts import MeasuringFacts

Kind = Literal["volume", "image", "clip"]
"""``volume``: a regular grid in the patient. ``image``: flat images, or slices that make no regular grid.
``clip``: frames in time."""


VoiFunction = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]
"""VOI LUT Function (DICOM PS3.3 C.11.2.1.3)."""


@dataclass(frozen=True)
class Window:
    """A grey window: values ``centre ± width / 2`` go from black to white (DICOM PS3.3 C.11.2.1.2)."""

    centre: float
    width: float
    name: str = ""
    function: VoiFunction = "LINEAR"

    @property
    def low(self) -> float:
        return self.centre - self.width / 2

    @property
    def high(self) -> float:
        return self.centre + self.width / 2


@dataclass(frozen=True, eq=False)
class VoiTable:
    """One item of a VOI LUT Sequence (DICOM PS3.3 C.11.2.1.1): values from ``first`` on go to ``grey``.

    Attributes:
        first: value after the modality LUT that maps to ``grey[0]``, as lower ones do; higher ones map to the last.
        grey: (N,) uint8, scaled from the table's own bits. Read-only.
        name: LUT Explanation.
    """

    first: int
    grey: NDArray[np.uint8]
    name: str = ""


@dataclass(frozen=True)
class Overlay:
    """One overlay plane of group 60xx (DICOM PS3.3 C.9.2), from the group's own bits or embedded in the pixels.

    Attributes:
        bits: (F, rows, columns) bool; F is 1 or the number of frames it covers.
        origin: row and column of the image, counted from 0, where ``bits[:, 0, 0]`` lies; may be negative.
        first_frame: k of ``bits[0]``.
        kind: G graphics or R region of interest.
    """

    bits: NDArray[np.bool_]
    origin: tuple[int, int] = (0, 0)
    first_frame: int = 0
    kind: Literal["G", "R"] = "G"
    name: str = ""


@dataclass(frozen=True)
class Region:
    """One calibrated ultrasound region (DICOM PS3.3 C.8.5.5).

    Attributes:
        box_ji: first row, first column, last row, last column, inclusive, from 0.
        format: Region Spatial Format in words: ``"2D"``, ``"M-mode"``, ``"spectral"`` …
        delta: what one pixel down and one across add, in ``units``; below 0 where values fall, as speeds do downwards.
        units: ``("cm", "cm")``, ``("cm/s", "s")`` … down and across; ``""`` where not stated.
        corner: physical value of the box's first row and of its first column, in ``units``; None where the file states
            no reference pixel.
    """

    box_ji: tuple[int, int, int, int]
    format: str
    delta: tuple[float, float]
    units: tuple[str, str]
    corner: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True)
class Shutter:
    """What of an image is to be seen (DICOM PS3.3 C.7.6.11); the rest is covered, its values stay.

    Where several shapes are given, only what lies in all of them is seen. Rows and columns count from 0.

    Attributes:
        box_ji: first row, first column, last row, last column, inclusive.
        circle: row and column of the centre, radius in pixels (rows).
        polygon: (row, column) of each corner.
    """

    box_ji: tuple[int, int, int, int] | None = None
    circle: tuple[float, float, float] | None = None
    polygon: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Volume:
    """Values of one series, ready to look at. Immutable.

    Attributes:
        array: (K, J, I) after the modality LUT, or (K, J, I, 3) RGB: uint8, or unsigned of ``colour_bits`` where the
            file has more. Made read-only here.
        geometry: the grid. For slices without a regular grid it is the grid of the first slice, and
            ``slice_geometries`` holds each slice's own.
        kind: see :data:`Kind`.
        unit: ``"HU"``, or ``""`` where the numbers have no unit.
        modality: DICOM Modality, or ``""``.
        series_uid: identity of the series this came from.
        inverted: MONOCHROME1: shown with low values bright; the values themselves are untouched.
        windows: windows the file proposes, first is default.
        slice_windows: the default window of each k where files propose another from slice to slice, else empty.
        frame_times_ms: start of each frame of a clip, first is 0; empty otherwise.
        slice_geometries: one single-slice geometry per k where the slices make no regular grid, else empty.
        patient_orientation: letters towards which a projection's rows and columns run, e.g. ``("L", "F")``; empty
            where unknown, and where the geometry tells (Patient Orientation, DICOM PS3.3 C.7.6.1.1.1).
        padding: values outside the image (Pixel Padding Value), drawn black and left out of statistics.
        slice_paddings: that of each k where it differs from slice to slice, as under slopes of their own, else empty.
        colour_bits: how many bits a colour channel uses; screens show the eight highest.
        voi_tables: tables the file proposes beside ``windows``.
        overlays: planes of group 60xx, drawn over the image, never burnt into the values.
        regions: calibrated ultrasound regions.
        slice_regions: those of each k where they differ from slice to slice or frame to frame, else empty.
        facts: what else measured numbers depend on.
        acquisitions: how the images were made: one for all, or one per k where they differ; empty where unknown.
        shutter: what of each image is to be seen; None for all.
        icc_profile: name of the embedded colour profile, which is noted and not applied; empty where there is none.
        derivation: what was done to the pixels on request, e.g. ``"resampled to 1.25 mm along k"``: marked on the view.
        warnings: repairs and assumptions, in words.
    """

    array: NDArray[Any]
    geometry: Geometry
    kind: Kind
    unit: str = ""
    modality: str = ""
    series_uid: str = ""
    inverted: bool = False
    windows: tuple[Window, ...] = ()
    slice_windows: tuple[Window, ...] = ()
    frame_times_ms: tuple[float, ...] = ()
    slice_geometries: tuple[Geometry, ...] = ()
    patient_orientation: tuple[str, str] = ("", "")
    padding: tuple[float, float] | None = None
    slice_paddings: tuple[tuple[float, float], ...] = ()
    colour_bits: int = 8
    voi_tables: tuple[VoiTable, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    regions: tuple[Region, ...] = ()
    shutter: Shutter | None = None
    slice_regions: tuple[tuple[Region, ...], ...] = ()
    facts: MeasuringFacts = field(default_factory=MeasuringFacts)
    acquisitions: tuple[Acquisition, ...] = ()
    icc_profile: str = ""
    derivation: str = ""
    warnings: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.array.shape[:3] != self.geometry.shape_kji:
            raise GeometryError(f"array {self.array.shape} does not fit the geometry {self.geometry.shape_kji}")
        self.array.flags.writeable = False

    @property
    def is_colour(self) -> bool:
        """True for (K, J, I, 3) RGB."""
        return self.array.ndim == 4

    def plane(self, k: int) -> NDArray[Any]:
        """Slice ``k`` as it goes to the screen: (J, I) values, or (J, I, 3) uint8, the eight highest bits of colour."""
        return screen_values(self.array[k], self.colour_bits)

    def slice_geometry(self, k: int) -> Geometry:
        """The single-slice geometry of slice ``k``, right also where the slices make no regular grid."""
        return self.slice_geometries[k] if self.slice_geometries else self.geometry.slab(k)

    def padding_at(self, k: int) -> tuple[float, float] | None:
        """The padding range of slice ``k``."""
        return self.slice_paddings[k] if self.slice_paddings else self.padding

    def regions_at(self, k: int) -> tuple[Region, ...]:
        """The ultrasound regions of slice ``k``."""
        return self.slice_regions[k] if self.slice_regions else self.regions

    def acquisition_at(self, k: int | None) -> Acquisition:
        """How slice ``k`` was made; None is for a plane through several: what they have in common."""
        if k is None or len(self.acquisitions) <= 1:
            return self._acquisition
        return self.acquisitions[k]

    @cached_property
    def _acquisition(self) -> Acquisition:
        return common(self.acquisitions)

    def slab(self, k: int) -> "Volume":
        """Slice ``k`` alone, on its own grid, with the window of the whole.

        8-bit values for which the file proposes no window are left without one: a model takes them as they are.
        """
        windows = self.slice_windows[k : k + 1] or self.windows
        if not windows and not self.is_colour and self.array.dtype != np.uint8:
            windows = (self.default_window(),)
        return replace(
            self,
            array=self.array[k : k + 1],
            geometry=self.slice_geometry(k),
            windows=windows,
            slice_windows=(),
            padding=self.padding_at(k),
            slice_paddings=(),
            regions=self.regions_at(k),
            slice_regions=(),
            acquisitions=self.acquisitions and (self.acquisition_at(k),),
            frame_times_ms=(),
            slice_geometries=(),
        )

    def sample(self, limit: int = 200_000, k: int | None = None) -> NDArray[Any]:
        """1-D values on an even stride through the volume or slice ``k``, about ``limit`` of them; padding and what
        is no finite number are left out.

        Statistics of a whole volume cost more than loading it; a stride is enough for a window.
        """
        source = self.array if k is None else self.array[k]
        step = max(1, source.size // limit)
        values = source.reshape(-1)[::step]
        low, high = self._padding_of(np.arange(len(values)) * step, k)
        inside = values[(values < low) | (values > high)]
        values = inside if inside.size else values
        return values[np.isfinite(values)] if values.dtype.kind == "f" else values

    def _padding_of(self, positions: NDArray[np.intp], k: int | None) -> tuple[Any, Any]:
        """Lowest and highest padding at places of the flattened array, or one pair for all; NaN where there is none."""
        if k is None and self.slice_paddings:
            ends = np.asarray(self.slice_paddings)[positions * len(self.slice_paddings) // self.array.size]
            return ends[:, 0], ends[:, 1]
        return (self.padding if k is None else self.padding_at(k)) or (np.nan, np.nan)

    def default_window(self, k: int | None = None) -> Window:
        """The file's first window, else a modality's habit, else the 0.5-99.5 percentile range.

        CT is read in soft tissue, PET from SUV 0 to 5 where it can be worked out.

        Args:
            k: look at this slice only, while the others are still loading, or where each has a window of its own.
        """
        if k is not None and self.slice_windows:
            return self.slice_windows[k]
        if self.windows:
            return self.windows[0]
        if self.is_colour or (self.array.dtype == np.uint8 and self.kind != "volume"):
            return Window(128.0, 256.0, "full range")
        if self.unit == "HU":
            return Window(40.0, 400.0, "soft tissue")
        if self.facts.suv_factor > 0:
            return Window(2.5 / self.facts.suv_factor, 5.0 / self.facts.suv_factor, "SUV 0-5", "LINEAR_EXACT")
        return percentile_window(self.sample(k=k), "auto")


def percentile_window(values: NDArray[Any], name: str, percent: tuple[float, float] = (0.5, 99.5)) -> Window:
    """The window between two percentiles of ``values``, which are finite.

    Where almost all are one value, as in a mask, from the lowest to the highest; where all are, one unit upwards.
    """
    ordered = np.sort(values, axis=None)  # with which percentiles are found in half the time
    low, high = np.percentile(ordered, percent) if ordered.size else (0.0, 1.0)
    if low == high:
        low, high = float(ordered[0]), float(ordered[-1])
    if low == high:
        high = low + 1.0
    return Window(float(low + high) / 2, float(high - low), name, "LINEAR_EXACT")


def screen_values(plane: NDArray[Any], colour_bits: int = 8) -> NDArray[Any]:
    """A plane as it goes to the screen: (R, C) values as they are; of wide (R, C, 3) colour the eight highest bits."""
    if plane.ndim == 2 or plane.dtype == np.uint8:
        return plane
    return (plane >> plane.dtype.type(max(0, colour_bits - 8))).astype(np.uint8)
