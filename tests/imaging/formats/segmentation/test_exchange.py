"""Every format there and back over every kind of image: not a voxel differs; independent readers see the same."""

import csv
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from pydicom import dcmread

from imaging.errors import ReadError, SaveError
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.segmentation.coco import _uncompressed
from imaging.formats.segmentation.exporting import export_labelmap
from imaging.formats.segmentation.imported import Code, Segment
from imaging.formats.segmentation.importing import import_onto
from imaging.formats.segmentation.mask_format import MaskFormat, format_for
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.progress import Cancelled

PLACED = ["axial", "descending", "oblique", "tilted", "missing", "enhanced", "single"]
FLAT = ["clip", "flat"]
NAMES = {
    MaskFormat.SEG: "m.dcm", MaskFormat.FRACTIONAL: "f.dcm", MaskFormat.LABELMAP: "l.dcm",
    MaskFormat.RTSTRUCT: "r.dcm", MaskFormat.SEG_NRRD: "m.seg.nrrd", MaskFormat.NIFTI: "m.nii.gz",
    MaskFormat.PNG: "m", MaskFormat.COCO: "m.json", MaskFormat.YOLO: "yolo", MaskFormat.CSV: "m.csv",
}  # fmt: skip
VOXELS = [each for each in MaskFormat if each is not MaskFormat.CSV]


def told(mask: Labelmap) -> list[tuple[object, ...]]:
    """What a file keeps of labels beside codes."""
    return [(each.value, each.name, each.colour) for each in mask.labels]


def labelled(image, count: int = 3) -> Labelmap:
    labels = tuple(Label(n + 1, f"part {n + 1}", (10 * n % 256, 200, 255 - n)) for n in range(count))
    made = Provenance("Doe Jane", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC))
    return Labelmap(image.mask(count), image.volume.geometry, labels, made)


def target(folder: Path, kind: MaskFormat, image) -> Path:
    name = NAMES[kind]
    return folder / (f"{name}.png" if kind is MaskFormat.PNG and len(image.volume.array) == 1 else name)


@pytest.mark.parametrize("image_kind", PLACED + FLAT)
@pytest.mark.parametrize("kind", VOXELS)
def test_there_and_back(make_image, tmp_path, image_kind, kind):
    if kind is MaskFormat.RTSTRUCT and image_kind in FLAT:
        pytest.skip("an RT Structure Set needs a place in the patient: refused in a test of its own")
    image = make_image(image_kind)
    mask = labelled(image)
    path = target(tmp_path, kind, image)
    export_labelmap(mask, image.volume, image.series, path, kind)
    found = import_onto(path, grid_of(image.volume), image.series)
    np.testing.assert_array_equal(found.labelmap.array, mask.array)
    assert told(found.labelmap) == told(mask)


@pytest.mark.parametrize("calls", [0, 1, 2])
@pytest.mark.parametrize("kind", [MaskFormat.SEG, MaskFormat.FRACTIONAL, MaskFormat.LABELMAP, MaskFormat.RTSTRUCT])
def test_what_is_stopped_midway_leaves_the_file_as_it_was(make_image, tmp_path, kind, calls):
    image = make_image("axial")
    path = target(tmp_path, kind, image)
    path.write_bytes(b"of before")
    told: list[int] = []

    def report(done: int, total: int, text: str) -> None:
        told.append(done)
        if len(told) > calls:
            raise Cancelled

    mask = labelled(image)
    with pytest.raises(Cancelled):
        export_labelmap(mask, image.volume, image.series, path, kind, report=report)
    assert path.read_bytes() == b"of before"
    assert [each.name for each in tmp_path.glob("*.dcm")] == [path.name]


PLAIN = [MaskFormat.SEG_NRRD, MaskFormat.NIFTI, MaskFormat.PNG, MaskFormat.COCO, MaskFormat.YOLO, MaskFormat.CSV]


