"""From an image to what a network sees, and from what it says back onto the image: both in one class.

Training and prediction use the same object, so a model is shown what it learnt from.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from imaging.geometry import Geometry
from imaging.volume import Volume, Window
from inference.body import LungBox, lung_box
from inference.manifest import InputSpec, PreprocessingSpec

Image = NDArray[np.float32]
Size = tuple[int, int]
EIGHT_BIT = Window(127.5, 255.0)
Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True)
class Placement:
    """Where a slice lies in the network's input, enough to undo it.

    Attributes:
        shape_ji: rows and columns of the source slice.
        mirror, turns: first mirrored left to right, then turned counter-clockwise by quarter turns.
        box: first row, end row, first column, end column kept of the turned slice.
        padding: source pixels added above, below, left and right of the box.
    """

    shape_ji: Size
    mirror: bool = False
    turns: int = 0
    box: tuple[int, int, int, int] = (0, 0, 0, 0)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)

    def turn(self, images: NDArray[Value]) -> NDArray[Value]:
        """(..., rows, columns) as the network sees it, from (..., J, I)."""
        return np.rot90(images[..., ::-1] if self.mirror else images, self.turns, axes=(-2, -1))

    def turn_back(self, images: NDArray[Value]) -> NDArray[Value]:
        """(..., J, I) from what :meth:`turn` gave."""
        turned = np.rot90(images, -self.turns, axes=(-2, -1))
        return turned[..., ::-1] if self.mirror else turned

    def pad(self, kept: NDArray[Value]) -> NDArray[Value]:
        """(rows, columns) of the box with its padding; the same array where there is none."""
        return np.pad(kept, (self.padding[:2], self.padding[2:])) if any(self.padding) else kept

    @property
    def padded_shape(self) -> Size:
        """Rows and columns of the kept box with its padding: what is resized to the network's size."""
        top, bottom, left, right = self.padding
        return self.box[1] - self.box[0] + top + bottom, self.box[3] - self.box[2] + left + right


