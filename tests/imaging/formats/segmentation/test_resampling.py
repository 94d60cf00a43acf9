"""A mask on other voxels is refused with what differs; with consent it is brought over, and says so."""

import numpy as np
import pytest
import SimpleITK
from pydicom import dcmread

from imaging.errors import OtherGrid, ReadError
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.segmentation.exporting import export_labelmap
from imaging.formats.segmentation.importing import import_onto
from imaging.formats.segmentation.mask_format import MaskFormat
from imaging.formats.segmentation.resampling import METHOD
from imaging.labelmap import Label, Labelmap
from imaging.sandbox import Sandbox

PLACED = {
    MaskFormat.SEG: "m.dcm", MaskFormat.FRACTIONAL: "f.dcm", MaskFormat.LABELMAP: "l.dcm",
    MaskFormat.SEG_NRRD: "m.seg.nrrd", MaskFormat.NIFTI: "m.nii.gz",
}  # fmt: skip
LABELS = (Label(1, "nodule", (200, 30, 90)), Label(2, "vessel", (10, 80, 200)))


def boxes(image) -> Labelmap:
    """Two boxes in slices 2 to 4 of 5, so that the first and the last slice have no frame."""
    array = np.zeros(image.volume.array.shape, np.uint8)
    array[1:4, 2:8, 3:9], array[2:4, 3:9, 9:12] = 1, 2
    return Labelmap(array, image.volume.geometry, LABELS)


@pytest.fixture
def shifted(make_image):
    """An axial image and another in its frame of reference: 1.25 mm higher, with pixels of another size."""
    image = make_image("axial")

    def change(data, n: int) -> None:
        data.FrameOfReferenceUID = "1.2.826.0.1.99.7.9"
        x, y, z = data.ImagePositionPatient
        data.ImagePositionPatient, data.PixelSpacing = [x + 0.13, y + 0.21, z + 1.13], [0.45, 0.41]

    return image, make_image("axial", "1.2.826.0.1.99.8", change)


def by_simpleitk(mask: Labelmap, volume) -> np.ndarray:
    def image(array: np.ndarray, geometry) -> SimpleITK.Image:
        made = SimpleITK.GetImageFromArray(array)
        made.SetSpacing(geometry.spacing_mm[::-1])
        made.SetOrigin(geometry.origin_lps)
        made.SetDirection(np.array(geometry.axes_lps[::-1]).T.ravel())
        return made

    target = image(np.zeros(volume.array.shape, np.uint8), volume.geometry)
    nearest = SimpleITK.sitkNearestNeighbor
    moved = SimpleITK.Resample(image(mask.array, mask.geometry), target, SimpleITK.Transform(), nearest, 0)
    return SimpleITK.GetArrayFromImage(moved)


@pytest.mark.parametrize("kind", PLACED)
def test_every_format_lands_where_simpleitk_puts_it(shifted, tmp_path, kind):
    image, other = shifted
    mask, path = boxes(image), tmp_path / PLACED[kind]
    export_labelmap(mask, image.volume, image.series, path, kind)
    with pytest.raises(OtherGrid, match=r"mask: \d × 11 × 13 voxels of 2.5 × 0.7 × 0.5 mm; image: 5 × 11 × 13 voxels"):
        import_onto(path, grid_of(other.volume), other.series)
    found = import_onto(path, grid_of(other.volume), other.series, resample=True)
    np.testing.assert_array_equal(found.labelmap.array, by_simpleitk(mask, other.volume))
    assert found.labelmap.geometry == other.volume.geometry
    assert [(each.value, each.name, each.colour) for each in found.labelmap.labels] == [
        (each.value, each.name, each.colour) for each in LABELS
    ]


