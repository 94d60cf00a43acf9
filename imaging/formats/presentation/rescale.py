"""Stored values to those of the window: what a presentation state says of it, beside its image (PS3.3 C.11.1)."""

from dataclasses import replace

from pydicom.dataset import Dataset

from imaging.formats.authoring.source import Source
from imaging.formats.dicom.attributes import items, number
from imaging.formats.dicom.header import read_header
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

    A state's own rescale is in place of the image's; without one its window is for stored values.
    """
    slope, intercept = number(state, "RescaleSlope") or 1.0, number(state, "RescaleIntercept") or 0.0
    if image.table is not None or items(state, "ModalityLUTSequence"):
        return window, "its window may not fit: values go through a table first"
    if abs(slope - image.slope) <= 1e-6 * abs(slope) and abs(intercept - image.intercept) <= 1e-6 * abs(intercept):
        return window, ""
    scale = image.slope / slope
    centre = (window.centre - intercept) * scale + image.intercept
    words = f"its window is for stored values × {slope:g} + {intercept:g}: changed to fit the values that are shown"
    return replace(window, centre=centre, width=abs(window.width * scale)), words
