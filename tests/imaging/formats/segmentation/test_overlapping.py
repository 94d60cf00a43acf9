"""Segments that overlap, there and back: not a voxel of any differs; independent readers find the same."""

import csv
import subprocess
import sys
from pathlib import Path

import highdicom as hd
import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydicom import dcmread

from imaging.errors import SaveError
from imaging.formats.authoring.image_grid import ImageGrid, grid_of
from imaging.formats.segmentation.exporting import export_labelmap
from imaging.formats.segmentation.importing import import_onto
from imaging.formats.segmentation.mask_format import MaskFormat
from imaging.formats.segmentation.nrrd_file import NrrdFile, read_nrrd
from imaging.formats.segmentation.painting import Painting
from imaging.formats.segmentation.seg_nrrd import read_seg_nrrd, write_seg_nrrd
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Code, Label, Labelmap
from imaging.layers import overlap

WHOLE = {
    MaskFormat.SEG: "m.dcm", MaskFormat.FRACTIONAL: "f.dcm", MaskFormat.RTSTRUCT: "r.dcm",
    MaskFormat.SEG_NRRD: "m.seg.nrrd", MaskFormat.COCO: "m.json", MaskFormat.YOLO: "yolo",
}  # fmt: skip
SINGLE = {MaskFormat.LABELMAP: "l.dcm", MaskFormat.NIFTI: "m.nii.gz", MaskFormat.PNG: "m"}
GROUND_GLASS = Code("RID28531", "RADLEX", "ground-glass opacity")
LABELS = (
    Label(1, "lung"),
    Label(2, "ground glass", (86, 180, 233), code=GROUND_GLASS, layer=1),
    Label(3, "nodule", (0, 158, 115), layer=1),
)


def overlapping(image) -> Labelmap:
    """Half of the voxels lung, a third ground glass, a third nodule: each of the latter also lung or not, by chance."""
    low, high = np.random.default_rng(3).integers(0, 6, (2, *image.volume.array.shape))
    layers = (low < 3).astype(np.uint8), np.select([high < 2, high < 4], [2, 3]).astype(np.uint8)
    for layer in layers:
        layer[1:2] = 0
    return Labelmap(layers[0], image.volume.geometry, LABELS, further=layers[1:])


@pytest.mark.parametrize("image_kind", ["axial", "oblique", "tilted", "missing", "enhanced", "single", "clip"])
@pytest.mark.parametrize("kind", WHOLE)
def test_there_and_back(make_image, tmp_path, image_kind, kind):
    if kind is MaskFormat.RTSTRUCT and image_kind == "clip":
        pytest.skip("an RT Structure Set needs a place in the patient")
    image = make_image(image_kind)
    mask = overlapping(image)
    export_labelmap(mask, image.volume, image.series, tmp_path / WHOLE[kind], kind)
    found = import_onto(tmp_path / WHOLE[kind], grid_of(image.volume), image.series).labelmap
    assert [label.name for label in found.labels] == ["lung", "ground glass", "nodule"]
    for label in LABELS:
        np.testing.assert_array_equal(found.inside(label.value), mask.inside(label.value), label.name)
    assert len(found.layers) == 2, "ground glass and nodule share a layer"


@pytest.mark.parametrize("kind", SINGLE)
def test_a_format_with_one_value_per_voxel_says_what_it_cannot_hold(make_image, tmp_path, kind):
    image = make_image("axial")
    mask = overlapping(image)
    shared = int((mask.array.astype(bool) & mask.further[0].astype(bool)).sum())
    with pytest.raises(SaveError, match=rf"{shared} voxels belong to several segments.*\.seg\.nrrd"):
        export_labelmap(mask, image.volume, image.series, tmp_path / SINGLE[kind], kind)
    assert not (tmp_path / SINGLE[kind]).exists()


