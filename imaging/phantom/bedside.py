"""The chest X-ray once more as a bedside film: anterior-posterior, collimated, annotated, with tables and a loss."""

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import UID, JPEGLSNearLossless

from imaging.phantom import objects
from imaging.phantom.anatomy import LESIONS
from imaging.phantom.projection import Radiograph, pixel_ji

CR_STORAGE = UID("1.2.840.10008.5.1.4.1.1.1")
LARGEST_ERROR = 6
"""How far a stored value may be off after the compression, of 4095."""

_BORDER_PX, _RING_PX, _RING_WIDTH_PX = 36, 24, 2
_BITS = 12


def film(image: Radiograph) -> Dataset:
    """The radiograph as Computed Radiography Image Storage, JPEG-LS near-lossless."""
    data = objects.new_image("CR", CR_STORAGE, number=1, time="070000")
    objects.of_another_examination(data, "bedside", "Chest at the bedside")
    data.SeriesDescription, data.ImageType = "Chest AP, bedside", ["DERIVED", "PRIMARY"]
    data.BodyPartExamined, data.ViewPosition, data.PatientOrientation = "CHEST", "AP", ["L", "F"]
    data.ImageLaterality = "U"
    data.PixelSpacing = data.ImagerPixelSpacing = [f"{image.pixel_mm:.6f}", f"{image.pixel_mm:.6f}"]
    data.RescaleIntercept, data.RescaleSlope, data.RescaleType = 0, 1, "US"
    _propose_windows(data)
    _collimate(data, image.array.shape)
    _draw_ring(data, image.array.shape)
    _compress(data, image.array)
    return data


def _propose_windows(data: Dataset) -> None:
    """Two sigmoid windows (PS3.3 C.11.2.1.3.1) and two tables (C.11.2.1.1): lungs spread, bones spread."""
    data.WindowCenter, data.WindowWidth = [2000, 1500], [3000, 1600]
    data.WindowCenterWidthExplanation = ["NORMAL", "LUNGS"]
    data.VOILUTFunction = "SIGMOID"
    level = np.arange(1 << _BITS) / ((1 << _BITS) - 1)
    data.VOILUTSequence = Sequence([_table("LUNGS BY TABLE", level**0.55), _table("BONES BY TABLE", level**1.9)])


def _table(name: str, grey: NDArray[np.float64]) -> Dataset:
    table = Dataset()
    table.add_new("LUTDescriptor", "US", [len(grey), 0, 16])
    table.add_new("LUTData", "OW", np.rint(grey * 65535).astype("<u2").tobytes())
    table.LUTExplanation = name
    return table


def _collimate(data: Dataset, shape: tuple[int, ...]) -> None:
    """A shutter over the margins (PS3.3 C.7.6.11); counted from 1."""
    data.ShutterShape, data.ShutterPresentationValue = "RECTANGULAR", 0
    data.ShutterUpperHorizontalEdge, data.ShutterLowerHorizontalEdge = 1 + _BORDER_PX, shape[0] - _BORDER_PX
    data.ShutterLeftVerticalEdge, data.ShutterRightVerticalEdge = 1 + _BORDER_PX, shape[1] - _BORDER_PX


def _draw_ring(data: Dataset, shape: tuple[int, ...]) -> None:
    """An overlay plane (PS3.3 C.9.2) with a ring about the calcified nodule."""
    row, column = pixel_ji(LESIONS[-1].centre_lps)
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    bits = np.abs(np.hypot(rows - row, columns - column) - _RING_PX) < _RING_WIDTH_PX
    for element, representation, value in (
        (0x0010, "US", shape[0]),
        (0x0011, "US", shape[1]),
        (0x0022, "LO", "nodule"),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x3000, "OW", np.packbits(bits, bitorder="little").tobytes()),
    ):
        data.add_new((0x6000, element), representation, value)


def _compress(data: Dataset, array: NDArray[np.uint16]) -> None:
    objects.set_pixels(data, array, bits=16)
    coded = bytes(imagecodecs.jpegls_encode(array, level=LARGEST_ERROR))
    data.PixelData = encapsulate([coded])
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = True
    data.file_meta.TransferSyntaxUID = JPEGLSNearLossless
    data.LossyImageCompression, data.LossyImageCompressionMethod = "01", "ISO_14495_1"
    data.LossyImageCompressionRatio = f"{array.nbytes / len(coded):.1f}"
    data.DerivationDescription = "Near-lossless JPEG-LS"