@pytest.mark.parametrize("kind", PLACED)
def test_it_says_what_was_done(shifted, tmp_path, kind):
    image, other = shifted
    mask, path = boxes(image), tmp_path / PLACED[kind]
    export_labelmap(mask, image.volume, image.series, path, kind)
    found = import_onto(path, grid_of(other.volume), other.series, resample=True)
    done = found.resampling
    assert done is not None and done.method == METHOD
    assert done.source_shape_kji[1:] == (11, 13) and done.source_spacing_mm == pytest.approx((2.5, 0.7, 0.5))
    assert (done.target_shape_kji, done.target_spacing_mm) == ((5, 11, 13), pytest.approx((2.5, 0.45, 0.41)))
    voxel_ml, new_ml = 2.5 * 0.7 * 0.5 / 1000, 2.5 * 0.45 * 0.41 / 1000
    counts = np.bincount(found.labelmap.array.ravel(), minlength=3)
    assert [each.name for each in done.volumes] == ["nodule", "vessel"]
    assert [each.before_ml for each in done.volumes] == pytest.approx([108 * voxel_ml, 36 * voxel_ml])
    assert [each.after_ml for each in done.volumes] == pytest.approx([counts[1] * new_ml, counts[2] * new_ml])
    for label in found.labelmap.labels:
        assert label.derivation.startswith("resampled from ") and "2.5 × 0.7 × 0.5 mm" in label.derivation
    assert any(each.startswith("resampled from") for each in found.warnings)
    assert any("volumes: nodule 0.0945 ml, now" in each for each in found.warnings)


def test_what_fits_is_not_resampled_even_with_consent(make_image, tmp_path):
    image = make_image("tilted")
    path = tmp_path / "m.seg.nrrd"
    export_labelmap(boxes(image), image.volume, image.series, path, MaskFormat.SEG_NRRD)
    found = import_onto(path, grid_of(image.volume), image.series, resample=True)
    assert found.resampling is None and not found.warnings
    np.testing.assert_array_equal(found.labelmap.array, boxes(image).array)
    assert all(not label.derivation for label in found.labelmap.labels)


@pytest.mark.parametrize("kind", [MaskFormat.SEG, MaskFormat.RTSTRUCT])
def test_another_frame_of_reference_is_refused_with_consent_too(make_image, tmp_path, kind):
    """The same numbers mean another place: there is nothing to resample."""
    image, other = make_image("axial"), make_image("axial", "1.2.826.0.1.99.8")
    path = tmp_path / "m.dcm"
    export_labelmap(boxes(image), image.volume, image.series, path, kind)
    for resample in (False, True):
        with pytest.raises(ReadError, match=r"rame of reference (is )?1.2.826.0.1.99.7.9") as raised:
            import_onto(path, grid_of(other.volume), other.series, resample=resample)
        assert not isinstance(raised.value, OtherGrid)


@pytest.mark.parametrize(("far_mm", "why"), [(400.3, "They share no place"), (400, "none of its 144 marked voxels")])
def test_a_mask_of_another_place_is_refused_with_consent_too(make_image, tmp_path, far_mm, why):
    """Also where its voxels would be the image's if there were more slices."""

    def away(data, n: int) -> None:
        x, y, z = data.ImagePositionPatient
        data.ImagePositionPatient = [x, y, z + far_mm]

    image, other = make_image("axial"), make_image("axial", "1.2.826.0.1.99.8", away)
    path = tmp_path / "m.nii"
    export_labelmap(boxes(image), image.volume, image.series, path, MaskFormat.NIFTI)
    with pytest.raises(ReadError, match=why):
        import_onto(path, grid_of(other.volume), other.series, resample=True)


def test_a_mask_whose_marks_miss_the_image_is_refused(make_image, tmp_path):
    """The boxes around both overlap, the marked voxels do not."""

    def above(data, n: int) -> None:
        x, y, z = data.ImagePositionPatient
        data.ImagePositionPatient = [x, y, z + 10.3]

    image, other = make_image("axial"), make_image("axial", "1.2.826.0.1.99.8", above)
    path = tmp_path / "m.nii"
    export_labelmap(boxes(image), image.volume, image.series, path, MaskFormat.NIFTI)
    with pytest.raises(ReadError, match="none of its marked voxels lies in the image, 5 × 11 × 13 voxels"):
        import_onto(path, grid_of(other.volume), other.series, resample=True)


def test_outlines_between_the_slices(shifted, tmp_path):
    """Filled on their own planes, then brought over: what SimpleITK makes of the planes that outlines enclose."""
    image, other = shifted
    mask, path = boxes(image), tmp_path / "r.dcm"
    export_labelmap(mask, image.volume, image.series, path, MaskFormat.RTSTRUCT)
    with pytest.raises(OtherGrid, match=r"none of its 5 contours lies within 0.1 mm of a slice"):
        import_onto(path, grid_of(other.volume), other.series)
    found = import_onto(path, grid_of(other.volume), other.series, resample=True)
    assert found.resampling is not None
    for value in (1, 2):
        before = np.count_nonzero(mask.array == value) * 2.5 * 0.7 * 0.5
        inside = by_simpleitk(mask, other.volume) == value
        assert np.count_nonzero(inside) > 0
        agree = np.count_nonzero(inside & (found.labelmap.array == value))
        assert agree / np.count_nonzero(inside | (found.labelmap.array == value)) > 0.9
        volume = found.resampling.volumes[value - 1]
        assert volume.before_ml == pytest.approx(before / 1000, rel=0.25), "the edges of a few pixels"


