"""Correcting a mask of 400 x 512 x 512: strokes, undo, thresholds, islands, growing, slices between.

The references are SimpleITK, SciPy and plain numpy.
"""

from itertools import cycle

import numpy as np
import SimpleITK
from numpy.typing import NDArray
from scipy import ndimage

from benchmarks.timing import Row, compare, compare_p95, timed
from imaging.comparison import compare as compare_masks
from imaging.editing import MaskEdit, Region, add, replace
from imaging.editing.growing import grow_from_seeds, grow_region
from imaging.editing.interpolation import interpolate
from imaging.editing.islands import keep_largest
from imaging.editing.margins import margin
from imaging.editing.strokes import ball, disc
from imaging.editing.thresholds import threshold
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label, Labelmap
from imaging.mask_delta import pack

SHAPE = (400, 512, 512)
SPACING_MM = (0.8, 0.7, 0.7)
GEOMETRY = Geometry(SHAPE, SPACING_MM, calibration=Calibration.PATIENT)
CENTRE = (200, 250, 250)
UNDO_STEPS = 200


def editing(rounds: int) -> list[Row]:
    """Each line: our way beside a named one, on the same mask; with the limit where there is one."""
    array, values = _mask(), _values()
    return [
        *_strokes(array, rounds),
        _remembered(array, rounds),
        *_whole(array, values, rounds),
        *_growing(array, values, rounds),
        _compared(array, rounds),
    ]


def _values() -> NDArray[np.int16]:
    """A smooth body with noise, HU."""
    k, j, i = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    inside = ((k - 200) / 190) ** 2 + ((j - 256) / 180) ** 2 + ((i - 256) / 230) ** 2 < 1
    values = np.where(inside, 40, -1000).astype(np.int16)
    values[_ball_box(60)] = 200
    noise = np.random.default_rng(0).integers(-30, 30, SHAPE[1:], np.int16)
    values += noise
    return values


def _ball_box(half: int) -> tuple[slice, slice, slice]:
    k, j, i = (slice(c - half, c + half) for c in CENTRE)
    return k, j, i


def _mask() -> NDArray[np.uint8]:
    """A ball of 90 mm across, and 200 specks."""
    array = np.zeros(SHAPE, np.uint8)
    region = ball(SHAPE, GEOMETRY, [GEOMETRY.point_lps(CENTRE)], 45.0)
    assert region is not None
    array[region.box] = region.inside
    for k, j, i in np.random.default_rng(1).integers(20, 380, (200, 3)):
        array[k, j, i] = 1
    return array


def _strokes(array: NDArray[np.uint8], rounds: int) -> list[Row]:
    places = cycle([(k, 100 + k, 120 + k) for k in range(50, 250, 7)])

    def stroke(region: Region | None) -> None:
        edit = None if region is None else add(array, region, 1, "Brush")
        if edit is not None:
            edit.apply_to(array)
            edit.reverted().apply_to(array)

    def flat(radius_mm: float) -> None:
        k, j, i = next(places)
        stroke(disc(SHAPE, GEOMETRY, 0, k, [(j, i), (j + 3, i + 4)], radius_mm))

    def solid(radius_mm: float) -> None:
        point = GEOMETRY.point_lps(next(places))
        stroke(ball(SHAPE, GEOMETRY, [point, point + 3], radius_mm))

    def naive(radius_mm: float) -> None:
        k, j, i = next(places)
        z, y, x = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
        near = ((z - k) * 0.8) ** 2 + ((y - j) * 0.7) ** 2 + ((x - i) * 0.7) ** 2 <= radius_mm**2
        array[near] = array[near]

    def copy() -> None:
        array.copy()

    return [
        compare_p95("dab of a disc, 5 mm, done and undone", timed(lambda: flat(5)), "numpy copy of the mask",
                    timed(copy), rounds, "limit 8 ms"),
        compare_p95("dab of a disc, 50 mm, done and undone", timed(lambda: flat(50)), "numpy copy of the mask",
                    timed(copy), rounds, "limit 8 ms"),
        compare_p95("dab of a ball, 10 mm, done and undone", timed(lambda: solid(10)), "numpy copy of the mask",
                    timed(copy), rounds, "limit 8 ms"),
        compare("dab of a ball, 20 mm, done and undone", timed(lambda: solid(20)), "numpy ball over the volume",
                timed(lambda: naive(20)), min(rounds, 3)),
    ]  # fmt: skip


def _remembered(array: NDArray[np.uint8], rounds: int) -> Row:
    """Strokes of 160 mm with a ball of 20 mm radius as the undo line keeps them: what one costs, the memory of all."""
    total = 0
    for k in range(50, 50 + UNDO_STEPS):
        total += sum(delta.nbytes for delta in pack([_long_stroke(array, k)]))
    edit = _long_stroke(array, 200)
    what, note = "a long stroke packed for the undo line", f"{UNDO_STEPS} take {total / 1e6:.1f} MB; limit 100 MB"
    return compare(what, timed(lambda: pack([edit])), "numpy copy of the mask", timed(array.copy), rounds, note)


