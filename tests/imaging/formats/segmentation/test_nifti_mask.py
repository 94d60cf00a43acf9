"""NIfTI masks: one volume of label values, or none at all."""

import nibabel
import numpy as np
import pytest

from imaging.errors import ReadError
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.segmentation.importing import import_onto

RAS_OF_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def written(path, image, array: np.ndarray):
    """The file that nibabel writes of (I, J, K) or (I, J, K, T) values on the grid of an image."""
    affine = RAS_OF_LPS @ image.volume.geometry.affine[:, [2, 1, 0, 3]]
    nibabel.save(nibabel.Nifti1Image(array, affine), path)
    return path


def test_several_volumes_are_refused_not_cut_to_the_first(make_image, tmp_path):
    image = make_image("axial")
    mask = image.mask().T
    path = written(tmp_path / "m.nii.gz", image, np.stack([mask == 1, mask == 2], axis=3).astype(np.uint8))
    with pytest.raises(ReadError, match="holds 2 volumes: expected one mask"):
        import_onto(path, grid_of(image.volume), image.series)


def test_one_volume_in_time_is_a_mask(make_image, tmp_path):
    image = make_image("axial")
    path = written(tmp_path / "m.nii.gz", image, image.mask().T[..., None])
    found = import_onto(path, grid_of(image.volume), image.series)
    np.testing.assert_array_equal(found.labelmap.array, image.mask())


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.5, -1, 256])
def test_what_is_no_label_is_refused(make_image, tmp_path, value):
    image = make_image("axial")
    array = image.mask().T.astype(np.float32)
    array[0, 0, 0] = value
    with pytest.raises(ReadError, match="expected whole numbers from 0 to 255"):
        import_onto(written(tmp_path / "m.nii.gz", image, array), grid_of(image.volume), image.series)


@pytest.mark.filterwarnings("ignore:invalid value encountered in matmul")
def test_a_place_that_is_no_number_is_refused(make_image, tmp_path):
    image = make_image("axial")
    path = written(tmp_path / "m.nii", image, image.mask().T)
    data = bytearray(path.read_bytes())
    data[292:296] = np.float32(np.nan).tobytes()  # srow_x[3], the origin (nifti1.h)
    path.write_bytes(data)
    with pytest.raises(ReadError, match="lies nan mm off"):
        import_onto(path, grid_of(image.volume), image.series)
