"""The place of a NIfTI volume: sform, qform or none, and from RAS to LPS."""

from pathlib import Path

import numpy as np

from imaging.errors import ReadError
from imaging.formats.columns import grids_of
from imaging.formats.nifti_header import NiftiHeader
from imaging.geometry import Calibration, Geometry

_RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def geometry_of(path: Path, header: NiftiHeader) -> Geometry:
    """The regular grid of one volume in LPS; see :func:`grids_in`.

    Raises:
        ReadError: the axes are sheared by more than 0.1 mm over the volume, or collapse.
    """
    geometry, slices = grids_in(path, header)
    if slices:
        raise ReadError(path, "the affine matrix is sheared: its voxels lie on no regular grid")
    return geometry


def grids_in(path: Path, header: NiftiHeader) -> tuple[Geometry, tuple[Geometry, ...]]:
    """The grid of one volume in LPS, and each slice's own where slices are sheared against one another.

    Only the size in the plane is known where the file places nothing.

    Raises:
        ReadError: rows and columns are not at right angles, or an axis collapses.
    """
    i_mm, j_mm, k_mm = header.spacing_ijk_mm
    if header.affine_ras is None and not np.isfinite(header.spacing_ijk_mm).all():
        raise ReadError(path, f"voxel size {header.spacing_ijk_mm} mm: expected three positive numbers")
    if header.affine_ras is None:
        calibration = Calibration.PIXEL_SPACING if i_mm and j_mm else Calibration.NONE
        return Geometry(header.shape_kji, (k_mm or 1.0, j_mm or 1.0, i_mm or 1.0), calibration=calibration), ()
    affine = _RAS_TO_LPS @ header.affine_ras
    x, y, z = affine[:3, 3].tolist()
    return grids_of(path, header.shape_kji, affine[:3, 2::-1], (x, y, z))