def test_outlines_of_which_every_other_one_lies_on_a_slice(make_image, tmp_path):
    """Drawn on slices half as far apart: what lies between is not left out silently, the box is as long as it was."""

    def apart(mm: float):
        def change(data, n: int) -> None:
            data.FrameOfReferenceUID = "1.2.826.0.1.99.7.9"
            data.ImagePositionPatient, data.SliceThickness = [-20, -30, mm * n], mm

        return change

    image = make_image("axial", change=apart(1.25))
    other = make_image("axial", "1.2.826.0.1.99.8", apart(2.5))
    array = np.zeros(image.volume.array.shape, np.uint8)
    array[:, 2:8, 3:9] = 1
    path = tmp_path / "r.dcm"
    mask = Labelmap(array, image.volume.geometry, LABELS[:1])
    export_labelmap(mask, image.volume, image.series, path, MaskFormat.RTSTRUCT)
    with pytest.raises(OtherGrid, match=r"2 of its 5 contours lie between the slices"):
        import_onto(path, grid_of(other.volume), other.series)
    found = import_onto(path, grid_of(other.volume), other.series, resample=True)
    assert found.labelmap.array[:3, 2:8, 3:9].all() and found.labelmap.array.sum() == 3 * 36


def square_pixels(data, n: int) -> None:
    data.FrameOfReferenceUID, data.PixelSpacing = "1.2.826.0.1.99.7.9", [0.5, 0.5]


def coronal(data, n: int) -> None:
    """The voxels of the axial image with square pixels, slice by slice from the front to the back."""
    square_pixels(data, n)
    data.ImageOrientationPatient, data.PixelSpacing = [1, 0, 0, 0, 0, -1], [2.5, 0.5]
    data.ImagePositionPatient, data.SliceThickness = [-20, -30 + 0.5 * (n + 2), 10], 0.5


def test_outlines_across_the_slices(make_image, tmp_path):
    """Axial outlines on coronal images whose voxels are the same ones: not one of them differs."""
    image = make_image("axial", change=square_pixels)
    other = make_image("axial", "1.2.826.0.1.99.8", coronal)
    mask, path = boxes(image), tmp_path / "r.dcm"
    export_labelmap(mask, image.volume, image.series, path, MaskFormat.RTSTRUCT)
    with pytest.raises(OtherGrid, match=r"none of its 5 contours lies within 0.1 mm of a slice"):
        import_onto(path, grid_of(other.volume), other.series)
    found = import_onto(path, grid_of(other.volume), other.series, resample=True)
    assert all(each.derivation.startswith("resampled from") for each in found.labelmap.labels)
    expected = np.zeros(other.volume.array.shape, np.uint8)
    for at in np.ndindex(expected.shape):
        k, j, i = np.rint(mask.geometry.index_kji(other.volume.geometry.point_lps(at))).astype(int)
        if 0 <= k < 5 and 0 <= j < 11 and 0 <= i < 13:
            expected[at] = mask.array[k, j, i]
    assert {1, 2} <= set(np.unique(expected))
    np.testing.assert_array_equal(found.labelmap.array, expected)


def test_outlines_on_planes_askew_to_the_slices(make_image, tmp_path):
    """Oblique outlines on axial images: nearly what SimpleITK makes of the mask they were drawn around."""

    def about(data, n: int) -> None:
        data.FrameOfReferenceUID, data.PixelSpacing = "1.2.826.0.1.99.7.9", [0.8, 0.8]
        data.ImagePositionPatient, data.SliceThickness = [-31, 7, 9 + 2.0 * n], 2.0

    image, other = make_image("oblique"), make_image("axial", "1.2.826.0.1.99.8", about)
    mask, path = boxes(image), tmp_path / "r.dcm"
    export_labelmap(mask, image.volume, image.series, path, MaskFormat.RTSTRUCT)
    found = import_onto(path, grid_of(other.volume), other.series, resample=True)
    there = by_simpleitk(mask, other.volume)
    both, either = (there > 0) & (found.labelmap.array > 0), (there > 0) | (found.labelmap.array > 0)
    assert np.count_nonzero(both) > 0.8 * np.count_nonzero(either) > 30