@pytest.mark.parametrize("kind", PLAIN)
def test_every_format_can_be_stopped_between_slices_and_leaves_nothing(make_image, tmp_path, kind):
    image = make_image("axial")
    mask, folder = labelled(image), tmp_path / "out"
    path, asked = target(folder, kind, image), 0

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    export_labelmap(mask, image.volume, image.series, path, kind, report=count)
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert before and asked > (3 if kind is MaskFormat.CSV else 5), "before each slice, or each label of a table"
    other = Labelmap(np.array([0, 2, 1, 3], np.uint8)[mask.array], mask.geometry, mask.labels)
    for calls in range(asked):
        left = calls

        def stop(*_: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Cancelled

        with pytest.raises(Cancelled):
            export_labelmap(other, image.volume, image.series, path, kind, report=stop)
        after = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        assert after == before and not list(folder.rglob(".saving-*")), "what was there is as it was"


@pytest.mark.parametrize("kind", VOXELS)
def test_sixty_segments(make_image, tmp_path, kind):
    image = make_image("oblique")
    mask = labelled(image, 60)
    path = target(tmp_path, kind, image)
    export_labelmap(mask, image.volume, image.series, path, kind)
    found = import_onto(path, grid_of(image.volume), image.series)
    np.testing.assert_array_equal(found.labelmap.array, mask.array)
    assert told(found.labelmap) == told(mask)


@pytest.mark.parametrize("kind", [MaskFormat.SEG, MaskFormat.RTSTRUCT, MaskFormat.SEG_NRRD, MaskFormat.NIFTI])
def test_another_image_is_refused(make_image, tmp_path, kind):
    image, other = make_image("axial"), make_image("oblique", "1.2.826.0.1.99.8")
    path = target(tmp_path, kind, image)
    export_labelmap(labelled(image), image.volume, image.series, path, kind)
    with pytest.raises(ReadError):
        import_onto(path, grid_of(other.volume), other.series)


@pytest.mark.parametrize("kind", [MaskFormat.PNG, MaskFormat.COCO, MaskFormat.YOLO])
def test_another_number_of_slices_is_refused(make_image, tmp_path, kind):
    image, other = make_image("axial"), make_image("single", "1.2.826.0.1.99.8")
    path = target(tmp_path, kind, image)
    export_labelmap(labelled(image), image.volume, image.series, path, kind)
    with pytest.raises(ReadError):
        import_onto(path, grid_of(other.volume), other.series)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.dcm", "seg"), ("A.SEG.NRRD", "seg.nrrd"), ("a.nii.gz", "nifti"), ("a.json", "coco"), ("a.txt", None)],
)
def test_a_name_asks_for_a_format(name, kind):
    assert format_for(Path(name)) == kind


@pytest.mark.parametrize("image_kind", FLAT)
def test_outlines_in_millimetres_need_a_place(make_image, tmp_path, image_kind):
    image = make_image(image_kind)
    with pytest.raises(SaveError, match="has no place in the patient") as refused:
        export_labelmap(labelled(image), image.volume, image.series, tmp_path / "r.dcm", MaskFormat.RTSTRUCT)
    assert str(refused.value).endswith("Write a DICOM SEG, which needs none")


@pytest.mark.parametrize("image_kind", ["axial", "oblique", "tilted", "missing"])
def test_nibabel_finds_every_voxel_where_it_lies(make_image, tmp_path, image_kind):
    image = make_image(image_kind)
    mask = labelled(image)
    export_labelmap(mask, image.volume, image.series, tmp_path / "m.nii.gz", MaskFormat.NIFTI)
    theirs = nibabel.load(tmp_path / "m.nii.gz")
    values = np.asarray(theirs.dataobj)
    for k, j, i in np.argwhere(mask.array)[::7]:
        x, y, z = image.volume.slice_geometry(k).point_lps((0, j, i))
        index = np.linalg.inv(theirs.affine) @ (-x, -y, z, 1)
        assert np.abs(index - np.rint(index)).max() < 1e-4
        assert values[tuple(np.rint(index[:3]).astype(int))] == mask.array[k, j, i]
    assert np.count_nonzero(values) == np.count_nonzero(mask.array)


