"""What a viewport shows as a DICOM Secondary Capture image (PS3.3 A.8.1)."""

from pathlib import Path

import highdicom as hd
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import generate_uid

from imaging.errors import SaveError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.authoring.maker import PROGRAM, UTF8, put_names, shortened, subject_of
from imaging.formats.authoring.source import source_of
from imaging.notice import NOTICE
from imaging.saving import replacing
from imaging.study import Series

_FREE_OF_TEXT = ("CT", "MR", "PT", "NM")
"""Modalities whose pixels hold no text unless the file says so."""


def write_capture(
    pixels: NDArray[np.uint8], series: Series, grid: ImageGrid, k: int, path: Path, named: bool = False
) -> None:
    """Write a picture in the study that it was taken from.

    Args:
        pixels: (rows, columns, 3) uint8, red, green and blue.
        series, grid, k: the image and slice that were shown.
        named: the picture says who the patient is.

    Raises:
        SaveError: the file cannot be written, or the image belongs to no DICOM study.
        ReadError: the image's files have changed since they were listed.
    """
    if series.format != "DICOM":
        raise SaveError(path, "a capture belongs to a DICOM study; this image is of none")
    capture = _image(pixels, series)
    source = source_of(series, grid)
    if k < len(source.instances):
        capture.SourceImageSequence = Items([source.instances[k].reference])
    capture.DerivationDescription = f"Viewport as shown. {NOTICE}"
    burned = _burned_in(series, named)
    if burned:
        capture.BurnedInAnnotation = burned
    with replacing(path) as temporary:
        capture.save_as(temporary, enforce_file_format=True)


def _image(pixels: NDArray[np.uint8], series: Series) -> Dataset:
    subject = subject_of(series)
    capture = hd.sc.SCImage(
        np.ascontiguousarray(pixels),
        "RGB",
        8,
        hd.CoordinateSystemNames.PATIENT,
        subject.study_uid,
        generate_uid(),
        903,
        generate_uid(),
        1,
        PROGRAM,
        **subject.arguments,
        patient_orientation=("L", "F"),
        specific_character_set=UTF8,
        series_description=shortened(f"Capture of {series.description or series.modality}"),
    )
    put_names(capture, subject)
    capture["PatientOrientation"].value = None  # how the viewport was turned is not said; highdicom asks for it
    capture.add_new("Laterality", "CS", "")
    if subject.text("LossyImageCompression") == "01":
        capture.LossyImageCompression = "01"
    return capture


def _burned_in(series: Series, named: bool) -> str:
    """Whether the pixels say who the patient is (PS3.3 C.7.6.1.1.6); empty where nobody knows."""
    said = "YES" if named else subject_of(series).text("BurnedInAnnotation").upper()
    if said in ("YES", "NO"):
        return said
    return "NO" if series.modality in _FREE_OF_TEXT else ""
