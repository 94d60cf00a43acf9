"""Series written here against what dcm2niix makes of them: every voxel in its place, phases in their order."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from pydicom.uid import MRImageStorage
from scipy.spatial.transform import Rotation

from imaging.formats.reading import load_volume, open_study
from imaging.volume import Volume

ROWS, COLUMNS = 11, 14
RNG = np.random.default_rng(5)
AXIAL, SAGITTAL, CORONAL = ((1, 0, 0), (0, 1, 0)), ((0, 1, 0), (0, 0, -1)), ((1, 0, 0), (0, 0, -1))
OBLIQUE = tuple(map(tuple, Rotation.from_euler("xyz", [20, -35, 50], degrees=True).as_matrix().T[:2]))

WriteDicom = Callable[..., Path]


def program() -> str:
    beside = Path(sys.executable).with_name("dcm2niix")
    found = str(beside) if beside.is_file() else shutil.which("dcm2niix")
    if found is None:
        pytest.skip("no dcm2niix (pip: dcm2niix) beside this interpreter")
    return found


def converted(folder: Path, out: Path) -> Any:
    """The one image that dcm2niix makes of a folder."""
    out.mkdir()
    command = [program(), "-z", "n", "-b", "n", "-f", "image", "-o", str(out), str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    (path,) = out.glob("*.nii")
    return nibabel.load(path)


def write_series(write_dicom: WriteDicom, axes: Sequence[Any], step_mm: float, times: int, slope: str) -> Path:
    """A series of eight positions whose numbers run against their place where ``step_mm`` is negative."""
    row, column = (np.array(axis, float) for axis in axes)
    normal = np.cross(row, column)
    path = Path()
    for number in range(8 * times):
        t, k = divmod(number, 8)
        path = write_dicom(
            RNG.integers(0, 3000, (ROWS, COLUMNS)).astype(np.int16), f"{(number * 5) % (8 * times):03d}.dcm",
            SOPClassUID=MRImageStorage, Modality="MR", InstanceNumber=number + 1, Manufacturer="Philips",
            ImageType=["ORIGINAL", "PRIMARY", "M"], SeriesNumber=1, SeriesDescription="made here",
            ImagePositionPatient=[f"{x:.6f}" for x in normal * step_mm * k + (3.5, -20, 11)],
            ImageOrientationPatient=[f"{x:.9f}" for x in (*row, *column)], PixelSpacing=[0.75, 0.5],
            SliceThickness=abs(step_mm), SpacingBetweenSlices=abs(step_mm), FrameOfReferenceUID="1.2.3.9",
            RescaleSlope=slope, RescaleIntercept="-7", TemporalPositionIdentifier=t + 1,
            NumberOfTemporalPositions=times, AcquisitionNumber=t + 1, AcquisitionTime=f"1010{t:02d}.000000",
            RepetitionTime="2000", EchoTime="30",
        )  # fmt: skip
    return path.parent


def seen_by(image: Any, volume: Volume, phase: int) -> np.ndarray:
    """The values of another image at the places of all voxels of ours."""
    kji = np.indices(volume.array.shape).reshape(3, -1).T
    points_ras = volume.geometry.point_lps(kji) * (-1, -1, 1)
    ijk = nibabel.affines.apply_affine(np.linalg.inv(image.affine), points_ras)
    nearest = np.rint(ijk).astype(int)
    assert np.abs(ijk - nearest).max() < 1e-3, "our voxels lie between those of dcm2niix"
    values = np.asarray(image.dataobj, np.float64)
    return (values if values.ndim == 3 else values[..., phase])[tuple(nearest.T)].reshape(volume.array.shape)


@pytest.mark.parametrize("slope", ["1", "2.5"])
@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("step_mm", [3.0, -2.5])
@pytest.mark.parametrize("axes", [AXIAL, SAGITTAL, CORONAL, OBLIQUE], ids=["axial", "sagittal", "coronal", "oblique"])
def test_every_voxel_lies_where_dcm2niix_puts_it(
    tmp_path: Path, write_dicom: WriteDicom, axes: Sequence[Any], step_mm: float, times: int, slope: str
) -> None:
    folder = write_series(write_dicom, axes, step_mm, times, slope)
    image = converted(folder, tmp_path / "out")
    listed = open_study(folder).series
    assert [one.kind for one in listed] == ["volume"] * times
    for phase, series in enumerate(sorted(listed, key=lambda one: one.phase.index if one.phase else 0)):
        volume = load_volume(series)
        assert seen_by(image, volume, phase) == pytest.approx(volume.array, rel=1e-6)
