"""Masks from files, whatever their format: the one door in."""

from collections.abc import Callable
from pathlib import Path

from pydicom import dcmread
from pydicom.datadict import tag_for_keyword

from imaging.errors import ReadError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.authoring.source import source_of
from imaging.formats.content import Format, first_bytes, format_of
from imaging.formats.dicom.attributes import PARSE_ERRORS, text
from imaging.formats.dicom.stream import dataset_stream
from imaging.formats.segmentation import coco, dicom_seg, nifti_mask, png_masks, rtstruct, seg_nrrd, yolo
from imaging.formats.segmentation.imported import ImportedMask
from imaging.progress import Report, silent
from imaging.study import Series


def import_onto(
    path: Path, grid: ImageGrid, series: Series, report: Report = silent, resample: bool = False
) -> ImportedMask:
    """The mask in a file or folder on a grid; its format is judged by its content.

    DICOM SEG and RT Structure Set, NRRD (also Slicer's), NIfTI, PNG and other pictures of label values, COCO JSON; a
    folder of PNG pictures, or of YOLO labels.

    Args:
        resample: a mask on other voxels of the same place is brought onto those of the image, and says so; without
            this it is refused.

    Raises:
        OtherGrid: it lies on other voxels of the same place.
        ReadError: damaged, no mask, or one that does not fit this image; says what was found and expected.
        Truncated: the file ends before its voxels.
        Cancelled: by ``report``.
    """
    if path.is_dir():
        is_yolo = (path / "labels").is_dir()
        return yolo.read_yolo(path, grid) if is_yolo else png_masks.read_pngs(path, grid)
    if first_bytes(path)[:16].lstrip()[:1] == b"{":
        return coco.read_coco(path, source_of(series, grid))
    readers: dict[Format, Callable[[], ImportedMask]] = {
        Format.DICOM: lambda: _dicom(path, grid, series, report, resample),
        Format.NIFTI: lambda: nifti_mask.read_nifti(path, grid, resample, report),
        Format.NRRD: lambda: seg_nrrd.read_seg_nrrd(path, grid, resample, report),
        Format.PICTURE: lambda: png_masks.read_pngs(path, grid),
    }
    found = format_of(path)
    if found not in readers:
        raise ReadError(path, f"a {found} file: masks are read from {', '.join(readers)} and COCO files")
    return readers[found]()


def _dicom(path: Path, grid: ImageGrid, series: Series, report: Report, resample: bool) -> ImportedMask:
    with dataset_stream(path) as stream:
        try:
            tags = [tag_for_keyword("Modality") or 0]
            modality = text(dcmread(stream, stop_before_pixels=True, specific_tags=tags, force=True), "Modality")
        except PARSE_ERRORS as error:
            raise ReadError(path, f"damaged DICOM object: {error}") from error
    if modality == "RTSTRUCT":
        return rtstruct.read_rtstruct(path, grid, series, resample, report)
    return dicom_seg.read_onto(path, grid, series, report, resample)
