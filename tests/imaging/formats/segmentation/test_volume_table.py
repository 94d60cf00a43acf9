"""Volumes of segments, also of those that have one name."""

import csv

import numpy as np
import pytest

from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.segmentation.exporting import export_labelmap
from imaging.formats.segmentation.importing import import_onto
from imaging.formats.segmentation.mask_format import MaskFormat
from imaging.labelmap import Label, Labelmap

VOXEL_ML = 0.5 * 0.7 * 2.5 / 1000


@pytest.fixture
def lesions(make_image):
    """An image with two segments called lesion, of 6 and of 25 voxels."""
    image = make_image("axial")
    array = np.zeros(image.volume.array.shape, np.uint8)
    array[0, :2, :3], array[1, :5, :5] = 1, 2
    return image, Labelmap(array, image.volume.geometry, (Label(1, "lesion"), Label(2, "lesion")))


def test_each_of_two_segments_of_one_name_has_its_own_volume(lesions, tmp_path):
    image, mask = lesions
    export_labelmap(mask, image.volume, image.series, tmp_path / "m.csv", MaskFormat.CSV)
    rows = csv.DictReader((tmp_path / "m.csv").read_text().splitlines())
    assert [float(row["volume_ml"]) for row in rows] == pytest.approx([6 * VOXEL_ML, 25 * VOXEL_ML])
    assert mask.volumes_ml() == pytest.approx({"lesion": 31 * VOXEL_ML})


def test_resampling_tells_them_apart(lesions, make_image, tmp_path):
    image, mask = lesions

    def finer(data, n: int) -> None:
        data.FrameOfReferenceUID, data.PixelSpacing = "1.2.826.0.1.99.7.9", [0.35, 0.25]

    other = make_image("axial", "1.2.826.0.1.99.8", finer)
    path = tmp_path / "m.seg.nrrd"
    export_labelmap(mask, image.volume, image.series, path, MaskFormat.SEG_NRRD)
    done = import_onto(path, grid_of(other.volume), other.series, resample=True).resampling
    assert [each.before_ml for each in done.volumes] == pytest.approx([6 * VOXEL_ML, 25 * VOXEL_ML])
    # Both images begin at the centre of the first pixel: half a pixel of the mask, one finer one, lies outside.
    assert [each.after_ml for each in done.volumes] == pytest.approx([3 * 5 * VOXEL_ML / 4, 9 * 9 * VOXEL_ML / 4])
