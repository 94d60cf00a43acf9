"""``wetread info`` and ``wetread convert``: what scripts rely on."""

import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import imagecodecs
import nibabel
import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGLSLossless

from imaging.formats import reading
from imaging.formats.segmentation.seg_writing import write_segmentation
from imaging.labelmap import Label, Labelmap
from imaging.sandbox import Sandbox
from viewer import runtime
from viewer.cli.file_facts import by_file


def document(result) -> dict:
    return json.loads(result.stdout)


def test_info_of_a_ct_is_exact(wetread, make_ct) -> None:
    folder = make_ct()
    result = wetread("info", folder, "--json", "--files")
    assert result.exit_code == 0, result.stderr
    found = document(result)
    (series,) = found["series"]
    expected = {
        "uid": "2.25.101",
        "modality": "CT",
        "description": "Axial",
        "kind": "volume",
        "shape_kji": [3, 2, 3],
        "unit": "HU",
        "spacing_mm": [2.5, 0.5, 0.75],
        "origin_lps": [-10.0, -20.0, 30.0],
        "direction": [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]],
        "frames": 3,
        "frame_time_ms": None,
        "photometric": "MONOCHROME2",
        "min": -1024,
        "max": -1024 + 205,
        "mean": -1024 + 102.5,
        "study_uid": "2.25.100",
        "patient_id": "P7",
        "number": 4,
    }
    assert {key: series[key] for key in expected} == expected
    assert series["affine_lps"] == [[0, 0, 0.75, -10], [0, 0.5, 0, -20], [2.5, 0, 0, 30], [0, 0, 0, 1]]
    assert series["files"] == [str(folder / f"{k}.dcm") for k in range(3)]
    assert found["refused"] == [] and isinstance(series["warnings"], list) and series["dtype"] == "int16"


def test_files_are_listed_on_request_only(wetread, make_ct) -> None:
    assert "files" not in document(wetread("info", make_ct(), "--json"))["series"][0]


def test_a_picture_claims_no_millimetres(wetread, tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 10, 20], [30, 40, 255]], np.uint8)).save(tmp_path / "a.png")
    (series,) = document(wetread("info", tmp_path / "a.png", "--json"))["series"]
    assert [series[key] for key in ("spacing_mm", "origin_lps", "direction", "affine_lps")] == [None] * 4
    assert (series["kind"], series["shape_kji"], series["channels"]) == ("image", [1, 2, 3], 1)
    assert (series["min"], series["max"], series["mean"]) == (0, 255, 355 / 6)


def test_the_built_in_study_has_all_three_kinds(wetread, phantom_study) -> None:
    found = document(wetread("info", phantom_study.study, "--json"))
    kinds = {series["modality"]: series["kind"] for series in found["series"]}
    assert kinds == {"CT": "volume", "DX": "image", "US": "clip"}
    clip = next(series for series in found["series"] if series["modality"] == "US")
    assert clip["frame_time_ms"] == 50.0 and clip["frames"] == clip["shape_kji"][0]
    assert clip["spacing_mm"][0] is None, "frames follow each other in time, not in space"


def test_statistics_leave_out_what_is_no_number(wetread, tmp_path: Path) -> None:
    values = np.array([[[np.nan, 1, 2], [3, 4, np.inf]]], np.float32).T
    nibabel.save(nibabel.Nifti1Image(values, np.eye(4)), tmp_path / "nan.nii")
    (series,) = document(wetread("info", tmp_path / "nan.nii", "--json"))["series"]
    assert (series["min"], series["max"], series["mean"]) == (1, 4, 2.5)


def test_what_cannot_be_read_is_named_and_the_rest_is_there(wetread, make_ct) -> None:
    folder = make_ct()
    (folder / "letter.dcm").write_text("Dear colleague, this is a letter and no image.")
    result = wetread("info", folder, "--json")
    found = document(result)
    assert result.exit_code == 0 and len(found["series"]) == 1
    (refusal,) = found["refused"]
    assert refusal["file"] == str(folder / "letter.dcm") and len(refusal["reason"]) > 10