@pytest.mark.parametrize("kind", SINGLE)
def test_layers_without_overlap_become_one(make_image, tmp_path, kind):
    image = make_image("axial")
    mask = image.mask(3)
    layers = np.where(mask == 1, mask, 0), np.where(mask > 1, mask, 0)
    apart = Labelmap(layers[0], image.volume.geometry, LABELS, further=layers[1:])
    export_labelmap(apart, image.volume, image.series, tmp_path / SINGLE[kind], kind)
    found = import_onto(tmp_path / SINGLE[kind], grid_of(image.volume), image.series).labelmap
    np.testing.assert_array_equal(found.array, mask)
    assert found.further == ()


def test_the_table_of_volumes_counts_each_in_its_own_layer(make_image, tmp_path):
    image = make_image("axial")
    mask = overlapping(image)
    export_labelmap(mask, image.volume, image.series, tmp_path / "m.csv", MaskFormat.CSV)
    rows = csv.DictReader((tmp_path / "m.csv").read_text().splitlines())
    assert [int(row["voxels"]) for row in rows] == [int(mask.inside(label.value).sum()) for label in LABELS]


def test_highdicom_finds_every_segment_and_that_they_overlap(make_image, tmp_path):
    image = make_image("axial")
    mask = overlapping(image)
    export_labelmap(mask, image.volume, image.series, tmp_path / "m.dcm", MaskFormat.SEG)
    read = hd.seg.segread(tmp_path / "m.dcm")
    assert read.SegmentsOverlap == "YES"
    frames = read.get_pixels_by_source_instance([data.SOPInstanceUID for data in image.datasets])
    for n, label in enumerate(LABELS):
        np.testing.assert_array_equal(frames[..., n], image.in_order_of_files(mask.inside(label.value)), label.name)


@pytest.mark.parametrize("kind", [MaskFormat.SEG, MaskFormat.RTSTRUCT])
def test_dciodvfy_finds_no_error(make_image, tmp_path, kind):
    tool = Path(sys.executable).with_name("dciodvfy")
    if not tool.exists():
        pytest.skip("no dciodvfy (dicom3tools) beside this interpreter")
    image = make_image("oblique")
    export_labelmap(overlapping(image), image.volume, image.series, tmp_path / "m.dcm", kind)
    said = subprocess.run([tool, "-new", tmp_path / "m.dcm"], capture_output=True, text=True, check=False)
    assert [line for line in (said.stdout + said.stderr).splitlines() if line.startswith("Error")] == []


def test_segments_that_do_not_overlap_are_said_not_to(make_image, tmp_path):
    image = make_image("axial")
    apart = Labelmap(image.mask(3), image.volume.geometry, tuple(Label(n, f"part {n}") for n in (1, 2, 3)))
    export_labelmap(apart, image.volume, image.series, tmp_path / "m.dcm", MaskFormat.SEG)
    assert dcmread(tmp_path / "m.dcm").SegmentsOverlap == "NO"


def test_overlapping_segments_of_highdicom_are_kept_whole(make_image, write_seg):
    image = make_image("axial")
    pixels = np.random.default_rng(7).integers(0, 2, (*image.volume.array.shape, 4)).astype(np.uint8)
    found = import_onto(write_seg(image, pixels, labels=4), grid_of(image.volume), image.series)
    for n in range(4):
        stored = image.in_order_of_files(found.labelmap.inside(n + 1))
        np.testing.assert_array_equal(stored, pixels[..., n], f"segment {n + 1}")
    assert found.warnings == () and [label.layer for label in found.labelmap.labels] == [0, 1, 2, 3]


def test_simpleitk_reads_the_layers_that_slicer_would(make_image, tmp_path):
    """Slicer and slicerio find a segment by its layer, a component of the voxel, and its value there."""
    image = make_image("oblique")
    mask = overlapping(image)
    export_labelmap(mask, image.volume, image.series, tmp_path / "m.seg.nrrd", MaskFormat.SEG_NRRD)
    read = SimpleITK.ReadImage(tmp_path / "m.seg.nrrd")
    voxels = SimpleITK.GetArrayFromImage(read)
    assert voxels.shape == (*image.volume.array.shape, 2)
    np.testing.assert_allclose(read.GetOrigin(), image.volume.geometry.origin_lps, atol=1e-9)
    for n, label in enumerate(LABELS):
        assert read.GetMetaData(f"Segment{n}_Name") == label.name
        layer, value = (int(read.GetMetaData(f"Segment{n}_{key}")) for key in ("Layer", "LabelValue"))
        np.testing.assert_array_equal(voxels[..., layer] == value, mask.inside(label.value), label.name)
        ends = [int(each) for each in read.GetMetaData(f"Segment{n}_Extent").split()]
        hits = np.argwhere(mask.inside(label.value))
        assert ends == [int(f(hits[:, axis])) for axis in (2, 1, 0) for f in (np.min, np.max)]


