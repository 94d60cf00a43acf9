"""Stacks of planes through a volume as geometries: planes of the array, of the patient, and turned by hand."""

from dataclasses import replace
from itertools import permutations
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imaging.errors import GeometryError
from imaging.geometry import Geometry, Triple, triple

Axis = Literal[0, 1, 2]
"""An axis of an array: k, j or i."""

PatientPlane = Literal["axial", "coronal", "sagittal"]

NORMALS_LPS: dict[PatientPlane, Triple] = {
    "axial": (0.0, 0.0, 1.0),
    "coronal": (0.0, 1.0, 0.0),
    "sagittal": (1.0, 0.0, 0.0),
}
"""Across each patient plane: planes are counted towards Head, Posterior and Left."""

MOST_PIXELS = 1 << 12
"""Rows or columns of an oblique plane: pixels are made larger where a volume is fine one way and long the other."""

MOST_PLANES = 1 << 14
"""Planes of an oblique stack; farther apart where there would be more."""

_ANTERIOR: Triple = (0.0, -1.0, 0.0)
_HEAD: Triple = (0.0, 0.0, 1.0)
_AXES: tuple[Axis, Axis, Axis] = (0, 1, 2)
_ROUNDING = 1e-6


def orthogonal(geometry: Geometry, axis: Axis) -> Geometry:
    """The same voxels as a stack of planes across ``axis``; rows and columns keep the order of the array.

    Planes across 0 show (j, i), across 1 (k, i), across 2 (k, j): see :func:`orthogonal_planes`.
    """
    one, two, three = _order(axis)
    shape, spacing, axes = geometry.shape_kji, geometry.spacing_mm, geometry.axes_lps
    return replace(
        geometry,
        shape_kji=(shape[one], shape[two], shape[three]),
        spacing_mm=(spacing[one], spacing[two], spacing[three]),
        axes_lps=(axes[one], axes[two], axes[three]),
    )


def orthogonal_planes(array: NDArray[Any], axis: Axis) -> NDArray[Any]:
    """A view of (K, J, I, ...) as planes across ``axis``, as :func:`orthogonal` lays them; nothing is copied."""
    return np.moveaxis(array, axis, 0)


def nearest_axis(geometry: Geometry, plane: PatientPlane, within_degrees: float = 90.0) -> Axis | None:
    """The array axis whose planes are nearest to a patient plane; None where none is ``within_degrees`` of it.

    The three patient planes have three different axes. Planes of an oblique acquisition only stand for patient planes;
    the true ones are cut by :func:`patient_plane`.
    """
    planes = list(NORMALS_LPS)
    cosines = np.abs(np.asarray(list(NORMALS_LPS.values())) @ np.asarray(geometry.axes_lps).T)
    best = max(permutations(_AXES), key=lambda axes: float(cosines[range(3), axes].sum()))
    axis = best[planes.index(plane)]
    near_enough = cosines[planes.index(plane), axis] >= np.cos(np.radians(within_degrees)) - _ROUNDING
    return axis if near_enough else None


def patient_plane(geometry: Geometry, plane: PatientPlane) -> Geometry:
    """Planes true to the patient's axes, however the volume was acquired; one goes through its first voxel.

    Raises:
        GeometryError: the volume has no place in the patient.
    """
    return oblique(geometry, geometry.origin_lps, NORMALS_LPS[plane], _ANTERIOR if plane == "axial" else _HEAD)


def oblique(geometry: Geometry, centre_lps: ArrayLike, normal_lps: ArrayLike, up_lps: ArrayLike) -> Geometry:
    """Parallel planes that cover every voxel centre of a volume; ``centre_lps`` lies on a pixel of the grid, going on.

    Planes follow one another along the normal, as far apart as voxels lie in that direction; rows run against
    ``up_lps``. Columns run along normal × up. Pixels are square, as fine as the volume's finest spacing.

    Args:
        geometry: the volume, with a place in the patient.
        centre_lps: a point on one of the planes, LPS millimetres; it may lie outside the volume.
        normal_lps, up_lps: directions of any length; of ``up_lps`` only the part in the plane counts.

    Raises:
        GeometryError: the volume has no place in the patient, a direction of no length, ``up_lps`` along the normal,
            or a centre that is nowhere.
    """
    if not geometry.has_position:
        raise GeometryError("planes cannot be turned: nobody knows where this image lies in the patient")
    axes, centre = _plane_axes(normal_lps, up_lps), np.asarray(centre_lps, float)
    if not np.isfinite(centre).all():
        raise GeometryError(f"centre {centre_lps}: expected finite numbers")
    reach = (geometry.corners_lps - centre) @ axes.T
    low, high = reach.min(axis=0), reach.max(axis=0)
    finest = (high - low) / (MOST_PLANES - 2, MOST_PIXELS - 2, MOST_PIXELS - 2)
    in_plane = max(min(geometry.spacing_mm), float(finest[1:].max()))
    spacing = np.array([max(_apart(geometry, axes[0]), float(finest[0])), in_plane, in_plane])
    first = np.floor(low / spacing + _ROUNDING)
    count = (np.ceil(high / spacing - _ROUNDING) - first).astype(int) + 1
    return replace(
        geometry,
        shape_kji=(int(count[0]), int(count[1]), int(count[2])),
        spacing_mm=triple(spacing),
        origin_lps=triple(centre + (first * spacing) @ axes),
        axes_lps=(triple(axes[0]), triple(axes[1]), triple(axes[2])),
    )


def _plane_axes(normal_lps: ArrayLike, up_lps: ArrayLike) -> NDArray[np.float64]:
    """(3, 3) unit vectors across the planes, down their rows and along their columns."""
    normal, up = np.asarray(normal_lps, float), np.asarray(up_lps, float)
    right = np.cross(normal, up)
    lengths = np.linalg.norm(normal), np.linalg.norm(right)
    if not (np.isfinite(lengths).all() and lengths[1] > _ROUNDING * max(lengths[0], 1.0)):
        raise GeometryError(f"normal {normal_lps} and up {up_lps}: expected two directions that differ")
    normal, right = normal / lengths[0], right / lengths[1]
    return np.array([normal, np.cross(normal, right), right])


def _apart(geometry: Geometry, direction: NDArray[np.float64]) -> float:
    """Millimetres along a direction in which the index changes by one: the spacing itself along an axis."""
    steps = np.asarray(geometry.axes_lps) @ direction / np.asarray(geometry.spacing_mm)
    return 1 / float(np.linalg.norm(steps))


def _order(axis: Axis) -> tuple[int, int, int]:
    return ((0, 1, 2), (1, 0, 2), (2, 0, 1))[axis]
