"""NIfTI against nibabel and SimpleITK."""

import gzip
import struct
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nibabel.spatialimages import HeaderDataError

from imaging.errors import GeometryError, ReadError, SaveError, Truncated
from imaging.formats import nifti, reading
from imaging.geometry import Calibration, Geometry
from imaging.volume import Volume

LPS = np.diag([-1.0, -1.0, 1.0])
VALUES = np.arange(24, dtype=np.int16).reshape(2, 3, 4) - 12
OBLIQUE = np.array([[-0.7, 0.2, 0.3, 11.0], [0.1, 0.75, -0.9, -22.0], [0.15, 0.2, 1.9, 33.0], [0, 0, 0, 1]])


def orthogonal(affine: np.ndarray) -> np.ndarray:
    """The affine with its axes made orthogonal and its steps kept."""
    steps = np.linalg.norm(affine[:3, :3], axis=0)
    left, _, right = np.linalg.svd(affine[:3, :3] / steps)
    found = affine.copy()
    found[:3, :3] = (left @ right) * steps
    return found


def load(path: Path) -> Volume:
    study = reading.open_study(path)
    assert study.series, study.refused
    return reading.load_volume(study.series[0])


def save(path: Path, values: np.ndarray, affine: np.ndarray | None, kind=nibabel.Nifti1Image) -> Path:
    nibabel.save(kind(values, affine), path)
    return path


def check_positions(volume: Volume, image) -> None:
    for index in np.ndindex(image.shape):
        expected = LPS @ (image.affine @ [*index, 1])[:3]
        assert np.allclose(volume.geometry.point_lps(index[::-1]), expected, atol=1e-3)


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("name", ["volume.nii", "volume.nii.gz"])
def test_values_and_positions_equal_nibabel(tmp_path: Path, kind, name: str):
    path = save(tmp_path / name, VALUES, orthogonal(OBLIQUE), kind)
    volume, image = load(path), nibabel.load(path)
    assert volume.kind == "volume" and volume.geometry.calibration is Calibration.PATIENT
    assert np.array_equal(volume.array, np.asarray(image.dataobj).T)
    check_positions(volume, image)


def test_positions_equal_simpleitk(tmp_path: Path):
    path = save(tmp_path / "v.nii.gz", VALUES, orthogonal(OBLIQUE))
    volume, oracle = load(path), SimpleITK.ReadImage(str(path))
    for k, j, i in np.ndindex(volume.array.shape):
        expected = oracle.TransformIndexToPhysicalPoint((i, j, k))
        assert np.allclose(volume.geometry.point_lps((k, j, i)), expected, atol=1e-3)


def test_the_qform_holds_where_there_is_no_sform(tmp_path: Path):
    image = nibabel.Nifti1Image(VALUES, None)
    image.set_qform(orthogonal(OBLIQUE), code=1)
    image.set_sform(None, code=0)
    nibabel.save(image, tmp_path / "q.nii")
    check_positions(load(tmp_path / "q.nii"), nibabel.load(tmp_path / "q.nii"))


def test_the_sform_wins_and_a_disagreement_is_told(tmp_path: Path):
    image = nibabel.Nifti1Image(VALUES, np.diag([1.0, 1, 1, 1]))
    image.set_qform(np.diag([2.0, 1, 1, 1]), code=1)
    image.set_sform(np.diag([1.0, 1, 1, 1]), code=2)
    nibabel.save(image, tmp_path / "both.nii")
    volume = load(tmp_path / "both.nii")
    check_positions(volume, nibabel.load(tmp_path / "both.nii"))
    # Index 1 along i lies at 1 or at 2 mm.
    assert "sform and qform place the volume 1.0 mm apart: the sform is used" in volume.warnings


def test_without_a_form_no_place_is_claimed(tmp_path: Path):
    image = nibabel.Nifti1Image(VALUES, None)
    image.header.set_zooms((0.5, 0.6, 0.7))
    nibabel.save(image, tmp_path / "none.nii")
    volume = load(tmp_path / "none.nii")
    assert volume.kind == "image" and volume.geometry.calibration is Calibration.PIXEL_SPACING
    assert volume.geometry.spacing_mm == pytest.approx((0.7, 0.6, 0.5))
    assert any("neither sform nor qform" in warning for warning in volume.warnings)


