"""Which affine matrix of a NIfTI header holds (nifti1.h, methods 2 and 3)."""

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import PLACEMENT_TOLERANCE_MM

_ROUNDING = 1e-5
"""By how much float32 numbers may make a unit quaternion too long."""


def affine_of(
    codes: tuple[int, ...],
    quaternion: tuple[float, ...],
    rows: NDArray[np.float64],
    pixdim: tuple[float, ...],
    dim: list[int],
) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
    """(4, 4) float64: the sform where it is set, else the qform, else None; and a warning where both are and disagree.

    It leads from index (i, j, k, 1) to RAS, in the file's unit of length.

    Args:
        codes: ``qform_code`` and ``sform_code``.
        quaternion: ``quatern_b`` to ``quatern_d``, then the offsets.
        rows: (3, 4) ``srow_x`` to ``srow_z``.
        pixdim, dim: as in the header, with what stands at 0.

    Raises:
        ValueError: a qform that is no rotation.
    """
    qform_code, sform_code = codes
    qform = _qform(quaternion, pixdim) if qform_code > 0 else None
    if sform_code <= 0:
        return qform, ()
    sform = np.vstack([rows, [0, 0, 0, 1]])
    if qform is None:
        return sform, ()
    ends = np.array(np.meshgrid(*[(0, max(0, n - 1)) for n in dim[1:4]], indexing="ij")).reshape(3, -1)
    corners = np.vstack([ends, np.ones(ends.shape[1])])
    apart = float(np.linalg.norm(((sform - qform) @ corners)[:3], axis=0).max())
    if apart <= PLACEMENT_TOLERANCE_MM:
        return sform, ()
    return sform, (f"sform and qform place the volume {apart:.1f} mm apart: the sform is used",)


def _qform(quaternion: tuple[float, ...], pixdim: tuple[float, ...]) -> NDArray[np.float64]:
    """(4, 4) of the quaternion form (nifti1.h, method 2).

    Raises:
        ValueError: the quaternion is longer than one, and would scale the volume.
    """
    b, c, d, x, y, z = quaternion
    if not b * b + c * c + d * d <= 1 + _ROUNDING:
        raise ValueError(f"quaternion ({b:g}, {c:g}, {d:g}) is no rotation")
    a = float(np.sqrt(max(0.0, 1 - b * b - c * c - d * d)))
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    scale = np.array([pixdim[1], pixdim[2], pixdim[3] * (-1 if pixdim[0] < 0 else 1)])
    affine = np.eye(4)
    affine[:3, :3] = rotation * scale
    affine[:3, 3] = x, y, z
    return affine
