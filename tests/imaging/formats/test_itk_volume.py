"""NRRD and MetaImage: values and place as SimpleITK and nibabel say, and refusals in words."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from imaging.formats.reading import load_volume, open_study
from imaging.geometry import Calibration
from imaging.volume import Volume

TILT = np.deg2rad(30)
DIRECTION = (np.cos(TILT), -np.sin(TILT), 0.0, np.sin(TILT), np.cos(TILT), 0.0, 0.0, 0.0, -1.0)


def image(dtype: type = np.int16, shape: tuple[int, ...] = (3, 4, 5)) -> SimpleITK.Image:
    made = SimpleITK.GetImageFromArray(np.arange(np.prod(shape)).reshape(shape).astype(dtype))
    if made.GetDimension() == 3:
        made.SetSpacing((0.5, 0.75, 2.5))
        made.SetOrigin((-10.0, 20.0, 33.0))
        made.SetDirection(DIRECTION)
    return made


def load(path: Path) -> Volume:
    study = open_study(path)
    assert study.refused == (), study.refused
    return load_volume(study.series[0])


@pytest.mark.parametrize("name", ["a.nrrd", "a.nhdr", "a.mha", "a.mhd"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64])
@pytest.mark.parametrize("packed", [False, True])
def test_values_and_place_are_simpleitks(tmp_path: Path, name: str, dtype: type, packed: bool) -> None:
    made = image(dtype)
    SimpleITK.WriteImage(made, str(tmp_path / name), packed)
    volume = load(tmp_path)
    assert np.array_equal(volume.array, SimpleITK.GetArrayFromImage(made)) and volume.array.dtype == dtype
    assert volume.kind == "volume" and volume.geometry.calibration is Calibration.PATIENT
    for index in ((0, 0, 0), (4, 3, 2), (1, 2, 0)):
        assert np.allclose(volume.geometry.point_lps(index[::-1]), made.TransformIndexToPhysicalPoint(index))


def test_the_file_with_the_voxels_is_part_of_the_series(tmp_path: Path) -> None:
    SimpleITK.WriteImage(image(), str(tmp_path / "a.mhd"))
    (series,) = open_study(tmp_path).series
    assert [file.name for file in series.files] == ["a.mhd", "a.raw"]


def test_ras_space_is_turned_to_lps(tmp_path: Path) -> None:
    header = (
        "NRRD0004\ntype: short\ndimension: 3\nspace: right-anterior-superior\nsizes: 2 2 2\n"
        "space directions: (1,0,0) (0,2,0) (0,0,3)\nspace origin: (5,6,7)\nencoding: raw\nendian: little\n\n"
    )
    (tmp_path / "a.nrrd").write_bytes(header.encode() + np.arange(8, dtype="<i2").tobytes())
    volume = load(tmp_path / "a.nrrd")
    assert volume.geometry.point_lps((0, 0, 0)).tolist() == [-5, -6, 7]
    assert volume.geometry.point_lps((1, 1, 1)).tolist() == [-6, -8, 10]
    assert volume.array[0, 0].tolist() == [0, 1]


def test_no_space_claims_no_place(tmp_path: Path) -> None:
    header = "NRRD0001\ntype: uchar\ndimension: 3\nsizes: 2 3 4\nencoding: raw\n\n"
    (tmp_path / "a.nrrd").write_bytes(header.encode() + bytes(24))
    volume = load(tmp_path / "a.nrrd")
    assert volume.geometry.calibration is Calibration.NONE and volume.geometry.shape_kji == (4, 3, 2)
    assert any("unknown" in warning for warning in volume.warnings)


def test_a_fourth_dimension_becomes_phases(tmp_path: Path) -> None:
    phases = [image(np.int16, (2, 3, 4)) + 100 * n for n in range(3)]
    SimpleITK.WriteImage(SimpleITK.JoinSeries(phases), str(tmp_path / "a.mha"))
    series = open_study(tmp_path).series
    assert [(one.phase.index, one.phase.count) for one in series if one.phase] == [(0, 3), (1, 3), (2, 3)]
    assert [int(load_volume(one).array[0, 0, 0]) for one in series] == [0, 100, 200]


def test_three_bytes_a_voxel_are_colour(tmp_path: Path) -> None:
    colours = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(colours, isVector=True), str(tmp_path / "a.mha"))
    volume = load(tmp_path / "a.mha")
    assert volume.is_colour and np.array_equal(volume.array, colours)


def cut(path: Path) -> None:
    SimpleITK.WriteImage(image(np.int16, (30, 40, 50)), str(path))
    path.write_bytes(path.read_bytes()[:2000])


META = "ObjectType = Image\nNDims = 3\nDimSize = 2 2 2\nElementType = MET_UCHAR\nElementDataFile = "


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.mhd", f"{META}../x.raw\n",
         "outside its own folder"),
        ("a.mhd", f"{META}no.raw\n",
         "not beside it"),
        ("a.mhd", f"{META}LIST\n",
         "several files"),
        ("a.nrrd", "NRRD0004\ntype: short\ndimension: 3\nsizes: 90000 90000 90000\nencoding: raw\nendian: little\n\n",
         "declares"),
        ("a.nrrd", "NRRD0004\ntype: nonsense\ndimension: 3\nsizes: 2 2 2\nencoding: raw\n\n", "damaged NRRD header"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_words(tmp_path: Path, name: str, text: str, words: str) -> None:
    (tmp_path / name).write_text(text)
    (refusal,) = open_study(tmp_path).refused
    assert words in refusal.reason


def test_sheared_axes_are_refused(tmp_path: Path) -> None:
    header = (
        "NRRD0004\ntype: uchar\ndimension: 3\nspace: left-posterior-superior\nsizes: 20 20 20\n"
        "space directions: (1,0,0) (0.3,1,0) (0,0,1)\nspace origin: (0,0,0)\nencoding: raw\n\n"
    )
    (tmp_path / "a.nrrd").write_bytes(header.encode() + bytes(8000))
    (refusal,) = open_study(tmp_path).refused
    assert "sheared" in refusal.reason


NRRD = (
    "NRRD0004\ntype: uint8\ndimension: 3\nsizes: 3 3 3\nencoding: raw\nspace: left-posterior-superior\n"
    "space directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\n"
)
PLACED = "ObjectType = Image\nNDims = 3\nDimSize = 3 3 3\nElementType = MET_UCHAR\nOffset = 0 0 0\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.nhdr", f"{NRRD}data file: ../secret.raw\n"),
        ("a.nhdr", f"{NRRD}data file: ../secret.raw\ndata file:=ok.raw\n"),
        ("a.nhdr", f"{NRRD}data file: ok.raw\ndatafile: ../secret.raw\n"),
        ("a.nhdr", NRRD + "# pad\n" * 12000 + "data file: ../secret.raw\n"),
        ("a.nhdr", NRRD + "#" * (65536 - len(NRRD) - 25) + "\ndata file: ../secret.raw"),
        ("a.nhdr", f"{NRRD}Data File: ../secret.raw\n"),
        ("a.mhd", f"{PLACED}ElementDataFile : ../secret.raw\n"),
        ("a.mhd", f"{PLACED}\nElementDataFile = ../secret.raw\n"),
        ("a.mhd", f"{PLACED}elementdatafile = ok.raw\nElementDataFile = ../secret.raw\n"),
        ("a.mhd", PLACED + "Foo = 1\n" * 9000 + "ElementDataFile = ../secret.raw\n"),
    ],
)
def test_no_spelling_leads_out_of_the_folder(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "secret.raw").write_bytes(bytes(range(100, 127)))
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "ok.raw").write_bytes(bytes(27))
    (tmp_path / "box" / name).write_text(text)
    study = open_study(tmp_path / "box" / name)
    assert study.series == () and len(study.refused) == 1


def test_lengths_that_are_not_millimetres_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.nrrd").write_bytes(f'{NRRD}space units: "um" "um" "um"\n\n'.encode() + bytes(27))
    (refusal,) = open_study(tmp_path).refused
    assert "millimetres" in refusal.reason
