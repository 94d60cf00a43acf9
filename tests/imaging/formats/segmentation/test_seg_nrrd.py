"""NRRD masks: nothing in them is left out without a word, and codes and marks of segments come back."""

import numpy as np
import pytest
import SimpleITK

from imaging.errors import ReadError
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.segmentation.exporting import export_labelmap
from imaging.formats.segmentation.importing import import_onto
from imaging.formats.segmentation.mask_format import MaskFormat
from imaging.labelmap import Code, Label, Labelmap

LESION = Code("52988006", "SCT", "Lesion")


def written_by_simpleitk(path, image, array: np.ndarray):
    written = SimpleITK.GetImageFromArray(array)
    geometry = image.volume.geometry
    written.SetSpacing(geometry.spacing_mm[::-1])
    written.SetOrigin(geometry.origin_lps)
    written.SetDirection(np.array(geometry.axes_lps[::-1]).T.ravel().tolist())
    SimpleITK.WriteImage(written, str(path))
    return path


@pytest.mark.parametrize("value", [300, -4])
def test_values_that_no_mask_holds_are_refused(make_image, tmp_path, value):
    image = make_image("axial")
    array = image.mask().astype(np.int16)
    array[array == 2] = value
    path = written_by_simpleitk(tmp_path / "m.nrrd", image, array)
    with pytest.raises(ReadError, match=rf"values from .*{value}.*expected 0 to 255"):
        import_onto(path, grid_of(image.volume), image.series)


def test_large_values_with_segment_fields_are_kept(make_image, tmp_path):
    image = make_image("axial")
    mask = Labelmap(image.mask(), image.volume.geometry, (Label(1, "one"), Label(2, "two")))
    path = tmp_path / "m.seg.nrrd"
    export_labelmap(mask, image.volume, image.series, path, MaskFormat.SEG_NRRD)
    head = path.read_bytes().partition(b"\n\n")[0].decode()
    head = head.replace("type: unsigned char", "type: short").replace("encoding: gzip", "encoding: raw")
    head = head.replace("Segment1_LabelValue:=2", "Segment1_LabelValue:=300")
    stored = np.array([0, 1, 300], "<i2")[mask.array]
    path.write_bytes(head.encode() + b"\n\n" + stored.tobytes())
    found = import_onto(path, grid_of(image.volume), image.series)
    assert [label.name for label in found.labelmap.labels] == ["one", "two"]
    for label, value in zip(found.labelmap.labels, (1, 2), strict=True):
        np.testing.assert_array_equal(found.labelmap.inside(label.value), mask.array == value)
    assert found.warnings == ()


def test_voxels_of_no_segment_are_told(make_image, tmp_path):
    image = make_image("axial")
    mask = Labelmap(image.mask(), image.volume.geometry, (Label(1, "one"),))
    path = tmp_path / "m.seg.nrrd"
    export_labelmap(mask, image.volume, image.series, path, MaskFormat.SEG_NRRD)
    found = import_onto(path, grid_of(image.volume), image.series)
    np.testing.assert_array_equal(found.labelmap.array, mask.array == 1)
    count = np.count_nonzero(mask.array == 2)
    assert found.warnings == (f"{count} voxels of values that no segment has were left out",)


def test_layers_of_which_nothing_is_said_are_refused(make_image, tmp_path):
    image = make_image("axial")
    k, j, i = image.volume.array.shape
    head = f"NRRD0005\ntype: uint8\ndimension: 4\nsizes: 2 {i} {j} {k}\nencoding: raw\n\n"
    (tmp_path / "m.nrrd").write_bytes(head.encode() + np.ones(2 * i * j * k, np.uint8).tobytes())
    with pytest.raises(ReadError, match="2 layers without segment fields"):
        import_onto(tmp_path / "m.nrrd", grid_of(image.volume), image.series)


def test_more_segments_than_a_mask_holds_are_refused(make_image, tmp_path):
    image = make_image("axial")
    k, j, i = image.volume.array.shape
    fields = "".join(f"Segment{n}_ID:=s{n}\nSegment{n}_LabelValue:={n + 1}\n" for n in range(256))
    head = f"NRRD0005\ntype: uint16\ndimension: 3\nsizes: {i} {j} {k}\nencoding: raw\nendian: little\n{fields}\n"
    (tmp_path / "m.seg.nrrd").write_bytes(head.encode() + np.zeros(i * j * k, "<u2").tobytes())
    with pytest.raises(ReadError, match="more segments than the 255"):
        import_onto(tmp_path / "m.seg.nrrd", grid_of(image.volume), image.series)


def test_codes_and_the_mark_of_resampling_come_back_on_labels(make_image, tmp_path):
    image = make_image("axial")
    labels = (Label(1, "a", code=LESION, derivation="resampled from 3 × 3 × 3 voxels"), Label(2, "b"))
    mask = Labelmap(image.mask(), image.volume.geometry, labels)
    path = tmp_path / "m.seg.nrrd"
    export_labelmap(mask, image.volume, image.series, path, MaskFormat.SEG_NRRD)
    found = import_onto(path, grid_of(image.volume), image.series).labelmap
    assert [(each.code, each.derivation) for each in found.labels] == [(LESION, labels[0].derivation), (None, "")]


@pytest.mark.parametrize("wrong", ["space origin: (nan,0,0)", "space directions: (inf,0,0) (0,1,0) (0,0,1)"])
@pytest.mark.parametrize("resample", [False, True])
def test_a_place_that_is_no_number_is_refused(make_image, tmp_path, wrong, resample):
    image = make_image("axial")
    mask = Labelmap(image.mask(), image.volume.geometry, (Label(1, "one"), Label(2, "two")))
    path = tmp_path / "m.seg.nrrd"
    export_labelmap(mask, image.volume, image.series, path, MaskFormat.SEG_NRRD)
    head, end, data = path.read_bytes().partition(b"\n\n")
    field = wrong.partition(":")[0]
    lines = [wrong if line.startswith(field) else line for line in head.decode().splitlines()]
    path.write_bytes("\n".join(lines).encode() + end + data)
    with pytest.raises(ReadError, match="expected finite numbers"):
        import_onto(path, grid_of(image.volume), image.series, resample=resample)
