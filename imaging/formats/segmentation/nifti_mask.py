"""Masks in NIfTI files, with a table of names and colours beside them. LPS inside, RAS in the file."""

import struct
from pathlib import Path

import numpy as np

from imaging import saving
from imaging.formats import nifti
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.nifti_header import read_header
from imaging.formats.segmentation import file_grid
from imaging.formats.segmentation.file_grid import Block
from imaging.formats.segmentation.gzipped import gzipped
from imaging.formats.segmentation.imported import ImportedMask
from imaging.formats.segmentation.label_table import read_table, table_beside, write_table
from imaging.formats.segmentation.laying import laid
from imaging.formats.segmentation.one_layer import in_one_layer
from imaging.labelmap import Labelmap
from imaging.progress import Report, silent

_RAS_OF_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
_XYZ_OF_KJI = [2, 1, 0, 3]
_MM, _SCANNER, _UINT8, _LABELS = 2, 1, 2, 1002


def write_nifti(labelmap: Labelmap, grid: ImageGrid, path: Path, report: Report = silent) -> None:
    """Write label values as ``.nii`` or ``.nii.gz`` and their names beside.

    Raises:
        Cancelled: by ``report``, told before every slice; nothing was written.
        SaveError: the file cannot be written, segments overlap, or slices make no block of voxels.
    """
    labelmap = in_one_layer(labelmap, path)
    block = file_grid.block_to_write(labelmap.array, grid, path)
    head = _header(block, grid.geometry.has_position)
    zipped = path.suffix.lower() == ".gz"
    saving.write_bytes(path, gzipped(head, block.array, report) if zipped else head + block.array.tobytes())
    write_table(table_beside(path), labelmap.labels)


def read_nifti(path: Path, grid: ImageGrid, resample: bool = False, report: Report = silent) -> ImportedMask:
    """The mask on the grid of an image; see :func:`imaging.formats.segmentation.laying.laid`.

    Raises:
        OtherGrid: voxels that lie elsewhere than the image's, in the same place.
        ReadError: damaged, several volumes, no whole numbers from 0 to 255, or voxels in another place.
        Cancelled: by ``report``.
    """
    values, affine_ras = nifti.read_labels(path), read_header(path).affine_ras
    affine = None if affine_ras is None else (_RAS_OF_LPS @ affine_ras)[:, _XYZ_OF_KJI]
    return laid(path, (values,), affine, grid, read_table(table_beside(path)), (), resample, report)


def _header(block: Block, has_position: bool) -> bytes:
    """348 bytes of NIfTI-1 and an empty extension (nifti1.h)."""
    affine = _RAS_OF_LPS @ block.affine[:, _XYZ_OF_KJI]
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    k, j, i = block.array.shape
    head = struct.pack("<i35xB", 348, 0)
    head += struct.pack("<8h3fh3h", 3, i, j, k, 1, 1, 1, 1, 0, 0, 0, _LABELS, _UINT8, 8, 0)
    head += struct.pack("<8f3fhBB4f2i", 1, *spacing, 0, 0, 0, 0, 352, 1, 0, 0, 0, _MM, 0, 0, 0, 0, 0, 0)
    head += b"label values".ljust(80, b"\0") + b"\0" * 24
    head += struct.pack("<2h6f", 0, _SCANNER if has_position else 0, 0, 0, 0, 0, 0, 0)
    head += affine[:3].astype("<f4").tobytes() + b"\0" * 16 + b"n+1\0"
    return head + b"\0" * 4
