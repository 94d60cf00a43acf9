"""Every way to lie in a scanner, judged by SimpleITK where it is right."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - the name its own manual uses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from imaging.formats import reading

ORIENTATIONS = {
    "supine": (1, 0, 0, 0, 1, 0),
    "prone": (-1, 0, 0, 0, -1, 0),
    "feet first": (-1, 0, 0, 0, 1, 0),
    "feet first prone": (1, 0, 0, 0, -1, 0),
    "decubitus right": (0, -1, 0, 1, 0, 0),
    "sagittal": (0, 1, 0, 0, 0, -1),
    "sagittal from the left": (0, -1, 0, 0, 0, -1),
    "coronal": (1, 0, 0, 0, 0, -1),
    "coronal, head down": (1, 0, 0, 0, 0, 1),
    "oblique": (0.8, 0.6, 0, -0.36, 0.48, 0.8),
}


def write_stack(write_dicom, axes, step=2.5, count=4, order=1, **attributes) -> Path:
    """Slices of random values along the normal; ``order`` -1 writes them from the far end."""
    rng = np.random.default_rng(7)
    normal = np.cross(axes[:3], axes[3:])
    for n in range(count):
        position = np.array([-31.5, 12.25, 80]) + normal * step * n * order
        path = write_dicom(
            rng.integers(0, 900, (3, 5)).astype(np.int16), f"{n}.dcm", InstanceNumber=n + 1,
            ImagePositionPatient=[f"{each:.6f}" for each in position], ImageOrientationPatient=list(axes),
            PixelSpacing=[0.75, 0.5], SliceThickness=step, RescaleSlope=1, RescaleIntercept=-7, **attributes,
        )  # fmt: skip
    return path.parent


@pytest.mark.parametrize("name", ORIENTATIONS)
@pytest.mark.parametrize("order", [1, -1])
def test_every_voxel_and_value_equals_simpleitk(write_dicom, name, order):
    folder = write_stack(write_dicom, ORIENTATIONS[name], order=order, SpacingBetweenSlices=-99)
    (series,) = reading.open_study(folder).series
    volume = reading.load_volume(series)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(list(map(str, series.files)))
    image = reader.Execute()
    assert volume.kind == "volume" and np.array_equal(volume.array, sitk.GetArrayFromImage(image))
    for index in np.ndindex(volume.array.shape):
        expected = image.TransformIndexToPhysicalPoint(index[::-1])
        assert volume.geometry.point_lps(index) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_a_multiframe_object_lies_where_simpleitk_puts_it(write_dicom, name):
    axes = ORIENTATIONS[name]
    normal = np.cross(axes[:3], axes[3:])
    frames = [
        one(
            PlanePositionSequence=one(ImagePositionPatient=list(np.array([4.0, 5, 6]) + normal * 3 * k)),
            FrameContentSequence=one(StackID="1", InStackPositionNumber=k + 1, DimensionIndexValues=[1, k + 1]),
        )
        for k in range(4)
    ]
    shared = one(
        PlaneOrientationSequence=one(ImageOrientationPatient=list(axes)),
        PixelMeasuresSequence=one(PixelSpacing=[0.75, 0.5], SliceThickness=3, SpacingBetweenSlices=3),
    )
    pointers = [one(DimensionIndexPointer=0x00209056), one(DimensionIndexPointer=0x00209057)]
    pixels = np.arange(60, dtype=np.uint16).reshape(4, 3, 5)
    path = write_dicom(
        pixels, PerFrameFunctionalGroupsSequence=Items(frames), SharedFunctionalGroupsSequence=Items([shared]),
        DimensionIndexSequence=Items(pointers), SOPClassUID="1.2.840.10008.5.1.4.1.1.4.1", Modality="MR",
    )  # fmt: skip
    volume = reading.load_volume(reading.open_study(path).series[0])
    image = sitk.ReadImage(str(path))
    assert np.array_equal(volume.array, sitk.GetArrayFromImage(image))
    for k, j, i in np.ndindex(volume.array.shape):
        place = image.TransformIndexToPhysicalPoint((i, j, k))
        assert volume.geometry.point_lps((k, j, i)) == pytest.approx(place, abs=1e-4)


def one(**attributes) -> Dataset:
    """A data set; a data set among the values stands for a sequence of one."""
    found = Dataset()
    for keyword, value in attributes.items():
        setattr(found, keyword, Items([value]) if isinstance(value, Dataset) else value)
    return found


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    turn=st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: np.linalg.norm(q) > 0.1),
    step=st.floats(0.3, 12),
    spacing=st.tuples(st.floats(0.05, 3), st.floats(0.05, 3)),
)
def test_any_rotation_is_a_volume_in_its_place(write_dicom, turn, step, spacing):
    w, x, y, z = np.array(turn) / np.linalg.norm(turn)
    row = np.array([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)])
    column = np.array([2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)])
    normal = np.cross(row, column)
    for n in range(3):
        path = write_dicom(
            np.full((4, 3), n, np.uint16), f"{n}.dcm", PixelSpacing=[f"{each:.6f}" for each in spacing],
            ImagePositionPatient=[f"{each:.6f}" for each in normal * step * n],
            ImageOrientationPatient=[f"{each:.9f}" for each in (*row, *column)],
        )  # fmt: skip
    (series,) = reading.open_study(path.parent).series
    assert series.kind == "volume" and series.geometry is not None
    far = normal * step * 2 + row * spacing[1] * 2 + column * spacing[0] * 3
    assert series.geometry.point_lps((2, 3, 2)) == pytest.approx(far, abs=1e-3)
