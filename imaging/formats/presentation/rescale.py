"""Stored values to those of the window: what a presentation state says of it, beside its image (PS3.3 C.11.1)."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from imaging.formats.authoring.source import Source
from imaging.formats.dicom.attributes import items, number
from imaging.formats.dicom.header import read_header
from imaging.formats.dicom.lut import lookup_table
from imaging.formats.dicom.modality import ModalityTransform, dose_per_value_gy, modality_transform
from imaging.study import Series
from imaging.volume import Window


def transform_of(series: Series, source: Source, k: int) -> ModalityTransform:
    """What turns the stored values of slice ``k`` into those that are shown.

    Raises:
        ReadError: its file is gone or damaged.
    """
    shown = source.instances[k]
    alike = series.files[k : k + 1] if len(series.files) == len(source.instances) else ()
    for path in (*alike, *series.files):
        header = read_header(path)
        if header.text("SOPInstanceUID") == shown.uid:
            is_dose = dose_per_value_gy(header) is not None  # its scaling is no rescale, and no state holds it
            return ModalityTransform() if is_dose else modality_transform(header, shown.frame - 1)
    return ModalityTransform()


def for_image(window: Window, state: Dataset, image: ModalityTransform) -> tuple[Window, str]:
    """A state's window for the values of its image, and what was done, in words; empty where nothing had to be.

    A state's own rescale or table is in place of the image's; without one its window is for stored values.
    """
    slope, intercept = number(state, "RescaleSlope") or 1.0, number(state, "RescaleIntercept") or 0.0
    tables = items(state, "ModalityLUTSequence")
    if image.table is not None or tables:
        is_same = bool(tables) and _is_of(tables[0], state, image)
        return window, "" if is_same else "its window may not fit: values go through a table first"
    if abs(slope - image.slope) <= 1e-6 * abs(slope) and abs(intercept - image.intercept) <= 1e-6 * abs(intercept):
        return window, ""
    scale = image.slope / slope
    centre = (window.centre - intercept) * scale + image.intercept
    words = f"its window is for stored values × {slope:g} + {intercept:g}: changed to fit the values that are shown"
    return replace(window, centre=centre, width=abs(window.width * scale)), words


def _is_of(lut: Dataset, state: Dataset, image: ModalityTransform) -> bool:
    """Whether a state's table is that of the image; the sign of its first input depends on the image's pixels."""
    found = lookup_table(lut, state.original_encoding[1] is not False, signed=False)
    if found is None or image.table is None:
        return False
    return (found.first - image.first) % (1 << 16) == 0 and np.array_equal(found.outputs, image.table)


def modality_table(transform: ModalityTransform) -> Dataset:
    """The item of a Modality LUT Sequence for a transform that is a table; of unknown unit where it names none."""
    lut = lut_item(transform.first, np.asarray(transform.table))
    lut.ModalityLUTType = transform.unit or "US"
    return lut


def lut_item(first: int, outputs: NDArray[Any]) -> Dataset:
    """A table with 16-bit outputs (PS3.3 C.11.1.1); a first input below zero makes its descriptor signed."""
    count, lut = len(outputs) & 0xFFFF, Dataset()
    lut.add_new("LUTDescriptor", "SS" if first < 0 else "US", [count, first, 16])
    lut.add_new("LUTData", "OW", outputs.astype("<u2").tobytes())
    return lut