@pytest.mark.parametrize("image_kind", ["axial", "oblique"])
def test_simpleitk_reads_the_nrrd_where_it_lies(make_image, tmp_path, image_kind):
    image = make_image(image_kind)
    mask = labelled(image)
    export_labelmap(mask, image.volume, image.series, tmp_path / "m.seg.nrrd", MaskFormat.SEG_NRRD)
    theirs = SimpleITK.ReadImage(tmp_path / "m.seg.nrrd")
    np.testing.assert_array_equal(SimpleITK.GetArrayFromImage(theirs), mask.array)
    point = theirs.TransformIndexToPhysicalPoint((3, 2, 1))
    np.testing.assert_allclose(point, image.volume.geometry.point_lps((1, 2, 3)), atol=1e-6)
    assert theirs.GetMetaData("Segment1_Name") == "part 2"
    assert theirs.GetMetaData("Segment1_LabelValue") == "2"
    assert theirs.GetMetaData("Segment1_ID") == "Segment_2"


def test_slicerio_reads_names_and_colours(make_image, tmp_path):
    slicerio = pytest.importorskip("slicerio", reason="slicerio is not installed")
    image = make_image("axial")
    mask = labelled(image)
    export_labelmap(mask, image.volume, image.series, tmp_path / "m.seg.nrrd", MaskFormat.SEG_NRRD)
    found = slicerio.read_segmentation(tmp_path / "m.seg.nrrd")
    assert [each["name"] for each in found["segments"]] == ["part 1", "part 2", "part 3"]
    assert [each["labelValue"] for each in found["segments"]] == [1, 2, 3]
    np.testing.assert_allclose(found["segments"][1]["color"], np.array([10, 200, 254]) / 255, atol=1e-5)
    np.testing.assert_array_equal(found["voxels"].transpose(2, 1, 0), mask.array)


def test_overlapping_layers_of_slicer(make_image, tmp_path):
    """Two segments on two layers share a voxel: both have it, though both have the same value in the file."""
    image = make_image("axial")
    export_labelmap(labelled(image, 2), image.volume, image.series, tmp_path / "m.seg.nrrd", MaskFormat.SEG_NRRD)
    head = (tmp_path / "m.seg.nrrd").read_bytes().partition(b"\n\n")[0].decode()
    layers = np.zeros((2, *image.volume.array.shape), np.uint8)
    layers[0, 0, 0, :3] = 1
    layers[1, 0, 0, 2:4] = 1
    sizes = " ".join(map(str, image.volume.array.shape[::-1]))
    head = head.replace("dimension: 3", "dimension: 4").replace(f"sizes: {sizes}", f"sizes: 2 {sizes}")
    head = head.replace("space directions: ", "space directions: none ").replace("encoding: gzip", "encoding: raw")
    head = head.replace("kinds: domain", "kinds: list domain").replace(
        "Segment1_LabelValue:=2", "Segment1_LabelValue:=1"
    )
    head = head.replace("Segment1_Layer:=0", "Segment1_Layer:=1")
    data = layers.transpose(1, 2, 3, 0).tobytes()
    (tmp_path / "two.seg.nrrd").write_bytes(head.encode() + b"\n\n" + data)
    found = import_onto(tmp_path / "two.seg.nrrd", grid_of(image.volume), image.series)
    assert [layer[0, 0, :5].tolist() for layer in found.labelmap.layers] == [[1, 1, 1, 0, 0], [0, 0, 2, 2, 0]]
    assert found.warnings == ()


def test_contours_name_the_image_they_lie_on(make_image, tmp_path):
    image = make_image("descending")
    mask = labelled(image, 1)
    export_labelmap(mask, image.volume, image.series, tmp_path / "r.dcm", MaskFormat.RTSTRUCT)
    heights = {each.SOPInstanceUID: each.ImagePositionPatient[2] for each in image.datasets}
    contours = dcmread(tmp_path / "r.dcm").ROIContourSequence[0].ContourSequence
    assert len(contours) > 4
    for each in contours:
        assert each.ContourData[2] == pytest.approx(heights[each.ContourImageSequence[0].ReferencedSOPInstanceUID])


