"""Masks to files: the one door out."""

from pathlib import Path

from imaging.errors import SaveError
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.authoring.source import source_of
from imaging.formats.segmentation import coco, nifti_mask, png_masks, seg_nrrd, volume_table, yolo
from imaging.formats.segmentation.imported import Segment
from imaging.formats.segmentation.mask_format import MaskFormat
from imaging.formats.segmentation.rtstruct_writing import write_rtstruct
from imaging.formats.segmentation.seg_writing import Probabilities, write_segmentation
from imaging.labelmap import Labelmap
from imaging.progress import Report, silent
from imaging.study import Series
from imaging.volume import Volume


def export_labelmap(
    labelmap: Labelmap,
    volume: Volume,
    series: Series,
    path: Path,
    kind: MaskFormat,
    segments: tuple[Segment, ...] = (),
    probabilities: Probabilities | None = None,
    report: Report = silent,
) -> None:
    """Write a mask that is whole or not there.

    Args:
        labelmap: on the grid of ``volume``.
        volume, series: the image.
        path: a file; for YOLO, and for PNG of several slices, a folder.
        kind: the format.
        segments: codes and makers of labels, where known, matched by value.
        probabilities: by label value, for ``seg-fractional``.
        report: told of slices or labels; all can be stopped until the file, or those of the folder, take their place.

    Raises:
        Cancelled: by ``report``; nothing was written.
        SaveError: the file cannot be written, is one of the image's own, or the format cannot hold a mask of this
            image; says why.
        ReadError: the image's files have changed since they were listed.
    """
    if any(_is_same(each, path) for each in series.files):
        raise SaveError(path, "it is a file of the image itself, which a mask must not take the place of")
    report(0, 1, f"Writing {path.name}")
    grid = grid_of(volume)
    match kind:
        case MaskFormat.SEG:
            write_segmentation(labelmap, volume, series, path, "BINARY", segments, None, report)
        case MaskFormat.FRACTIONAL:
            write_segmentation(labelmap, volume, series, path, "FRACTIONAL", segments, probabilities, report)
        case MaskFormat.LABELMAP:
            write_segmentation(labelmap, volume, series, path, "LABELMAP", segments, None, report)
        case MaskFormat.RTSTRUCT:
            write_rtstruct(labelmap, source_of(series, grid), series, path, segments, report)
        case MaskFormat.SEG_NRRD:
            seg_nrrd.write_seg_nrrd(labelmap, grid, path, segments, report)
        case MaskFormat.NIFTI:
            nifti_mask.write_nifti(labelmap, grid, path, report)
        case MaskFormat.PNG:
            png_masks.write_pngs(labelmap, path, report)
        case MaskFormat.COCO:
            coco.write_coco(labelmap, source_of(series, grid), path, report)
        case MaskFormat.YOLO:
            yolo.write_yolo(labelmap, path, report)
        case MaskFormat.CSV:
            volume_table.write_volume_table(labelmap, grid, path, report)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there
        return False