def test_outlines_in_several_directions_are_refused_with_consent_too(make_image, tmp_path):
    image = make_image("axial", change=square_pixels)
    other = make_image("axial", "1.2.826.0.1.99.8", coronal)
    path = tmp_path / "r.dcm"
    export_labelmap(boxes(image), image.volume, image.series, path, MaskFormat.RTSTRUCT)
    data = dcmread(path)
    contour = data.ROIContourSequence[0].ContourSequence[0]
    x, y, z = np.array(contour.ContourData, float).reshape(-1, 3).T
    contour.ContourData = np.stack([x, y, z + 0.9 * (x - x[0])], axis=1).ravel().round(3).tolist()
    data.save_as(path)
    with pytest.raises(ReadError, match="neither parallel to the slices nor to one another") as raised:
        import_onto(path, grid_of(other.volume), other.series, resample=True)
    assert not isinstance(raised.value, OtherGrid)


def test_planes_without_a_frame_are_empty_not_filled_by_their_neighbours(shifted, tmp_path):
    """A mark on the first and the last slice only: the distance between frames is not that of slices."""
    image, other = shifted
    array = np.zeros(image.volume.array.shape, np.uint8)
    array[[0, 4]] = 1
    mask = Labelmap(array, image.volume.geometry, LABELS[:1])
    export_labelmap(mask, image.volume, image.series, tmp_path / "m.dcm", MaskFormat.SEG)
    found = import_onto(tmp_path / "m.dcm", grid_of(other.volume), other.series, resample=True)
    np.testing.assert_array_equal(found.labelmap.array, by_simpleitk(mask, other.volume))
    assert np.flatnonzero(found.labelmap.array.any(axis=(1, 2))).tolist() == [0, 4]


@pytest.mark.parametrize("image_kind", ["tilted", "missing", "oblique"])
def test_slices_that_make_no_regular_grid(make_image, tmp_path, image_kind):
    """Frames shifted by a few millimetres in a file of the same images: what is laid on is the shifted mask."""
    image = make_image(image_kind)
    mask, path = boxes(image), tmp_path / "m.dcm"
    export_labelmap(mask, image.volume, image.series, path, MaskFormat.SEG)
    data = dcmread(path)
    for frame in data.PerFrameFunctionalGroupsSequence:
        place = frame.PlanePositionSequence[0]
        row = image.volume.slice_geometry(0).axes_lps[2]
        place.ImagePositionPatient = [
            round(float(a) + 0.5 * b, 6) for a, b in zip(place.ImagePositionPatient, row, strict=True)
        ]
        del frame.DerivationImageSequence
    row_spacing = 0.5
    data.save_as(path)
    exact = import_onto(path, grid_of(image.volume), image.series)
    np.testing.assert_array_equal(exact.labelmap.array[..., 1:], mask.array[..., :-1])
    for frame in data.PerFrameFunctionalGroupsSequence:
        place = frame.PlanePositionSequence[0]
        place.ImagePositionPatient = [
            round(float(a) + 0.4 * row_spacing * b, 6) for a, b in zip(place.ImagePositionPatient, row, strict=True)
        ]
    data.save_as(path)
    with pytest.raises(OtherGrid, match=r"0.20 mm off the nearest slice"):
        import_onto(path, grid_of(image.volume), image.series)
    found = import_onto(path, grid_of(image.volume), image.series, resample=True)
    np.testing.assert_array_equal(found.labelmap.array[..., 1:], mask.array[..., :-1])


def test_consent_crosses_the_sandbox(shifted, tmp_path):
    image, other = shifted
    path = tmp_path / "m.nii.gz"
    export_labelmap(boxes(image), image.volume, image.series, path, MaskFormat.NIFTI)
    with Sandbox() as sandbox:
        with pytest.raises(OtherGrid):
            sandbox.read_segmentation(path, other.volume, other.series)
        found = sandbox.read_segmentation(path, other.volume, other.series, resample=True)
    np.testing.assert_array_equal(found.labelmap.array, by_simpleitk(boxes(image), other.volume))
    assert found.resampling is not None and found.resampling.volumes[1].name == "vessel"