def test_no_voxel_size_claims_no_millimetres(tmp_path: Path):
    path = save(tmp_path / "a.nii", VALUES, None)
    data = bytearray(path.read_bytes())
    data[80:92] = bytes(12)  # pixdim of i, j and k
    data[252:256] = bytes(4)  # no qform, no sform
    path.write_bytes(data)
    volume = load(path)
    assert volume.geometry.calibration is Calibration.NONE
    assert "the size of voxels is not stated: pixels only, no millimetres" in volume.warnings


def test_slices_sheared_against_one_another_keep_their_own_place(tmp_path: Path):
    sheared = np.diag([0.5, 2, 3, 1])
    sheared[:3, 2] += (0, 0.7, 0)
    path = save(tmp_path / "shear.nii", np.arange(60, dtype=np.int16).reshape(3, 4, 5), sheared)
    (series,) = reading.open_study(path).series
    volume = reading.load_volume(series)
    assert series.kind == "image" and any("sheared" in words for words in volume.warnings)
    for i, j, k in ((0, 0, 0), (2, 3, 0), (1, 2, 4)):
        x, y, z = nibabel.affines.apply_affine(sheared, (i, j, k))
        assert volume.slice_geometry(k).point_lps((0, j, i)) == pytest.approx([-x, -y, z], abs=1e-5)
        assert volume.array[k, j, i] == 20 * i + 5 * j + k
    with pytest.raises(ReadError, match="sheared"):
        nifti.read_labelmap(path)


@pytest.mark.parametrize(("step", "words"), [((0.5, 1, 0), "sheared"), ((1, 0, 0), "collapse an axis")])
def test_rows_and_columns_not_at_right_angles_are_refused(tmp_path: Path, step: tuple[float, ...], words: str):
    affine = np.diag([1.0, 1, 1, 1])
    affine[:3, 1] = step
    path = save(tmp_path / "shear.nii", np.zeros((20, 20, 20), np.int16), affine)
    assert words in reading.open_study(path).refused[0].reason


def test_scaling_is_applied_and_whole_numbers_stay_whole(tmp_path: Path):
    for slope, intercept, expected in ((2, -5, np.int16), (0.5, 0, np.float32)):
        image = nibabel.Nifti1Image(VALUES, np.eye(4))
        path = tmp_path / f"{slope}.nii"
        image.header.set_slope_inter(slope, intercept)
        nibabel.save(image, path)
        raw = bytearray(path.read_bytes())
        raw[352:] = VALUES.tobytes(order="F")
        raw[112:120] = np.array([slope, intercept], "<f4").tobytes()
        path.write_bytes(raw)
        volume = load(path)
        assert volume.array.dtype == expected
        assert np.array_equal(volume.array, (VALUES * slope + intercept).T)


@pytest.mark.parametrize("slope", [0.0, float("nan"), 2.5])
@pytest.mark.parametrize("intercept", [0.0, float("nan"), -3.0])
def test_scaling_that_is_none_leaves_the_values_as_nibabel_does(tmp_path: Path, slope: float, intercept: float):
    path = save(tmp_path / "s.nii", VALUES, np.eye(4))
    data = bytearray(path.read_bytes())
    data[112:120] = np.array([slope, intercept], "<f4").tobytes()
    path.write_bytes(data)
    try:
        expected = np.asarray(nibabel.load(path).dataobj).T
    except HeaderDataError:  # a slope with an intercept that is no number: nibabel gives up, the slope holds here
        expected = (VALUES * slope).T
    assert np.allclose(load(path).array, expected)


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
def test_phases_lie_where_nibabel_puts_them_also_where_the_two_forms_disagree(tmp_path: Path, kind):
    values = np.random.default_rng(0).integers(-1000, 1000, (4, 5, 6, 3)).astype(np.int16)
    image = kind(values, None)
    image.set_qform(np.diag([-2.0, 2, 2, 1]), code=1)
    image.set_sform(orthogonal(OBLIQUE), code=2)
    nibabel.save(image, tmp_path / "t.nii.gz")
    oracle, study = nibabel.load(tmp_path / "t.nii.gz"), reading.open_study(tmp_path / "t.nii.gz")
    assert len(study.series) == 3
    for n, series in enumerate(study.series):
        volume = reading.load_volume(series)
        assert np.array_equal(volume.array, np.asarray(oracle.dataobj)[..., n].T)
        check_positions(volume, oracle.slicer[..., n])
        assert any("the sform is used" in warning for warning in volume.warnings)


