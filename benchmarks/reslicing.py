"""Planes of a CT of 600 slices that were not acquired, thin and thick, beside SimpleITK on the same cores."""

from itertools import cycle

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from benchmarks.timing import Row, Seconds, compare, compare_p95, timed
from imaging.geometry import Calibration, Geometry, Triple
from imaging.reslicing import Axis, Reslicer, oblique, orthogonal, orthogonal_planes, warm_up

SHAPE = (600, 512, 512)
SPACING_MM = 0.7
SLAB_MM = 19 * SPACING_MM
NORMAL: Triple = (0.3, 0.5, 1.0)


def reslicing(rounds: int) -> list[Row]:
    """One plane and one slab of 19 planes in each direction, copied out as a viewport needs them."""
    array = np.random.default_rng(0).integers(-1000, 2000, SHAPE, np.int16)
    spacing = (SPACING_MM, SPACING_MM, SPACING_MM)
    geometry = Geometry(SHAPE, spacing, calibration=Calibration.PATIENT)
    warm_up()
    return [*_orthogonal(array, geometry, rounds), *_oblique(array, geometry, rounds)]


def _orthogonal(array: NDArray[np.int16], geometry: Geometry, rounds: int) -> list[Row]:
    reslicer, rows = Reslicer(array, geometry), list[Row]()
    names: dict[Axis, str] = {0: "axial", 1: "coronal", 2: "sagittal"}
    for axis, name in names.items():
        grid, places = orthogonal(geometry, axis), cycle(range(200, 300, 7))
        planes = orthogonal_planes(array, axis)
        plane = timed(lambda grid=grid, places=places: np.ascontiguousarray(reslicer.plane(grid, next(places))))
        slab = timed(lambda grid=grid, places=places: reslicer.slab(grid, next(places), SLAB_MM))
        copy = timed(lambda planes=planes, places=places: planes[next(places)].copy())
        numpy_slab = timed(lambda planes=planes, k=places: planes[(n := next(k)) - 9 : n + 10].max(axis=0))
        rows += _both(f"{name} plane", plane, "numpy copy", copy, rounds)
        rows += _both(f"{name} slab, MIP of 19", slab, "numpy maximum", numpy_slab, rounds)
    return rows


def _oblique(array: NDArray[np.int16], geometry: Geometry, rounds: int) -> list[Row]:
    reslicer = Reslicer(array, geometry)
    grid = _square(oblique(geometry, geometry.corners_lps.mean(axis=0), NORMAL, (0.1, -1.0, 0.0)))
    image = SimpleITK.GetImageFromArray(array)
    image.SetSpacing(geometry.spacing_mm[::-1])
    middle = grid.shape_kji[0] // 2
    places = cycle(range(middle - 40, middle + 40, 7))
    plane = timed(lambda: reslicer.plane(grid, next(places)))
    slab = timed(lambda: reslicer.slab(grid, next(places), SLAB_MM))
    by_itk = timed(lambda: _resample(image, grid, next(places), 1))
    itk_slab = timed(lambda: SimpleITK.MaximumProjection(_resample(image, grid, next(places) - 9, 19), 2))
    return [
        *_both("oblique 512 x 512 plane", plane, "SimpleITK Resample", by_itk, rounds),
        *_both("oblique slab, MIP of 19", slab, "SimpleITK Resample, MaximumProjection", itk_slab, rounds),
    ]


def _both(what: str, ours: Seconds, reference_name: str, reference: Seconds, rounds: int) -> tuple[Row, Row]:
    """The median and the 95th percentile."""
    return (
        compare(what, ours, reference_name, reference, max(rounds, 11)),
        compare_p95(what, ours, reference_name, reference, 10 * rounds),
    )


def _square(grid: Geometry) -> Geometry:
    """The 512 x 512 pixels in the middle of a stack."""
    top, left = ((size - 512) // 2 for size in grid.shape_kji[1:])
    x, y, z = grid.point_lps((0, top, left))
    corner = (float(x), float(y), float(z))
    return Geometry((grid.shape_kji[0], 512, 512), grid.spacing_mm, corner, grid.axes_lps, grid.calibration)


def _resample(image: SimpleITK.Image, grid: Geometry, k: int, planes: int) -> SimpleITK.Image:
    part = grid.slab(k, planes)
    direction = np.array(part.axes_lps[::-1]).T.ravel().tolist()
    size = [512, 512, planes]
    spacing = part.spacing_mm[::-1]
    return SimpleITK.Resample(
        image, size, SimpleITK.Transform(), SimpleITK.sitkLinear, part.origin_lps, spacing, direction, -1000.0
    )