@given(arrays(np.bool_, (4, 2, 3, 3)), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_painting_keeps_every_segment_whole_in_whatever_order_its_planes_come(wanted, chance):
    """In never more layers than segments, and in one where none overlap."""
    painting = Painting((2, 3, 3))
    planes = [(n, k) for n in range(4) for k in range(2)]
    chance.shuffle(planes)
    for n, k in planes:
        painting.add(k, wanted[n, k], n + 1)
    labels = painting.placed(Label(n + 1, str(n)) for n in range(4))
    for n, label in enumerate(labels):
        np.testing.assert_array_equal(painting.layers[label.layer] == n + 1, wanted[n])
    assert len(painting.layers) <= 4
    if (wanted.sum(axis=0) <= 1).all():
        assert len(painting.layers) == 1


def test_slicerio_reads_every_segment_and_what_it_writes_is_read_whole(make_image, tmp_path):
    slicerio = pytest.importorskip("slicerio", reason="slicerio is not installed")
    image = make_image("oblique")
    mask = overlapping(image)
    export_labelmap(mask, image.volume, image.series, tmp_path / "m.seg.nrrd", MaskFormat.SEG_NRRD)
    theirs = slicerio.read_segmentation(str(tmp_path / "m.seg.nrrd"))
    for segment, label in zip(theirs["segments"], LABELS, strict=True):
        assert segment["name"] == label.name
        found = theirs["voxels"][segment["layer"]] == segment["labelValue"]
        np.testing.assert_array_equal(found.transpose(2, 1, 0), mask.inside(label.value), label.name)
    slicerio.write_segmentation(str(tmp_path / "again.seg.nrrd"), theirs)
    again = import_onto(tmp_path / "again.seg.nrrd", grid_of(image.volume), image.series).labelmap
    for label in LABELS:
        np.testing.assert_array_equal(again.inside(label.value), mask.inside(label.value), label.name)


def test_a_file_of_slicer_with_a_segment_over_others(tmp_path):
    """Eight segments of a chest, a sphere over several of them: as slicerio reads them, there and back."""
    slicerio = pytest.importorskip("slicerio", reason="slicerio is not installed")
    path = Path(slicerio.__file__).parent / "data" / "SegmentationOverlapping.seg.nrrd"
    grid = ImageGrid(geometry_of(read_nrrd(path)))
    found = read_seg_nrrd(path, grid).labelmap
    write_seg_nrrd(found, grid, tmp_path / "again.seg.nrrd")
    again = read_seg_nrrd(tmp_path / "again.seg.nrrd", grid).labelmap
    theirs = slicerio.read_segmentation(str(path))
    assert len(theirs["segments"]) == 8 and np.count_nonzero(overlap(found.layers)) > 10_000
    for segment, label in zip(theirs["segments"], found.labels, strict=True):
        inside = (theirs["voxels"][segment["layer"]] == segment["labelValue"]).transpose(2, 1, 0)
        np.testing.assert_array_equal(found.inside(label.value), inside, label.name)
        np.testing.assert_array_equal(again.inside(label.value), inside, label.name)


def geometry_of(file: NrrdFile) -> Geometry:
    """The grid that a file states."""
    assert file.affine is not None
    spacing = np.linalg.norm(file.affine[:3, :3], axis=0)
    axes = [tuple(column) for column in (file.affine[:3, :3] / spacing).T.tolist()]
    k, j, i = file.layers.shape[1:]
    return Geometry((k, j, i), tuple(spacing.tolist()), tuple(file.affine[:3, 3].tolist()), (axes[0], axes[1], axes[2]),
                    Calibration.PATIENT)  # fmt: skip
