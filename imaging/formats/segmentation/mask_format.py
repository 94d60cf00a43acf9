"""The forms in which masks leave."""

from enum import StrEnum
from pathlib import Path


class MaskFormat(StrEnum):
    """A form in which masks leave. All but ``csv`` come back without the loss of a voxel."""

    SEG = "seg"
    FRACTIONAL = "seg-fractional"
    LABELMAP = "seg-labelmap"
    RTSTRUCT = "rtstruct"
    SEG_NRRD = "seg.nrrd"
    NIFTI = "nifti"
    PNG = "png"
    COCO = "coco"
    YOLO = "yolo"
    CSV = "csv"


_ENDINGS = {
    ".dcm": MaskFormat.SEG,
    ".nrrd": MaskFormat.SEG_NRRD,
    ".nii": MaskFormat.NIFTI,
    ".nii.gz": MaskFormat.NIFTI,
    ".png": MaskFormat.PNG,
    ".json": MaskFormat.COCO,
    ".csv": MaskFormat.CSV,
}


def format_for(path: Path) -> MaskFormat | None:
    """The format that a file's name asks for; None where it asks for none."""
    return next((kind for ending, kind in _ENDINGS.items() if path.name.lower().endswith(ending)), None)