class Preprocessing:
    """The way from a slice to the network's input and back, as a manifest describes it.

    8-bit pictures are taken as they are. Values in HU go through the model's window; where the place in the patient is
    known the slice is turned the way the training images lie and cropped to the lungs, so that sizes agree.
    """

    def __init__(self, spec: PreprocessingSpec, input: InputSpec) -> None:
        self.spec = spec
        self.input = input

    def forward(self, volume: Volume, k: int) -> tuple[Image, Placement]:
        """(C, H, W) float32, normalised, of slice ``k``; and where it lies. C is the number of means in the spec."""
        picture, placement = self.picture(volume, k)
        return self.normalised(picture), placement

    def picture(self, volume: Volume, k: int) -> tuple[Image, Placement]:
        """(H, W) float32, 0 black to 1 white, in the network's size; and where it lies."""
        grey = self._grey(volume, k)
        placement = self._place(volume, k, grey)
        top, bottom, left, right = placement.box
        kept = placement.turn(grey)[top:bottom, left:right]
        return _resized(placement.pad(kept)[None], self.spec.size_px)[0], placement

    def normalised(self, picture: Image) -> Image:
        """(C, H, W) float32 from (H, W) float32, 0-1: less the mean, over the standard deviation, per channel."""
        mean, std = (np.asarray(values, np.float32)[:, None, None] for values in (self.spec.mean, self.spec.std))
        return (picture[None] - mean) / std

    def mask(self, mask: NDArray[np.uint8], placement: Placement) -> NDArray[np.uint8]:
        """(H, W) uint8 label values as the network should draw them, from (J, I) uint8 on the source grid."""
        top, bottom, left, right = placement.box
        kept = placement.turn(mask)[top:bottom, left:right]
        padded = placement.pad(kept)
        values = np.unique(padded)
        shares = _resized((padded[None] == values[:, None, None]).astype(np.float32), self.spec.size_px)
        return values[shares.argmax(0)].astype(np.uint8)

    def backward(self, probabilities: Image, placement: Placement) -> Image:
        """(L, J, I) float32 on the source grid, from (L, H, W) float32; 0 where the network did not look."""
        resized = _resized(probabilities, placement.padded_shape)
        top, left = placement.padding[0], placement.padding[2]
        first_row, end_row, first_column, end_column = placement.box
        rows, columns = placement.shape_ji[::-1] if placement.turns % 2 else placement.shape_ji
        turned = np.zeros((len(probabilities), rows, columns), np.float32)
        turned[:, first_row:end_row, first_column:end_column] = resized[
            :, top : top + end_row - first_row, left : left + end_column - first_column
        ]
        return np.ascontiguousarray(placement.turn_back(turned), np.float32)

    def _grey(self, volume: Volume, k: int) -> Image:
        plane = volume.plane(k)
        if volume.is_colour:
            plane = plane.mean(-1, dtype=np.float32)
        window, padding = self._window(volume, k), volume.padding_at(k)
        grey: Image = plane.astype(np.float32)  # twice as quick as a subtraction that converts
        torch.from_numpy(grey).sub_(window.low).div_(max(window.width, 1e-6)).clamp_(0, 1)  # on all cores, in place
        black = 1.0 if volume.inverted else 0.0
        if padding is not None:
            grey[(plane >= padding[0]) & (plane <= padding[1])] = black
        if plane.dtype.kind == "f":
            grey[np.isnan(plane)] = black  # one alone would make the network's whole answer no number
        return np.subtract(1, grey, out=grey) if volume.inverted else grey

    def _window(self, volume: Volume, k: int) -> Window:
        if self.spec.window is not None and volume.unit == "HU":
            return Window(*self.spec.window)
        if (volume.is_colour or volume.array.dtype == np.uint8) and not volume.windows:
            return EIGHT_BIT
        return volume.slice_windows[k] if volume.slice_windows else volume.default_window()

    def _place(self, volume: Volume, k: int, grey: Image) -> Placement:
        geometry = volume.slice_geometry(k)
        mirror, turns = self._orientation(geometry)
        placement = Placement((grey.shape[0], grey.shape[1]), mirror, turns)
        rows, columns = placement.turn(grey).shape
        box: LungBox = (0, rows, 0, columns)
        if self._is_patient_ct(volume, geometry):
            box = lung_box(placement.turn(volume.array[k]), *_turned_spacing(geometry, turns))
        padding = self._padding(box, *_turned_spacing(geometry, turns)) if self.spec.keep_aspect else (0, 0, 0, 0)
        return Placement(placement.shape_ji, mirror, turns, box, padding)

    def _is_patient_ct(self, volume: Volume, geometry: Geometry) -> bool:
        return self.spec.window is not None and volume.unit == "HU" and geometry.has_position

    def _orientation(self, geometry: Geometry) -> tuple[bool, int]:
        """Mirror and quarter turns to the standard axial display (PS3.17 A.1.2), then the spec's own quarter turns."""
        if not (geometry.has_position and is_axial(geometry)):
            return False, 0
        _, down, right = np.asarray(geometry.axes_lps, float)
        mirror, turns = max(
            ((mirror, turns) for mirror in (False, True) for turns in range(4)),
            key=lambda way: _agreement(down, right, *way),
        )
        return mirror, (turns + self.spec.quarter_turns) % 4

    def _padding(self, box: LungBox, row_mm: float, column_mm: float) -> tuple[int, int, int, int]:
        rows, columns = box[1] - box[0], box[3] - box[2]
        aspect = self.spec.size_px[0] / self.spec.size_px[1]
        missing_rows = max(0, round(columns * column_mm * aspect / row_mm) - rows)
        missing_columns = max(0, round(rows * row_mm / aspect / column_mm) - columns)
        top, left = missing_rows // 2, missing_columns // 2
        return top, missing_rows - top, left, missing_columns - left


def is_axial(geometry: Geometry) -> bool:
    """True within 45° of an axial slice, and where the place in the patient is not known."""
    return not geometry.has_position or abs(geometry.axes_lps[0][2]) >= np.sqrt(0.5)


def _agreement(down: NDArray[np.float64], right: NDArray[np.float64], mirror: bool, turns: int) -> float:
    """How far rows run to Posterior and columns to Left after mirroring and turning."""
    if mirror:
        right = -right
    for _ in range(turns):
        down, right = -right, down
    return float(down[1] + right[0])


def _turned_spacing(geometry: Geometry, turns: int) -> tuple[float, float]:
    _, row_mm, column_mm = geometry.spacing_mm
    return (column_mm, row_mm) if turns % 2 else (row_mm, column_mm)


def _resized(images: Image, size: Size) -> Image:
    """(L, rows, columns) resized about the pixels' edges, smoothed first where it gets smaller."""
    batch = torch.from_numpy(np.ascontiguousarray(images))[None]
    return functional.interpolate(batch, size, mode="bilinear", align_corners=False, antialias=True)[0].numpy()