def test_files_of_an_archive_are_named_as_its_members(wetread, make_ct, tmp_path) -> None:
    folder = make_ct()
    (folder / "notes.txt").write_text("no image")
    archive = Path(shutil.make_archive(str(tmp_path / "study"), "zip", folder))
    found = document(wetread("info", archive, "--json", "--files"))
    members = {str(archive / each.name) for each in folder.iterdir()}
    assert {one["file"] for one in found["files"]} == members
    assert set(found["series"][0]["files"]) == members - {str(archive / "notes.txt")}
    written = document(wetread("convert", archive, tmp_path / "out", "--json"))
    assert [one["file"] for one in written["refused"]] == [str(archive / "notes.txt")]


def test_a_series_whose_pixels_are_cut_off_is_refused_with_its_files(wetread, make_ct) -> None:
    folder, other = make_ct("all/whole"), make_ct("all/cut", uid="2.25.202")
    victim = other / "1.dcm"
    victim.write_bytes(victim.read_bytes()[:-7])
    found = document(wetread("info", folder.parent, "--json"))
    assert "2.25.101" in [series["uid"] for series in found["series"]]
    assert str(victim) in [one["file"] for one in found["refused"]]


def test_nothing_to_see_is_a_failure_in_words(wetread, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    result = wetread("info", empty, "--json")
    assert result.exit_code == 1 and document(result)["series"] == []
    assert document(result)["error"] in result.stderr and "holds no files" in result.stderr
    result = wetread("info", tmp_path / "gone", "--json")
    assert result.exit_code == 1 and "gone" in document(result)["error"]
    assert result.stderr.count("\n") == 1, "one line"


def test_info_as_text(wetread, make_ct) -> None:
    result = wetread("info", make_ct())
    assert result.exit_code == 0
    assert "CT  Axial" in result.stdout and "spacing 2.5 x 0.5 x 0.75 mm (k, j, i)" in result.stdout
    assert "values -1024 to -819, mean -921.5" in result.stdout


def test_convert_keeps_values_and_place(wetread, make_ct, tmp_path: Path) -> None:
    out = tmp_path / "made" / "ct.nii.gz"
    result = wetread("convert", make_ct(), out)
    assert result.exit_code == 0, result.stderr
    image = nibabel.load(out)
    expected = np.arange(6).reshape(2, 3)[None] + 100 * np.arange(3)[:, None, None] - 1024
    assert np.array_equal(np.asarray(image.dataobj).T, expected)
    ras = image.affine @ [2, 1, 2, 1]
    assert np.allclose(ras[:3], [10 - 2 * 0.75, 20 - 0.5, 35]), "x and y change sign from LPS to RAS"


def test_convert_wants_one_series(wetread, make_ct, tmp_path: Path) -> None:
    make_ct("two/a")
    folder = make_ct("two/b", uid="2.25.202").parent
    result = wetread("convert", folder, tmp_path / "out.nii")
    assert result.exit_code == 1 and "2.25.101" in result.stderr and "2.25.202" in result.stderr
    result = wetread("convert", folder, tmp_path / "out.nii", "--series", "2.25.202")
    assert result.exit_code == 0 and (tmp_path / "out.nii").is_file()
    result = wetread("convert", folder, tmp_path / "no.nii", "--series", "1.1")
    assert result.exit_code == 1 and "no series 1.1" in result.stderr and not (tmp_path / "no.nii").exists()


def test_slices_without_a_grid_are_not_converted(wetread, make_ct, tmp_path: Path) -> None:
    result = wetread("convert", make_ct(slices=(0, 1, 2, 5)), tmp_path / "out.nii.gz")
    assert result.exit_code == 1 and "cannot be written as one NIfTI file" in result.stderr
    assert not (tmp_path / "out.nii.gz").exists()


def test_a_folder_of_everything_is_converted_in_one_call(wetread, make_ct, phantom_study, tmp_path: Path) -> None:
    make_ct("mix/gap", slices=(0, 1, 2, 5))
    make_ct("mix/ct", uid="2.25.202")
    folder = tmp_path / "mix"
    (folder / "clip").symlink_to(phantom_study.ultrasound)
    Image.fromarray(np.full((2, 3, 3), (10, 20, 30), np.uint8)).save(folder / "colour.png")
    (folder / "broken.dcm").write_bytes(b"DICM")
    found = document(wetread("convert", folder, tmp_path / "all", "--json"))
    outs = {each["uid"]: [Path(one) for one in each["out"]] for each in found["written"]}
    gaps = [nibabel.load(one) for one in outs["2.25.101"]]
    assert [one.affine[2, 3] for one in gaps] == [30, 32.5, 35, 42.5], "each slice in its own place"
    assert [float(np.asarray(one.dataobj).min()) for one in gaps] == [-1024, -924, -824, -524]
    (volume,) = outs["2.25.202"]
    assert nibabel.load(volume).shape == (3, 2, 3)
    pictures = [out for each in outs.values() for out in each if out.suffix == ".png"]
    assert np.array_equal(np.asarray(Image.open(pictures[0]))[0, 0], (10, 20, 30))
    assert [Path(one["file"]).name for one in found["refused"]] == ["broken.dcm"]


@pytest.fixture
def unrelated(make_ct, phantom_study, tmp_path: Path) -> Path:
    """Files that have nothing to do with one another: what the viewer knows of each is to be told and written."""
    folder = make_ct("mix/windows", uid="2.25.301").parent
    make_ct("mix/padded", uid="2.25.302")
    make_ct("mix/covered", slices=(0,), uid="2.25.303")
    for k in range(3):
        change(folder / "windows" / f"{k}.dcm", WindowCenter=40 + 10 * k, WindowWidth=400)
        change(folder / "padded" / f"{k}.dcm", RescaleIntercept=-1024 - k, PixelPaddingValue=100)
    edges = {
        "WindowCenter": 40,
        "ShutterLeftVerticalEdge": 1,
        "ShutterRightVerticalEdge": 2,
        "ShutterUpperHorizontalEdge": 1,
    }
    change(
        folder / "covered" / "0.dcm", ShutterShape="RECTANGULAR", ShutterLowerHorizontalEdge=2, WindowWidth=0, **edges
    )
    (folder / "clip").symlink_to(phantom_study.ultrasound)
    Image.fromarray(np.full((2, 3), 7, np.uint8)).save(folder / "grey.png")
    image = reading.open_study(folder / "windows").series[0]
    volume = reading.load_volume(image)
    mask = Labelmap((volume.array > -900).astype(np.uint8), volume.geometry, (Label(1, "part", (255, 0, 0)),))
    write_segmentation(mask, volume, image, folder / "mask.dcm")
    return folder


def change(path: Path, **values: object) -> None:
    data = dcmread(path)
    for keyword, value in values.items():
        setattr(data, keyword, value)
        if data[keyword].VR == "US or SS":
            data[keyword].VR = "US"
    data.save_as(path)


def test_info_and_convert_say_of_unrelated_files_what_the_viewer_shows(
    wetread, unrelated: Path, tmp_path: Path
) -> None:
    found = document(wetread("info", unrelated, "--files", "--json"))
    written = {
        one["uid"]: one["out"] for one in document(wetread("convert", unrelated, tmp_path / "o", "--json"))["written"]
    }
    with Sandbox() as sandbox:
        shown = {one.uid: sandbox.load_volume(one) for one in sandbox.open_study(unrelated).series}
    told = {one["uid"]: one for one in found["series"]}
    assert told.keys() == shown.keys() == written.keys() and len(shown) == 6 and found["refused"] == []
    for uid, volume in shown.items():
        assert (told[uid]["min"], told[uid]["max"]) == (volume.array.min(), volume.array.max())
        assert told[uid]["mean"] == pytest.approx(volume.array.mean(dtype=np.float64))
        assert told[uid]["windows_by_slice"] == [asdict(each) for each in volume.slice_windows]
        assert told[uid]["padding_by_slice"] == [list(each) for each in volume.slice_paddings]
        assert set(volume.warnings) <= set(told[uid]["warnings"])
        (out,) = written[uid]
        assert np.array_equal(np.asarray(nibabel.load(out).dataobj).T, volume.array)
    assert [each["centre"] for each in told["2.25.301"]["windows_by_slice"]] == [40, 50, 60]
    assert told["2.25.302"]["padding_by_slice"] == [[-924, -924], [-925, -925], [-926, -926]]
    assert told["2.25.303"]["shutter"]["box_ji"] == [0, 0, 1, 1]
    assert any("its width must be above 0" in each for each in told["2.25.303"]["warnings"])
    outcomes = {Path(one["file"]).name: one["outcome"] for one in found["files"]}
    assert outcomes["mask.dcm"] == "image" and outcomes["grey.png"] == "image"
    (mask,) = (one for one in found["series"] if one["modality"] == "SEG")
    assert mask["max"] == 1


def test_info_gives_values_and_place_of_each_file(wetread, make_ct) -> None:
    folder = make_ct(slices=(0, 1, 2, 5))
    (series,) = document(wetread("info", folder, "--json", "--files"))["series"]
    last = series["values_by_file"][3]
    assert last["file"] == str(folder / "5.dcm") and last["frames"] == 1
    assert (last["min"], last["max"], last["mean"]) == (-524, -519, -521.5)
    assert last["position_lps"] == [-10, -20, 42.5] and last["orientation"] == [1, 0, 0, 0, 1, 0]
    assert last["spacing_row_col_mm"] == [0.5, 0.75]


def test_every_file_of_a_folder_is_listed_once_with_what_became_of_it(wetread, make_ct, tmp_path: Path) -> None:
    folder = make_ct("mix/ct").parent
    Image.fromarray(np.full((2, 3, 3), (10, 20, 30), np.uint8)).save(folder / "colour.png")
    (folder / "broken.dcm").write_bytes(b"DICM")
    found = document(wetread("info", folder, "--json", "--files"))["files"]
    names = ["broken.dcm", "colour.png", "ct/0.dcm", "ct/1.dcm", "ct/2.dcm"]
    assert [Path(one["file"]).relative_to(folder).as_posix() for one in found] == names
    assert [one["outcome"] for one in found] == ["refused", "image", "image", "image", "image"]
    assert found[1]["rgb_mean"] == [10, 20, 30] and found[0]["reason"]
    assert [one["mean"] for one in found[2:]] == [-1021.5, -921.5, -821.5] and found[2]["series"] == ["2.25.101"]


def test_a_header_beside_its_voxels_has_the_values_of_both(wetread, tmp_path: Path) -> None:
    np.arange(24, dtype="<i2").tofile(tmp_path / "v.raw")
    (tmp_path / "v.nhdr").write_bytes(
        b"NRRD0004\ntype: short\ndimension: 3\nsizes: 4 3 2\nspacings: 1 1 1\nencoding: raw\nendian: little\n"
        b"data file: v.raw\n\n"
    )
    found = document(wetread("info", tmp_path, "--json", "--files"))["files"]
    assert [(Path(one["file"]).name, one["outcome"], one.get("max")) for one in found] == [
        ("v.nhdr", "image", 23),
        ("v.raw", "image", None),
    ]


def test_frame_times_are_told_one_by_one(wetread, tmp_path: Path) -> None:
    frames = [Image.new("L", (4, 3), grey) for grey in (10, 100, 200)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=[100, 250, 50])
    (series,) = document(wetread("info", tmp_path / "a.gif", "--json"))["series"]
    assert series["frame_times_ms"] == [0, 100, 350]


def test_a_damaged_frame_costs_its_file_only(wetread, make_ct) -> None:
    folder = make_ct(slices=(0, 1, 2, 3))
    data = dcmread(folder / "3.dcm")
    data.PixelData = encapsulate([bytes(imagecodecs.jpegls_encode(data.pixel_array.astype(np.uint16)))[:20]])
    data["PixelData"].VR, data.file_meta.TransferSyntaxUID = "OB", JPEGLSLossless
    data.save_as(folder / "3.dcm")
    found = document(wetread("info", folder, "--json", "--files"))
    assert found["series"][0]["shape_kji"][0] == 3
    assert [one["outcome"] for one in found["files"]] == ["image", "image", "image", "refused"]
    assert found["files"][3]["patient_name"] == found["files"][0]["patient_name"] != ""
    written = document(wetread("convert", folder, folder.parent / "out", "--json"))
    assert len(written["written"]) == 1 and [Path(one["file"]).name for one in written["refused"]] == ["3.dcm"]


def test_values_of_a_file_in_several_series_are_put_together() -> None:
    def part(low: float, mean: float, frames: int, red: float) -> dict:
        values = {"min": low, "max": 9, "mean": mean, "count": 10 * frames, "rgb_mean": [red, 0, 0]}
        place = dict.fromkeys(("position_lps", "orientation", "spacing_row_col_mm"))
        return {"file": "a", "frames": frames, "dtype": "uint8", **values, **place}

    series = [
        {"uid": "1", "patient_name": "A^B", "files": ["a"], "values_by_file": [part(1, 2.0, 1, 40)]},
        {"uid": "1#2", "patient_name": "A^B", "files": ["a"], "values_by_file": [part(0, 6.0, 3, 80)]},
    ]
    (one,) = by_file({"series": series, "documents": [], "refused": []})
    assert one["patient_name"] == "A^B"
    assert (one["series"], one["frames"], one["min"], one["max"]) == (["1", "1#2"], 4, 0, 9)
    assert (one["mean"], one["rgb_mean"]) == (5.0, [70, 0, 0])


def test_info_gives_the_mean_colour(wetread, tmp_path: Path) -> None:
    Image.fromarray(np.full((2, 3, 3), (10, 20, 30), np.uint8)).save(tmp_path / "a.png")
    (series,) = document(wetread("info", tmp_path / "a.png", "--json"))["series"]
    assert series["rgb_mean"] == [10, 20, 30] and series["inverted"] is False and series["windows"] == []


def test_a_flat_image_is_not_converted(wetread, phantom_study, tmp_path: Path) -> None:
    result = wetread("convert", phantom_study.xray, tmp_path / "out.nii.gz")
    assert result.exit_code == 1 and "flat image" in result.stderr


@pytest.mark.parametrize("name", ["out.dcm", "out.gz", "out.png"])
def test_another_ending_is_wrong_usage(wetread, make_ct, tmp_path: Path, name: str) -> None:
    assert wetread("convert", make_ct(), tmp_path / name).exit_code == 2


@pytest.mark.parametrize("name", ["out.nii", "out.nii.gz"])
def test_a_full_disk_leaves_what_stood_there(phantom_study, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    out.write_bytes(b"what stood there")
    program = (
        "import resource; from imaging.formats import nifti; from viewer.cli import program; write = nifti.write\n"
        "def on_a_full_disk(*what):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)); write(*what)\n"
        "nifti.write = on_a_full_disk; program()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "convert", phantom_study.ct, out],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1 and "could not be saved" in done.stderr, done.stderr
    assert out.read_bytes() == b"what stood there" and [one.name for one in tmp_path.iterdir() if one.is_file()] == [
        name
    ]


def test_an_embedded_colour_profile_is_noted(wetread, make_ct) -> None:
    folder = make_ct(slices=(0,))
    assert "ICC" not in wetread("info", folder).stdout
    data = dcmread(folder / "0.dcm")
    data.ICCProfile = bytes(128) + (1).to_bytes(4) + b"desc" + (144).to_bytes(4) + (20).to_bytes(4)
    data.ICCProfile += b"desc" + bytes(4) + (7).to_bytes(4) + b"Scanner" + bytes(1)
    data.save_as(folder / "0.dcm")
    assert "  ICC profile, not applied: Scanner\n" in wetread("info", folder).stdout
    (series,) = document(wetread("info", folder, "--json"))["series"]
    assert series["icc_profile"] == "Scanner"


@pytest.mark.parametrize("command", ["info", "convert"])
def test_a_vulnerable_library_reads_no_file(wetread, make_ct, tmp_path: Path, monkeypatch, command: str) -> None:
    monkeypatch.setattr(runtime, "unsafe_library", lambda: "pydicom 3.0.1 is too old: 3.0.2 or newer is needed.")
    arguments = [make_ct(), tmp_path / "out", "--json"] if command == "convert" else [make_ct(), "--json"]
    result = wetread(command, *arguments)
    assert result.exit_code == 1 and "pydicom 3.0.1 is too old" in result.stderr
    assert list(document(result)) == ["error"] and not (tmp_path / "out").exists()