@pytest.mark.parametrize("image_kind", ["axial", "tilted", "missing", "enhanced"])
def test_the_structure_set_is_valid(make_image, tmp_path, image_kind):
    tool = Path(sys.executable).with_name("dciodvfy")
    if not tool.exists():
        pytest.skip("no dciodvfy (dicom3tools) beside this interpreter")
    image = make_image(image_kind)
    export_labelmap(labelled(image), image.volume, image.series, tmp_path / "r.dcm", MaskFormat.RTSTRUCT)
    said = subprocess.run([tool, "-new", tmp_path / "r.dcm"], capture_output=True, text=True, check=False)
    assert [line for line in (said.stdout + said.stderr).splitlines() if line.startswith("Error")] == []


@pytest.mark.parametrize("kind", [MaskFormat.SEG, MaskFormat.SEG_NRRD])
def test_codes_come_back(make_image, tmp_path, kind):
    image = make_image("axial")
    segment = Segment(1, 1, "part 1", (0, 200, 255), Code("1", "99A", "Thing"), Code("2", "99A", "Part"), "MANUAL")
    path = target(tmp_path, kind, image)
    export_labelmap(labelled(image, 1), image.volume, image.series, path, kind, (segment,))
    assert import_onto(path, grid_of(image.volume), image.series).segments == (segment,)


def test_contours_between_slices_are_told(make_image, tmp_path):
    image = make_image("axial")
    mask = Labelmap(np.zeros(image.volume.array.shape, np.uint8), image.volume.geometry, (Label(1, "lesion"),))
    array = mask.array.copy()
    array[:, 2:5, 3:6] = 1
    mask = Labelmap(array, mask.geometry, mask.labels)
    export_labelmap(mask, image.volume, image.series, tmp_path / "r.dcm", MaskFormat.RTSTRUCT)
    data = dcmread(tmp_path / "r.dcm")
    contour = data.ROIContourSequence[0].ContourSequence[1]
    contour.ContourData = [
        each + (1.0 if n % 3 == 2 else 0.0) for n, each in enumerate(map(float, contour.ContourData))
    ]
    data.save_as(tmp_path / "r.dcm")
    found = import_onto(tmp_path / "r.dcm", grid_of(image.volume), image.series)
    assert found.warnings == ("1 of 5 contours lie between the slices or outside them and were left out",)
    assert found.labelmap.array.sum() == 4 * 9


@settings(max_examples=50, deadline=None)
@given(arrays(np.bool_, (7, 9)))
def test_run_lengths_as_coco_writes_them(mask):
    """The text form is made here as pycocotools does: six bits a character, differences from the third run on."""
    flat = mask.T.reshape(-1)
    runs = np.diff(np.concatenate([[0], np.flatnonzero(np.diff(flat)) + 1, [flat.size]])).tolist()
    runs = [0, *runs] if flat[0] else runs
    text = ""
    for n, run in enumerate(runs):
        value = run - runs[n - 2] if n > 2 else run
        more = True
        while more:
            bits, value = value & 31, value >> 5
            more = value != (-1 if bits & 16 else 0)
            text += chr((bits | 32 if more else bits) + 48)
    assert _uncompressed(text) == runs


def test_coco_polygons_enclose_whole_pixels(make_image, tmp_path):
    image = make_image("flat")
    document = {
        "images": [{"id": 5, "file_name": "a.png", "width": 13, "height": 11}],
        "categories": [{"id": 4, "name": "cyst"}],
        "annotations": [{"id": 1, "image_id": 5, "category_id": 4, "segmentation": [[2, 1, 5, 1, 5, 3, 2, 3]]}],
    }
    (tmp_path / "m.json").write_text(json.dumps(document))
    found = import_onto(tmp_path / "m.json", grid_of(image.volume), image.series)
    expected = np.zeros((1, 11, 13), np.uint8)
    expected[0, 1:3, 2:5] = 4
    np.testing.assert_array_equal(found.labelmap.array, expected)


