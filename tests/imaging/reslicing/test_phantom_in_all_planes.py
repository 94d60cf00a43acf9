"""One asymmetric body, acquired in many ways: the same anatomy at the same place of the patient in every plane."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from imaging.geometry import Calibration, Geometry
from imaging.measurement.lines import Length
from imaging.measurement.ruler import Ground
from imaging.regular import regularise
from imaging.reslicing import Reslicer, nearest_axis, oblique, orthogonal, patient_plane
from imaging.volume import Volume

MIDDLE = np.array([12.0, -30.0, 205.0])
LANDMARKS = {  # LPS mm from the middle, size, brightness: no turn or mirror image of the body is the body
    "heart": ((9.0, -7.0, -4.0), 3.0, 900.0),
    "liver": ((-11.0, -2.0, -9.0), 3.6, 600.0),
    "spine": ((1.0, 12.0, 3.0), 2.6, 1400.0),
    "apex": ((6.0, 3.0, 13.0), 2.8, 1100.0),
}
NORMALS = {"axial": (0, 0, 1), "coronal": (0, 1, 0), "sagittal": (1, 0, 0), "oblique": (0.4, -0.3, 0.86)}
PLANES = ("axial", "coronal", "sagittal", "native axial", "native coronal", "native sagittal", "oblique")


def body(points_lps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Brightness at any place of the patient."""
    total = np.zeros(points_lps.shape[:-1])
    for offset, size_mm, brightness in LANDMARKS.values():
        away = points_lps - (MIDDLE + offset)
        total += brightness * np.exp(-(away**2).sum(axis=-1) / (2 * size_mm**2))
    return total


def points_of(geometry: Geometry) -> NDArray[np.float64]:
    return geometry.point_lps(np.moveaxis(np.indices(geometry.shape_kji), 0, -1))


def grid(axes: NDArray[np.float64], spacing: tuple[float, float, float] = (1.8, 1.1, 1.1)) -> Geometry:
    """An acquisition of the whole body along three directions (k, j, i) in LPS."""
    shape = tuple(int(np.ceil(52 / each)) for each in spacing)
    origin = MIDDLE - ((np.array(shape) - 1) / 2 * spacing) @ axes
    return Geometry(
        shape, spacing, tuple(map(float, origin)), tuple(tuple(map(float, a)) for a in axes), Calibration.PATIENT
    )


def acquired(geometry: Geometry) -> Volume:
    return Volume(np.rint(body(points_of(geometry))).astype(np.int16), geometry, "volume", padding=(0, 0))


def turn(degrees_x: float, degrees_z: float) -> NDArray[np.float64]:
    x, z = np.radians((degrees_x, degrees_z))
    about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    about_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    return about_z @ about_x


def gantry_tilted(degrees: float) -> Volume:
    """Slices turned about the left-right axis and moved straight along the table, then made regular."""
    across, down, right = AXIAL @ turn(degrees, 0).T
    table, slices = np.array([0.0, 0.0, 1.0]), []
    for n in range(38):
        centre = MIDDLE + table * (1.8 * (n - 18.5))
        origin = centre - 24 * 1.1 * (down + right)
        axes = tuple(tuple(map(float, axis)) for axis in (across, down, right))
        slices.append(Geometry((1, 49, 49), (1.8, 1.1, 1.1), tuple(map(float, origin)), axes, Calibration.PATIENT))
    array = np.concatenate([np.rint(body(points_of(each))) for each in slices]).astype(np.int16)
    first = Geometry(array.shape, slices[0].spacing_mm, slices[0].origin_lps, slices[0].axes_lps, Calibration.PATIENT)
    return regularise(Volume(array, first, "image", slice_geometries=tuple(slices), padding=(0, 0)))


AXIAL = np.array([[0.0, 0, 1], [0, 1, 0], [1, 0, 0]])
CORONAL = np.array([[0.0, 1, 0], [0, 0, -1], [1, 0, 0]])
SAGITTAL = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])

ACQUISITIONS: dict[str, Callable[[], Volume]] = {
    "axial": lambda: acquired(grid(AXIAL)),
    "thin axial": lambda: acquired(grid(AXIAL, (0.9, 1.3, 1.2))),
    "coronal": lambda: acquired(grid(CORONAL)),
    "sagittal": lambda: acquired(grid(SAGITTAL)),
    "oblique": lambda: acquired(grid(AXIAL @ turn(25, -17).T)),
    "steep oblique": lambda: acquired(grid(AXIAL @ turn(44, 40).T)),
    "head first, from the feet": lambda: acquired(grid(AXIAL * [[-1], [1], [1]])),
    "mirrored rows": lambda: acquired(grid(AXIAL * [[1], [-1], [1]])),
    "prone": lambda: acquired(grid(AXIAL * [[1], [-1], [-1]])),
    "mirrored columns": lambda: acquired(grid(AXIAL * [[1], [1], [-1]])),
    "gantry tilted by 20°": lambda: gantry_tilted(20),
    "gantry tilted by -12°": lambda: gantry_tilted(-12),
}