def test_time_becomes_phases(tmp_path: Path):
    values = np.arange(48, dtype=np.int16).reshape(2, 3, 4, 2)
    found = reading.open_study(save(tmp_path / "4d.nii.gz", values, np.eye(4))).series
    assert [series.description for series in found] == ["4d.nii.gz, phase 1 of 2", "4d.nii.gz, phase 2 of 2"]
    assert np.array_equal(reading.load_volume(found[1]).array, values[..., 1].T)


@pytest.mark.parametrize(
    ("lowest", "dtype", "unit"), [(-1024, np.int16, "HU"), (-100, np.int16, ""), (0, np.uint16, "")]
)
def test_hounsfield_units_are_assumed_only_with_air_and_said_so(tmp_path: Path, lowest, dtype, unit):
    values = np.full((2, 2, 2), lowest, dtype)
    volume = load(save(tmp_path / "v.nii", values, np.eye(4)))
    assert volume.unit == unit and volume.modality == ("CT" if unit else "")
    assert any("assumed Hounsfield units" in warning for warning in volume.warnings) == bool(unit)


def test_a_mean_above_all_tissue_is_no_ct(tmp_path: Path):
    values = np.full((8, 8, 8), 9000, np.int16)
    values[1] = -610
    assert load(save(tmp_path / "mr.nii", values, np.eye(4))).unit == ""


@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_voxels_without_a_value_say_nothing_of_the_unit(tmp_path: Path, hole: float):
    values = np.full((8, 8, 8), -900, np.float32)
    values[::4, ::4, ::4] = hole
    assert load(save(tmp_path / "ct.nii", values, np.eye(4))).unit == "HU"


def test_big_endian_files_read_the_same(tmp_path: Path):
    image = nibabel.Nifti1Image(VALUES, orthogonal(OBLIQUE), nibabel.Nifti1Header(endianness=">"))
    nibabel.save(image, tmp_path / "big.nii")
    assert (tmp_path / "big.nii").read_bytes()[:4] == b"\0\0\1\x5c"
    volume = load(tmp_path / "big.nii")
    assert np.array_equal(volume.array, VALUES.T) and volume.array.dtype.isnative


def test_truncated_voxels_are_refused_with_both_numbers(tmp_path: Path):
    path = save(tmp_path / "v.nii", VALUES, np.eye(4))
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(Truncated, match="found 40 bytes of voxels, expected 48"):
        load(path)
    packed = tmp_path / "v.nii.gz"
    packed.write_bytes(gzip.compress(path.read_bytes())[:-20])
    assert "ended before the end-of-stream" in reading.open_study(packed).refused[0].reason


def test_a_header_that_declares_more_than_gzip_can_hold_is_refused(tmp_path: Path):
    path = save(tmp_path / "bomb.nii", VALUES, np.eye(4))
    raw = bytearray(path.read_bytes())
    raw[42:48] = np.array([30000, 30000, 30000], "<i2").tobytes()
    path.write_bytes(raw)
    with pytest.raises(Truncated, match="declares 54000000000000 bytes"):
        load(path)


def test_complex_numbers_are_refused(tmp_path: Path):
    path = save(tmp_path / "c.nii", np.zeros((2, 2, 2), np.complex64), np.eye(4))
    (refusal,) = reading.open_study(path).refused
    assert refusal.reason == "complex numbers (type 32) are not read: expected integers, floats or colour"


