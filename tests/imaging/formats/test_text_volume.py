"""NRRD and MetaImage: values and place as SimpleITK and nibabel say, and refusals in words."""

import bz2
import gzip
from collections.abc import Callable
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
         "names 0 files"),
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


def test_lengths_of_an_unknown_unit_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.nrrd").write_bytes(f'{NRRD}space units: "ell" "ell" "ell"\n\n'.encode() + bytes(27))
    assert open_study(tmp_path).refused[0].reason == "lengths in ell: expected nm, um, mm, cm or m"
    (tmp_path / "a.nrrd").write_bytes(f'{NRRD}space units: "mm"\n\n'.encode() + bytes(27))
    assert "1 space units for vectors of 3" in open_study(tmp_path).refused[0].reason


@pytest.mark.parametrize(("unit", "mm"), [("um", 0.001), ("cm", 10.0), ("m", 1000.0), ("mm", 1.0), ("", 1.0)])
def test_lengths_become_millimetres(tmp_path: Path, unit: str, mm: float) -> None:
    space = f'{SPACE}space units: "{unit}" "{unit}" "{unit}"\n'
    (tmp_path / "a.nrrd").write_bytes(nrrd(space=space) + VALUES.astype(">i2").tobytes())
    geometry = open_study(tmp_path).series[0].geometry
    assert geometry is not None
    assert geometry.spacing_mm == pytest.approx((3 * mm, 1 * mm, 2 * mm))
    assert geometry.origin_lps == pytest.approx((-5 * mm, -6 * mm, 7 * mm))


def test_each_axis_of_an_unplaced_file_has_its_own_unit(tmp_path: Path) -> None:
    space = 'spacings: 500 0.05 2\nunits: "um" "cm" "mm"\n'
    (tmp_path / "a.nrrd").write_bytes(nrrd(space=space) + VALUES.astype(">i2").tobytes())
    geometry = open_study(tmp_path).series[0].geometry
    assert geometry is not None
    assert geometry.spacing_mm == pytest.approx((2, 0.5, 0.5))


VALUES = np.arange(24).reshape(2, 3, 4)
SPACE = "space: RAS\nspace directions: (0,2,0) (-1,0,0) (0,0,3)\nspace origin: (5,6,7)\n"


def nrrd(
    *, sizes: str = "4 3 2", kind: str = "short", encoding: str = "raw", space: str = SPACE, more: str = ""
) -> bytes:
    count = len(sizes.split())
    return (
        f"NRRD0005\n# made by a test\ntype: {kind}\ndimension: {count}\nsizes: {sizes}\nencoding: {encoding}\n"
        f"endian: big\n{space}{more}\n"
    ).encode()


def text_of(values: np.ndarray) -> bytes:
    return " ".join(map(str, values.ravel())).encode()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("raw", bytes),
        ("gzip", gzip.compress),
        ("gz", lambda data: gzip.compress(data[:10]) + gzip.compress(data[10:])),
        ("bzip2", bz2.compress),
        ("hex", lambda data: data.hex(" ").encode()),
    ],
)
@pytest.mark.parametrize(
    ("kind", "code"),
    [("int8", "i1"), ("unsigned short", "u2"), ("uint", "u4"), ("int64_t", "i8"), ("float", "f4"), ("double", "f8")],
)
def test_every_encoding_and_type_gives_the_same_values(
    tmp_path: Path, encoding: str, packed: Callable[[bytes], bytes], kind: str, code: str
) -> None:
    stored = packed(VALUES.astype(f">{code}").tobytes())
    (tmp_path / "a.nrrd").write_bytes(nrrd(kind=kind, encoding=encoding) + stored)
    volume = load(tmp_path / "a.nrrd")
    assert volume.array.dtype == np.dtype(code) and np.array_equal(volume.array, VALUES)
    assert volume.geometry.point_lps((1, 2, 3)).tolist() == [-(5 - 2), -(6 + 6), 7 + 3]


@pytest.mark.parametrize("encoding", ["raw", "gzip", "bzip2", "hex", "ascii"])
def test_values_and_affine_are_those_of_itk(tmp_path: Path, encoding: str) -> None:
    packs = {"raw": bytes, "gzip": gzip.compress, "bzip2": bz2.compress, "hex": lambda data: data.hex().encode()}
    path = tmp_path / "a.nrrd"
    stored = text_of(VALUES) if encoding == "ascii" else packs[encoding](VALUES.astype(">i2").tobytes())
    path.write_bytes(nrrd(encoding=encoding) + stored)
    volume = load(path)
    if encoding != "bzip2":  # not built into this ITK
        oracle = SimpleITK.ReadImage(str(path))
        assert np.array_equal(volume.array, SimpleITK.GetArrayFromImage(oracle))
        for i, j, k in ((0, 0, 0), (3, 2, 1)):
            assert np.allclose(volume.geometry.point_lps((k, j, i)), oracle.TransformIndexToPhysicalPoint((i, j, k)))
    assert np.array_equal(volume.array, VALUES)