def stack(geometry: Geometry, plane: str) -> Geometry:
    if plane == "oblique":
        return oblique(geometry, MIDDLE, NORMALS[plane], (0.1, -1.0, 0.2))
    if plane.startswith("native "):
        axis = nearest_axis(geometry, plane.removeprefix("native "))
        assert axis is not None
        return orthogonal(geometry, axis)
    return patient_plane(geometry, plane)


@dataclass(frozen=True, eq=False)
class Seen:
    """The body in one stack of planes: what is shown, and what is true."""

    half_a_voxel: float
    planes: Geometry
    points: NDArray[np.float64]
    shown: NDArray[np.float64]
    truth: NDArray[np.float64]


@pytest.fixture(scope="module", params=ACQUISITIONS)
def acquisition(request) -> Volume:
    return ACQUISITIONS[request.param]()


@pytest.fixture(scope="module", params=PLANES)
def seen(acquisition, request) -> Seen:
    planes = stack(acquisition.geometry, request.param)
    reslicer = Reslicer(acquisition.array, acquisition.geometry)
    shown = np.stack([reslicer.plane(planes, k) for k in range(planes.shape_kji[0])]).astype(float)
    points = points_of(planes)
    return Seen(min(acquisition.geometry.spacing_mm) / 2, planes, points, shown, body(points))


def middle(values: NDArray[np.float64], points: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Where a landmark is: the middle of its brightness within two of its sizes."""
    offset, size_mm, _ = LANDMARKS[name]
    around = ((points - (MIDDLE + offset)) ** 2).sum(axis=-1) < (2 * size_mm) ** 2
    return (values[around, None] * points[around]).sum(axis=0) / values[around].sum()


def test_every_landmark_is_where_it_is(seen):
    assert np.abs(seen.shown - seen.truth).max() < 0.12 * seen.truth.max()
    found = {name: middle(seen.shown, seen.points, name) for name in LANDMARKS}
    truth = {name: middle(seen.truth, seen.points, name) for name in LANDMARKS}
    for name, (offset, _, _) in LANDMARKS.items():
        assert np.linalg.norm(found[name] - truth[name]) < seen.half_a_voxel / 4
        assert np.linalg.norm(found[name] - (MIDDLE + offset)) < seen.half_a_voxel
    for one, other in combinations(LANDMARKS, 2):
        length_mm, true_mm = (np.linalg.norm(each[one] - each[other]) for each in (found, truth))
        assert length_mm == pytest.approx(true_mm, abs=0.1)


def test_the_plane_through_a_landmark_is_brightest_there(seen):
    for offset, size_mm, _ in LANDMARKS.values():
        k, row, column = seen.planes.index_kji(MIDDLE + offset)
        rows, columns = (slice(max(0, round(at - size_mm)), round(at + size_mm) + 1) for at in (row, column))
        part = seen.shown[round(k), rows, columns]
        down, across = np.argwhere(part == part.max()).mean(axis=0)
        assert abs(rows.start + down - row) <= 1 and abs(columns.start + across - column) <= 1


@pytest.mark.parametrize("plane", NORMALS)
def test_a_length_drawn_in_a_plane_is_what_the_body_says(acquisition, plane):
    """From pixel to pixel of one plane, as a mouse draws it: what is left of the true distance beside the normal."""
    planes, ground = stack(acquisition.geometry, plane), Ground(acquisition)
    normal = np.array(NORMALS[plane]) / np.linalg.norm(NORMALS[plane])
    assert ground.frame == "lps"
    for one, other in combinations(LANDMARKS, 2):
        ends = [np.asarray(MIDDLE + LANDMARKS[name][0]) for name in (one, other)]
        k = round(planes.index_kji(ends[0])[0])
        drawn = [planes.point_lps((k, *planes.index_kji(end)[1:])) for end in ends]
        (length,) = Length(tuple(tuple(map(float, point)) for point in drawn)).values(ground)
        apart = ends[1] - ends[0]
        assert length.unit == "mm"
        assert length.value == pytest.approx(np.sqrt(apart @ apart - (apart @ normal) ** 2), abs=0.1)