@pytest.mark.parametrize("samples", [3, 4])
def test_colour_is_read_without_its_transparency_and_that_is_told(tmp_path: Path, samples: int):
    values = np.arange(2 * 3 * 4 * samples, dtype=np.uint8).reshape(2, 3, 4, samples)
    colours = values.view([(name, "u1") for name in "RGBA"[:samples]])[..., 0]
    path = save(tmp_path / "colour.nii", colours, np.eye(4))
    volume = load(path)
    assert np.array_equal(volume.array, values.transpose(2, 1, 0, 3)[..., :3])
    assert ("transparency is left out" in volume.warnings) == (samples == 4)


AXES = ((0.0, -0.8, 0.6), (0.0, 0.6, 0.8), (1.0, 0.0, 0.0))
GRID = Geometry((4, 3, 2), (2.5, 0.5, 0.75), (-10.0, 20.0, 30.5), AXES, Calibration.PATIENT)


@pytest.mark.parametrize("name", ["v.nii", "v.nii.gz", "v.1.nii.gz"])
@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.float32])
def test_what_is_written_reads_back_by_all_three_readers(tmp_path: Path, name: str, dtype):
    values = np.arange(24).reshape(4, 3, 2).astype(dtype)
    nifti.write(tmp_path / name, values, GRID)
    assert np.array_equal(SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(tmp_path / name))), values)
    image, volume = nibabel.load(tmp_path / name), load(tmp_path / name)
    assert np.array_equal(np.asarray(image.dataobj).T, values) and np.array_equal(volume.array, values)
    assert np.array_equal(nifti.read_array(tmp_path / name), values)
    assert volume.geometry.matches(GRID, 1e-4)
    check_positions(volume, image)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [name], "nothing is left beside it"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    angles=st.tuples(*[st.floats(-3.1, 3.1)] * 3),
    spacing=st.tuples(*[st.floats(0.05, 9)] * 3),
    origin=st.tuples(*[st.floats(-900, 900)] * 3),
    flip=st.booleans(),
)
def test_any_grid_survives_writing(tmp_path: Path, angles, spacing, origin, flip):
    x, y, z = angles
    turn = (
        np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
        @ np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
        @ np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    )
    axes = tuple(tuple(float(each) for each in row) for row in turn * (1, 1, -1 if flip else 1))
    grid = Geometry((3, 4, 5), spacing, origin, axes, Calibration.PATIENT)
    nifti.write(tmp_path / "any.nii", np.zeros((3, 4, 5), np.uint8), grid)
    assert load(tmp_path / "any.nii").geometry.matches(grid, 0.01)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "v.nii"
    nifti.write(path, np.zeros((4, 3, 2), np.uint8), GRID)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise RuntimeError("itk::ERROR: no space left on device")

    monkeypatch.setattr(SimpleITK, "WriteImage", full)
    with pytest.raises(SaveError, match="no space left"):
        nifti.write(path, np.ones((4, 3, 2), np.uint8), GRID)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir() if p.is_file()] == ["v.nii"]


def test_an_array_of_another_shape_is_not_written(tmp_path: Path):
    with pytest.raises(GeometryError, match="does not fit"):
        nifti.write(tmp_path / "v.nii", np.zeros((2, 2, 2), np.uint8), GRID)


def test_labelmaps_come_with_their_labels_and_on_the_right_grid(tmp_path: Path):
    values = np.zeros((4, 3, 2), np.uint8)
    values[1, 1, 1], values[2] = 7, 2
    nifti.write(tmp_path / "m.nii.gz", values, GRID)
    mask = nifti.read_labelmap(tmp_path / "m.nii.gz", GRID)
    assert np.array_equal(mask.array, values) and mask.geometry == GRID
    assert [(label.value, label.name) for label in mask.labels] == [(2, "label 2"), (7, "label 7")]
    with pytest.raises(GeometryError, match="another grid"):
        nifti.read_labelmap(tmp_path / "m.nii.gz", GRID.slab(0, 3))


@pytest.mark.parametrize("values", [np.full((4, 3, 2), 0.5, np.float32), np.full((4, 3, 2), 300, np.int16)])
def test_values_that_are_no_labels_are_refused(tmp_path: Path, values):
    nifti.write(tmp_path / "m.nii.gz", values, GRID)
    with pytest.raises(ReadError, match="not a mask"):
        nifti.read_labelmap(tmp_path / "m.nii.gz")