def _long_stroke(array: NDArray[np.uint8], k: int) -> MaskEdit:
    region = ball(SHAPE, GEOMETRY, GEOMETRY.point_lps([(k, 150, 150), (k, 300, 320)]), 20.0)
    assert region is not None
    edit = add(array, region, 2, "Brush")
    assert edit is not None
    return edit


def _compared(array: NDArray[np.uint8], rounds: int) -> Row:
    """All that is said of two masks of one case: Dice, distance of surfaces, voxels and slices that differ."""
    labels = (Label(1, "lesion"),)
    one, other = (Labelmap(each, GEOMETRY, labels) for each in (array.copy(), np.roll(array, 3, axis=2)))

    def dice() -> float:
        mine, theirs = one.array == 1, other.array == 1
        return 2 * np.count_nonzero(mine & theirs) / (np.count_nonzero(mine) + np.count_nonzero(theirs))

    ours = timed(lambda: compare_masks(one, other))
    return compare("all measures of two masks", ours, "numpy Dice alone", timed(dice), min(rounds, 3), "limit 1000 ms")


def _whole(array: NDArray[np.uint8], values: NDArray[np.int16], rounds: int) -> list[Row]:
    image = SimpleITK.GetImageFromArray(values)
    changed = array.copy()
    changed[_ball_box(30)] = 2
    edit = replace(array, changed, "x")
    assert edit is not None

    def undo() -> None:
        edit.apply_to(array)
        edit.reverted().apply_to(array)

    def relabelled() -> object:
        mask = SimpleITK.GetImageFromArray((array == 1).view(np.uint8))
        return SimpleITK.RelabelComponent(SimpleITK.ConnectedComponent(mask))

    def scipy_margin() -> object:
        box = _ball_box(80)
        return np.asarray(ndimage.distance_transform_edt(array[box] == 0, sampling=SPACING_MM)) <= 3.0

    return [
        compare("redo and undo of a block of 60 voxels a side", timed(undo), "numpy copy of the mask",
                timed(lambda: array.copy()), rounds, "limit 8 ms"),
        compare("threshold", timed(lambda: threshold(values, 100, 300)), "SimpleITK BinaryThreshold",
                timed(lambda: SimpleITK.BinaryThreshold(image, 100, 300)), rounds, "limit 300 ms"),
        compare("keep largest of 201 islands", timed(lambda: keep_largest(array, 1)),
                "SimpleITK RelabelComponent", timed(relabelled), rounds, "limit 300 ms"),
        compare("margin of 3 mm about a ball of 90 mm", timed(lambda: margin(_only_ball(array), 1, GEOMETRY, 3.0)),
                "SciPy distance in its box", timed(scipy_margin), min(rounds, 3)),
    ]  # fmt: skip


def _only_ball(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mask without its specks."""
    clean = np.zeros_like(array)
    box = _ball_box(70)
    clean[box] = array[box]
    return clean


def _growing(array: NDArray[np.uint8], values: NDArray[np.int16], rounds: int) -> list[Row]:
    seeds = np.zeros(SHAPE, np.uint8)
    k, j, i = CENTRE
    seeds[k - 20 : k + 20, j - 5 : j + 5, i - 20 : i + 20] = 1
    for offset in (-70, 70):
        seeds[k - 70 : k + 70, j + offset, i - 70 : i + 70] = 2
        seeds[k - 70 : k + 70, j - 70 : j + 70, i + offset] = 2
        seeds[k + offset, j - 70 : j + 70, i - 70 : i + 70] = 2
    box = _ball_box(90)
    slope = SimpleITK.GradientMagnitude(SimpleITK.GetImageFromArray(values[box].astype(np.float32)))
    markers = SimpleITK.GetImageFromArray(seeds[box])
    image = SimpleITK.GetImageFromArray(values)
    sparse = _only_ball(array)
    sparse[np.arange(SHAPE[0]) % 5 != 0] = 0
    cut = sparse[_ball_box(70)]
    return [
        compare("grow a region from a click", timed(lambda: grow_region(values, CENTRE, 100, 300)),
                "SimpleITK ConnectedThreshold",
                timed(lambda: SimpleITK.ConnectedThreshold(image, [CENTRE[::-1]], 100, 300)), rounds),
        compare("grow two labels from seeds, 180 voxels a side", timed(lambda: grow_from_seeds(seeds, values)),
                "SimpleITK watershed from markers",
                timed(lambda: SimpleITK.MorphologicalWatershedFromMarkers(slope, markers, False)), min(rounds, 3),
                "limit 2000 ms"),
        compare("fill 4 of 5 slices of a ball", timed(lambda: interpolate(sparse, 1, GEOMETRY)),
                "SciPy distances of the drawn slices",
                timed(lambda: [ndimage.distance_transform_edt(plane) for plane in cut if plane.any()]),
                min(rounds, 3)),
    ]  # fmt: skip
