"""Names beside masks: each mask has its own table, and any name is written so that it is read again."""

import gzip

import pytest

from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.segmentation.exporting import export_labelmap
from imaging.formats.segmentation.importing import import_onto
from imaging.formats.segmentation.label_table import table_beside
from imaging.formats.segmentation.mask_format import MaskFormat
from imaging.labelmap import Label, Labelmap


def named(image, *names: str) -> Labelmap:
    labels = tuple(Label(n + 1, name) for n, name in enumerate(names))
    return Labelmap(image.mask(), image.volume.geometry, labels)


def names_in(path, image) -> list[str]:
    return [each.name for each in import_onto(path, grid_of(image.volume), image.series).labelmap.labels]


def test_masks_called_by_their_uids_do_not_share_a_table(make_image, tmp_path):
    image = make_image("axial")
    one, other = tmp_path / "1.2.3.nii.gz", tmp_path / "1.2.4.nii.gz"
    export_labelmap(named(image, "liver", "spleen"), image.volume, image.series, one, MaskFormat.NIFTI)
    export_labelmap(named(image, "kidney", "tumour"), image.volume, image.series, other, MaskFormat.NIFTI)
    assert names_in(one, image) == ["liver", "spleen"]
    assert names_in(other, image) == ["kidney", "tumour"]


@pytest.mark.parametrize("name", ["m.nii.gz", "m.nii", "m.png", "m.NII.GZ"])
def test_a_table_has_the_name_of_its_mask(tmp_path, name):
    assert table_beside(tmp_path / name) == tmp_path / "m.labels.txt"


@pytest.mark.parametrize("kind", [MaskFormat.NIFTI, MaskFormat.PNG, MaskFormat.YOLO])
def test_names_of_several_lines_are_read_again(make_image, tmp_path, kind):
    image = make_image("axial")
    path = tmp_path / ("m.nii.gz" if kind is MaskFormat.NIFTI else "m")
    mask = named(image, "upper\nlobe", "a\x0bb\u2028c")
    export_labelmap(mask, image.volume, image.series, path, kind)
    assert names_in(path, image) == ["upper lobe", "a b c"]


def test_the_names_of_classes_are_yaml_whatever_is_in_them(make_image, tmp_path):
    yaml = pytest.importorskip("yaml", reason="no YAML reader to compare with")
    image, names = make_image("axial"), ['left\\right "x"', "two\nlines: yes"]
    export_labelmap(named(image, *names), image.volume, image.series, tmp_path / "y", MaskFormat.YOLO)
    assert yaml.safe_load((tmp_path / "y" / "data.yaml").read_text("utf-8")) == {"names": dict(enumerate(names))}


def test_an_ending_in_capitals_is_compressed_as_it_says(make_image, tmp_path):
    image = make_image("axial")
    path = tmp_path / "M.NII.GZ"
    export_labelmap(named(image, "a", "b"), image.volume, image.series, path, MaskFormat.NIFTI)
    assert gzip.decompress(path.read_bytes())[344:348] == b"n+1\0"
    assert names_in(path, image) == ["a", "b"]