def test_copies_of_one_file_are_two_series_with_the_same_voxels(tmp_path: Path):
    for name in ("a.nii", "b.nii"):
        save(tmp_path / name, VALUES, np.eye(4))
    first, second = reading.open_study(tmp_path).series
    assert second.uid == f"{first.uid}#2"
    assert np.array_equal(reading.load_volume(second).array, VALUES.T)


@pytest.mark.parametrize("kind", [nibabel.Nifti1Pair, nibabel.Nifti2Pair])
def test_a_pair_is_read_from_its_header(tmp_path: Path, kind: type) -> None:
    save(tmp_path / "a.img", VALUES.T, orthogonal(OBLIQUE), kind)
    study = reading.open_study(tmp_path)
    assert study.refused == () and [file.name for file in study.series[0].files] == ["a.hdr", "a.img"]
    volume = reading.load_volume(study.series[0])
    assert np.array_equal(volume.array, VALUES)
    ras = volume.geometry.point_lps((1, 2, 3)) * (-1, -1, 1)
    assert np.allclose(ras, (orthogonal(OBLIQUE) @ (3, 2, 1, 1))[:3], atol=1e-4)
    (tmp_path / "a.img").unlink()
    assert "without its image" in reading.open_study(tmp_path).refused[0].reason


def test_time_points_are_phases_with_their_times(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(np.stack([VALUES.T, VALUES.T + 1, VALUES.T + 2], axis=3), np.eye(4))
    image.header.set_zooms((1, 1, 1, 2.5))
    image.header.set_xyzt_units("mm", "sec")
    nibabel.save(image, tmp_path / "a.nii.gz")
    phases = [one.phase for one in reading.open_study(tmp_path).series]
    assert [(one.index, one.count, one.time_ms) for one in phases if one] == [(0, 3, 0), (1, 3, 2500), (2, 3, 5000)]


def test_a_volume_of_no_numbers_opens_without_a_word_from_numpy(tmp_path: Path) -> None:
    volume = load(save(tmp_path / "a.nii", np.full((2, 2, 2), np.nan, np.float32), np.eye(4)))
    assert volume.unit == "" and np.isnan(volume.array).all()
    assert (volume.default_window().low, volume.default_window().high) == (0, 1)


@pytest.mark.parametrize(
    ("offset", "values", "codes"),
    [
        (80, (float("nan"),), (0, 0)),
        (108, (float("inf"),), (0, 1)),
        (108, (float("nan"),), (0, 1)),
        (256, (1.2, 0.0, 0.0), (1, 0)),
    ],
)
def test_numbers_that_make_no_sense_are_refused_in_words(tmp_path: Path, offset, values, codes):
    nibabel.save(nibabel.Nifti1Image(np.zeros((3, 4, 5), np.int16), np.diag([2, 2, 2, 1.0])), tmp_path / "a.nii")
    damaged = bytearray((tmp_path / "a.nii").read_bytes())
    struct.pack_into(f"<{len(values)}f", damaged, offset, *values)
    struct.pack_into("<2h", damaged, 252, *codes)
    (tmp_path / "a.nii").write_bytes(damaged)
    study = reading.open_study(tmp_path)
    assert study.series == () and len(study.refused) == 1


@pytest.mark.parametrize("offset", [1e30, -352.0])
def test_voxels_that_begin_nowhere_are_refused_in_words(tmp_path: Path, offset: float):
    path = save(tmp_path / "v.nii", VALUES, np.eye(4))
    damaged = bytearray(path.read_bytes())
    struct.pack_into("<f", damaged, 108, offset)
    path.write_bytes(damaged)
    assert "(vox_offset): expected a place in the file" in reading.open_study(path).refused[0].reason


def test_a_mask_of_several_volumes_is_refused_not_cut_to_the_first(tmp_path: Path):
    nibabel.save(nibabel.Nifti1Image(np.ones((3, 4, 5, 2), np.uint8), np.eye(4)), tmp_path / "m.nii")
    with pytest.raises(ReadError, match="holds 2 volumes"):
        nifti.read_labelmap(tmp_path / "m.nii")