@pytest.mark.parametrize("region", [{"segmentation": []}, {"segmentation": None}, {}])
def test_coco_boxes_without_an_outline_are_told(make_image, tmp_path, region):
    image = make_image("flat")
    outlined = {"id": 1, "image_id": 5, "category_id": 4, "segmentation": [[2, 1, 5, 1, 5, 3, 2, 3]]}
    document = {
        "images": [{"id": 5, "file_name": "a.png", "width": 13, "height": 11}],
        "categories": [{"id": 4, "name": "cyst"}],
        "annotations": [outlined, {"id": 2, "image_id": 5, "category_id": 4, "bbox": [6, 6, 2, 2], **region}],
    }
    (tmp_path / "m.json").write_text(json.dumps(document))
    found = import_onto(tmp_path / "m.json", grid_of(image.volume), image.series)
    assert found.labelmap.counts() == {4: 6}
    assert found.warnings == ("1 annotations without an outline, such as boxes, were left out",)


@pytest.mark.parametrize("kind", [MaskFormat.SEG, MaskFormat.PNG, MaskFormat.CSV])
def test_no_mask_takes_the_place_of_its_image(make_image, tmp_path, kind):
    image = make_image("flat")
    (file,) = image.series.files
    before, other = file.read_bytes(), tmp_path / "linked.png"
    other.hardlink_to(file)
    for path in (file, other, file.parent / ".." / file.parent.name / file.name):
        with pytest.raises(SaveError, match="a file of the image itself"):
            export_labelmap(labelled(image), image.volume, image.series, path, kind)
    assert file.read_bytes() == before


def test_the_table_of_volumes(make_image, tmp_path):
    image = make_image("axial")
    array = np.zeros(image.volume.array.shape, np.uint8)
    array[1:3, :2, :5] = 1
    labels = (Label(1, "=SUM(A1)", (1, 2, 3)), Label(2, "none"))
    mask = Labelmap(array, image.volume.geometry, labels)
    export_labelmap(mask, image.volume, image.series, tmp_path / "m.csv", MaskFormat.CSV)
    first, second = csv.DictReader((tmp_path / "m.csv").read_text().splitlines())
    assert first["name"] == "'=SUM(A1)" and first["voxels"] == "20"
    assert float(first["volume_ml"]) == pytest.approx(20 * 0.5 * 0.7 * 2.5 / 1000)
    assert (first["first_slice"], first["last_slice"]) == ("2", "3")
    assert (second["voxels"], second["first_slice"]) == ("0", "")
    with pytest.raises(ReadError):
        import_onto(tmp_path / "m.csv", grid_of(image.volume), image.series)


@pytest.mark.parametrize("image_kind", ["tilted", "missing", "clip"])
def test_no_millilitres_where_slices_are_no_even_grid(make_image, tmp_path, image_kind):
    image = make_image(image_kind)
    export_labelmap(labelled(image, 1), image.volume, image.series, tmp_path / "m.csv", MaskFormat.CSV)
    (row,) = csv.DictReader((tmp_path / "m.csv").read_text().splitlines())
    assert row["volume_ml"] == "" and int(row["voxels"]) > 0
    export_labelmap(labelled(image, 1), image.volume, image.series, tmp_path / "m.dcm", MaskFormat.SEG)
    found = import_onto(tmp_path / "m.dcm", grid_of(image.volume), image.series)
    assert found.labelmap.volumes_ml() == {"part 1": None}


@pytest.mark.parametrize("kind", VOXELS)
def test_a_file_cut_anywhere_is_refused_or_right(make_image, tmp_path, kind):
    image = make_image("axial")
    path = target(tmp_path, kind, image)
    export_labelmap(labelled(image), image.volume, image.series, path, kind)
    if path.is_dir():
        path = sorted((path / "labels").glob("*.txt") if kind is MaskFormat.YOLO else path.glob("*.png"))[2]
    whole = path.read_bytes()
    for share in (0.0, 0.01, 0.2, 0.5, 0.8, 0.97):
        path.write_bytes(whole[: int(len(whole) * share)])
        folder = path.parents[1] if kind is MaskFormat.YOLO else path.parent
        place = folder if kind in (MaskFormat.YOLO, MaskFormat.PNG) else path
        try:
            import_onto(place, grid_of(image.volume), image.series)
        except ReadError:
            continue
        assert kind in (MaskFormat.YOLO, MaskFormat.RTSTRUCT), "rows and contours that are whole may be read"
