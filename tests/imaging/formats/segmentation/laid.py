"""A DICOM SEG on the volume that it was made from, as many tests read one."""

from pathlib import Path

from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.segmentation.dicom_seg import read_onto
from imaging.formats.segmentation.imported import ImportedMask
from imaging.progress import Report, silent
from imaging.study import Series
from imaging.volume import Volume


def read_segmentation(path: Path, volume: Volume, series: Series, report: Report = silent) -> ImportedMask:
    """The mask on the grid of ``volume``, which was loaded from ``series``."""
    return read_onto(path, grid_of(volume), series, report)
