"""RT Structure Sets: what is said of regions comes back, and regions of other places are not drawn here."""

from datetime import UTC, datetime

import numpy as np
import pytest
from pydicom import dcmread

from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.segmentation.exporting import export_labelmap
from imaging.formats.segmentation.importing import import_onto
from imaging.formats.segmentation.mask_format import MaskFormat
from imaging.labelmap import Code, Label, Labelmap, Provenance

LESION = Code("52988006", "SCT", "Lesion")


def test_codes_and_the_mark_of_resampling_come_back_on_labels(make_image, tmp_path):
    image = make_image("axial")
    labels = (Label(1, "a", code=LESION, derivation="resampled from 3 × 3 × 3 voxels"), Label(2, "b"))
    mask = Labelmap(image.mask(), image.volume.geometry, labels)
    path = tmp_path / "r.dcm"
    export_labelmap(mask, image.volume, image.series, path, MaskFormat.RTSTRUCT)
    found = import_onto(path, grid_of(image.volume), image.series).labelmap
    assert [(each.code, each.derivation) for each in found.labels] == [(LESION, labels[0].derivation), (None, "")]


def test_a_region_of_another_frame_of_reference_is_left_out_and_told(make_image, tmp_path):
    image = make_image("axial")
    mask = Labelmap(image.mask(), image.volume.geometry, (Label(1, "here"), Label(2, "elsewhere")))
    path = tmp_path / "r.dcm"
    export_labelmap(mask, image.volume, image.series, path, MaskFormat.RTSTRUCT)
    data = dcmread(path)
    data.StructureSetROISequence[1].ReferencedFrameOfReferenceUID = "1.2.826.0.1.99.1"
    data.save_as(path)
    found = import_onto(path, grid_of(image.volume), image.series)
    assert [each.name for each in found.labelmap.labels] == ["here"]
    np.testing.assert_array_equal(found.labelmap.array, mask.array == 1)
    assert found.warnings == ("1 regions lie in another frame of reference and were left out",)


def test_contours_that_name_other_images_of_the_same_place_are_told(make_image, tmp_path):
    image = make_image("axial")

    def same_place(data, n: int) -> None:
        data.FrameOfReferenceUID = image.series.frame_of_reference

    other = make_image("axial", "1.2.826.0.1.99.8", same_place)
    array = np.zeros(image.volume.array.shape, np.uint8)
    array[:2, 2:5, 3:6] = 1
    mask = Labelmap(array, image.volume.geometry, (Label(1, "lesion"),))
    export_labelmap(mask, image.volume, image.series, tmp_path / "r.dcm", MaskFormat.RTSTRUCT)
    assert import_onto(tmp_path / "r.dcm", grid_of(image.volume), image.series).warnings == ()
    found = import_onto(tmp_path / "r.dcm", grid_of(other.volume), other.series)
    np.testing.assert_array_equal(found.labelmap.array, array)
    assert found.warnings == ("2 of 2 contours name other images than these; laid on by position",)


def test_contours_beyond_a_smaller_field_of_view_are_told(make_image, tmp_path):
    image = make_image("axial")

    def smaller(data, n: int) -> None:
        """The middle 5 × 6 pixels of the same slices."""
        data.FrameOfReferenceUID = image.series.frame_of_reference
        x, y, z = data.ImagePositionPatient
        data.ImagePositionPatient, data.Rows, data.Columns = [x + 4 * 0.5, y + 3 * 0.7, z], 5, 6
        data.PixelData = data.PixelData[: 2 * 5 * 6]

    other = make_image("axial", "1.2.826.0.1.99.8", smaller)
    array = np.zeros(image.volume.array.shape, np.uint8)
    array[0, 3:8, 4:10], array[1, 0:6, 4:10], array[2, 3:8, 11:13] = 1, 1, 1  # just inside, above, beside
    mask = Labelmap(array, image.volume.geometry, (Label(1, "lesion"),))
    export_labelmap(mask, image.volume, image.series, tmp_path / "r.dcm", MaskFormat.RTSTRUCT)
    found = import_onto(tmp_path / "r.dcm", grid_of(other.volume), other.series)
    np.testing.assert_array_equal(found.labelmap.array, array[:, 3:8, 4:10])
    assert "2 of 3 contours reach beyond the image and were cut off there" in found.warnings


@pytest.fixture
def written(make_image, tmp_path):
    """An image, and a structure set of two regions that a model made and a person took over."""
    image = make_image("axial")
    made = Provenance("Doe Jane", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC), "Finder", "2.1")
    mask = Labelmap(image.mask(), image.volume.geometry, (Label(1, "a"), Label(2, "b")), made)
    export_labelmap(mask, image.volume, image.series, tmp_path / "r.dcm", MaskFormat.RTSTRUCT)
    return image, tmp_path / "r.dcm"


def provenance(image, path, **said) -> Provenance | None:
    """Who made it, where the structure set and its regions say something else."""
    data = dcmread(path)
    for keyword, value in said.items():
        holders = data.StructureSetROISequence if keyword.startswith("ROI") else [data]
        for each in holders:
            setattr(each, keyword, value)
    data.save_as(path)
    return import_onto(path, grid_of(image.volume), image.series).labelmap.provenance


def test_author_time_and_algorithm_come_back(written):
    assert provenance(*written) == Provenance("Doe Jane", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC), "Finder 2.1")


def test_operators_and_a_stated_zone(written):
    found = provenance(
        *written,
        OperatorsName=["Doe^Jane", "Roe^Max"],
        StructureSetTime="120000.5",
        StructureSetDate="20260203",
        TimezoneOffsetFromUTC="+0200",
        ROIGenerationAlgorithm="MANUAL",
    )
    assert found == Provenance("Doe Jane, Roe Max", datetime(2026, 2, 3, 10, tzinfo=UTC))


@pytest.mark.parametrize(("stated", "hour", "minute"), [("12", 12, 0), ("1234", 12, 34), ("12:34:00", 12, 34)])
def test_times_may_be_short_or_have_colons(written, stated, hour, minute):
    found = provenance(*written, StructureSetDate="20260203", StructureSetTime=stated, TimezoneOffsetFromUTC="+0000")
    assert found is not None and found.time == datetime(2026, 2, 3, hour, minute, tzinfo=UTC)


def test_an_automatic_region_without_words_is_the_program_s(written):
    found = provenance(
        *written,
        OperatorsName="",
        Manufacturer="Acme",
        ManufacturerModelName="Contour",
        ROIGenerationAlgorithm="AUTOMATIC",
        ROIGenerationDescription="",
        StructureSetDate="",
    )
    assert found == Provenance("Acme Contour", datetime.min.replace(tzinfo=UTC), "Acme Contour")


def test_contours_of_a_region_that_is_not_described_are_told(written):
    image, path = written
    data = dcmread(path)
    del data.StructureSetROISequence[1]
    data.save_as(path)
    found = import_onto(path, grid_of(image.volume), image.series)
    assert [each.name for each in found.labelmap.labels] == ["a"]
    assert "the contours of regions that are not described were left out: 2" in found.warnings
