"""The place of a NIfTI volume: sform, qform or none, and from RAS to LPS."""

from pathlib import Path

import numpy as np

from imaging.errors import ReadError
from imaging.formats.nifti_header import NiftiHeader
from imaging.geometry import PLACEMENT_TOLERANCE_MM, Calibration, Geometry

_RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def geometry_of(path: Path, header: NiftiHeader) -> Geometry:
    """The grid of one volume in LPS; in-plane size only where the file places nothing.

    Raises:
        ReadError: the axes are sheared by more than 0.1 mm over the volume, or collapse.
    """
    i_mm, j_mm, k_mm = header.spacing_ijk_mm
    if header.affine_ras is None and not np.isfinite(header.spacing_ijk_mm).all():
        raise ReadError(path, f"voxel size {header.spacing_ijk_mm} mm: expected three positive numbers")
    if header.affine_ras is None:
        return Geometry(header.shape_kji, (k_mm, j_mm, i_mm), calibration=Calibration.PIXEL_SPACING)
    affine = _RAS_TO_LPS @ header.affine_ras
    columns = affine[:3, 2::-1]
    spacing = np.linalg.norm(columns, axis=0)
    if not np.isfinite(affine).all() or spacing.min() <= 0:
        raise ReadError(path, "the affine matrix collapses an axis: no place can be computed")
    left, _, right = np.linalg.svd(columns / spacing)
    axes = left @ right
    extent = np.array(header.shape_kji) - 1
    moved = float((np.linalg.norm(columns - axes * spacing, axis=0) * extent).sum())
    if moved > PLACEMENT_TOLERANCE_MM:
        raise ReadError(path, f"the affine matrix is sheared: voxels would lie up to {moved:.1f} mm off a regular grid")
    # An exact matrix stays exact: only rounding is removed.
    exact = columns / spacing if np.allclose(columns / spacing, axes, atol=1e-6) else axes
    vectors = [(float(v[0]), float(v[1]), float(v[2])) for v in exact.T]
    return Geometry(
        header.shape_kji,
        (float(spacing[0]), float(spacing[1]), float(spacing[2])),
        (float(affine[0, 3]), float(affine[1, 3]), float(affine[2, 3])),
        (vectors[0], vectors[1], vectors[2]),
        Calibration.PATIENT,
    )