def test_text_numbers_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.nrrd").write_bytes(nrrd(kind="float", encoding="ascii") + text_of(VALUES / 2))
    assert np.array_equal(load(tmp_path / "a.nrrd").array, (VALUES / 2).astype(np.float32))
    meta = f"{META.replace('2 2 2', '4 3 2')}LOCAL\n".replace("ElementData", "BinaryData = False\nElementData")
    (tmp_path / "a.mha").write_bytes(meta.encode() + text_of(VALUES))
    assert np.array_equal(load(tmp_path / "a.mha").array, VALUES)


@pytest.mark.parametrize("field", ["data file: LIST\np1.raw\np2.raw\n", "data file: p%d.raw 1 2 1 2\n"])
def test_nrrd_slices_in_files_of_their_own(tmp_path: Path, field: str) -> None:
    for n, plane in enumerate(VALUES.astype(">i2"), 1):
        (tmp_path / f"p{n}.raw").write_bytes(b"a line\nxx" + plane.tobytes())
    more = "line skip: 1\nbyte skip: 2\n" + field
    (tmp_path / "a.nhdr").write_bytes(nrrd(more=more).removesuffix(b"\n"))
    study = open_study(tmp_path / "a.nhdr")
    assert [file.name for file in study.series[0].files] == ["a.nhdr", "p1.raw", "p2.raw"]
    assert np.array_equal(load_volume(study.series[0]).array, VALUES)


@pytest.mark.parametrize("named", ["LIST\np01.raw\np02.raw\n", "p%02d.raw 1 2 1\n"])
def test_meta_slices_in_files_of_their_own(tmp_path: Path, named: str) -> None:
    for n, plane in enumerate(VALUES.astype(np.uint8), 1):
        (tmp_path / f"p{n:02d}.raw").write_bytes(b"skipped" + plane.tobytes())
    header = META.replace("2 2 2", "4 3 2").replace("ElementData", "HeaderSize = -1\nElementData")
    (tmp_path / "a.mhd").write_text(header + named)
    volume = load(tmp_path / "a.mhd")
    assert np.array_equal(volume.array, VALUES)
    assert volume.geometry.calibration is Calibration.NONE


def test_a_pattern_never_leads_out(tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    (tmp_path / "p1.raw").write_bytes(bytes(48))
    for name, field in (("a.nhdr", "data file: ../p%d.raw 1 1 1\n"), ("b.nhdr", "data file: LIST\n../p1.raw\n")):
        (tmp_path / "box" / name).write_bytes(nrrd(more=field))
        (refusal,) = open_study(tmp_path / "box" / name).refused
        assert "outside its own folder" in refusal.reason


@pytest.mark.parametrize(
    ("first", "sizes", "vectors"), [(True, "3 4 3 2", "none {}"), (False, "4 3 2 3", "{} (nan,nan,nan)")]
)
def test_a_list_axis_becomes_entries_wherever_it_stands(tmp_path: Path, first: bool, sizes: str, vectors: str) -> None:
    steps = vectors.format("(1,0,0) (0,1,0) (0,0,1)")
    kinds = "list domain domain domain" if first else "domain domain domain list"
    space = f"space: left-posterior-superior\nspace directions: {steps}\nspace origin: (0,0,0)\nkinds: {kinds}\n"
    stored = np.stack([VALUES, VALUES + 100, VALUES + 200], axis=-1 if first else 0)
    (tmp_path / "a.nrrd").write_bytes(nrrd(sizes=sizes, space=space) + stored.astype(">i2").tobytes())
    series = open_study(tmp_path).series
    assert [one.phase.name for one in series if one.phase] == ["entry 1", "entry 2", "entry 3"]
    for n, one in enumerate(series):
        volume = load_volume(one)
        assert np.array_equal(volume.array, VALUES + 100 * n) and volume.geometry.has_position


def test_a_colour_axis_is_colour(tmp_path: Path) -> None:
    space = "kinds: RGB-color domain domain domain\nspacings: nan 1 2 3\n"
    stored = np.arange(72, dtype=np.uint8).reshape(2, 3, 4, 3)
    (tmp_path / "a.nrrd").write_bytes(nrrd(sizes="3 4 3 2", kind="uchar", space=space) + stored.tobytes())
    volume = load(tmp_path / "a.nrrd")
    assert np.array_equal(volume.array, stored) and volume.geometry.spacing_mm == (3, 2, 1)
    assert volume.geometry.calibration is Calibration.PIXEL_SPACING


def test_slices_sheared_against_one_another_keep_their_own_place(tmp_path: Path) -> None:
    space = "space: LPS\nspace directions: (1,0,0) (0,1,0) (0,1.5,4)\nspace origin: (0,10,0)\n"
    (tmp_path / "a.nrrd").write_bytes(nrrd(space=space) + VALUES.astype(">i2").tobytes())
    volume = load(tmp_path / "a.nrrd")
    assert volume.kind == "image" and any("sheared" in warning for warning in volume.warnings)
    for k in range(2):
        assert volume.slice_geometry(k).point_lps((0, 2, 3)).tolist() == [3, 10 + 2 + 1.5 * k, 4 * k]


def test_scanner_space_claims_no_side(tmp_path: Path) -> None:
    space = SPACE.replace("RAS", "scanner-xyz")
    (tmp_path / "a.nrrd").write_bytes(nrrd(space=space) + VALUES.astype(">i2").tobytes())
    geometry = load(tmp_path / "a.nrrd").geometry
    assert geometry.calibration is Calibration.PIXEL_SPACING and geometry.spacing_mm == (3, 1, 2)


@pytest.mark.parametrize("encoding", ["gzip", "bzip2"])
def test_no_more_is_unpacked_than_the_header_declares(tmp_path: Path, encoding: str) -> None:
    pack = {"gzip": gzip.compress, "bzip2": bz2.compress}[encoding]
    (tmp_path / "a.nrrd").write_bytes(nrrd(encoding=encoding) + pack(VALUES.astype(">i2").tobytes() + bytes(50 << 20)))
    assert np.array_equal(load(tmp_path / "a.nrrd").array, VALUES)
    (tmp_path / "b.nrrd").write_bytes(nrrd(encoding=encoding, sizes="60000 60000 60000") + pack(bytes(50 << 20)))
    (refusal,) = open_study(tmp_path / "b.nrrd").refused
    assert "declares" in refusal.reason


CUBE = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)


@pytest.mark.parametrize(
    ("text", "name", "packed"),
    [
        (f"{NRRD}data file: ./v.raw\n", "a.nhdr", CUBE.tobytes()),
        (
            f"{NRRD.replace('raw', 'gzip')}byte skip: 4\ndata file: v.raw\n",
            "a.nhdr",
            gzip.compress(b"skip" + CUBE.tobytes()),
        ),
        (f"{NRRD.replace('raw', 'text')}data file: v.raw\n", "a.nhdr", ", ".join(map(str, CUBE.ravel())).encode()),
        (f"{PLACED}ElementDataFile = ./v.raw\n", "a.mhd", CUBE.tobytes()),
    ],
    ids=["./", "bytes skipped once unpacked", "commas", "meta ./"],
)
def test_voxels_are_found_as_the_format_says(tmp_path: Path, text: str, name: str, packed: bytes) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / "v.raw").write_bytes(packed)
    assert np.array_equal(load(tmp_path / name).array, CUBE)


def test_what_metaimage_says_of_units_and_intensity_is_followed_or_told(tmp_path: Path) -> None:
    said = "DistanceUnits = um\nElementSpacing = 500 500 2000\nElementToIntensityFunctionSlope = 2\n"
    text = PLACED.replace("0 0 0", "1000 0 0") + f"{said}ElementDataFile = LOCAL\n"
    (tmp_path / "a.mha").write_bytes(text.encode() + CUBE.tobytes())
    volume = load(tmp_path / "a.mha")
    assert np.allclose(volume.geometry.spacing_mm, (2.0, 0.5, 0.5)) and volume.geometry.origin_lps == (1.0, 0.0, 0.0)
    assert volume.warnings == ("values are as stored: intensity = 2 × value + 0 is noted, not applied",)
    (tmp_path / "a.mha").write_bytes(text.replace("um", "feet").encode() + CUBE.tobytes())
    assert "lengths in feet" in open_study(tmp_path).refused[0].reason
