"""Ultrasound regions as values."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from imaging.formats import reading
from imaging.formats.dicom.header import read_header
from imaging.formats.dicom.regions import regions_of
from imaging.measurement.coordinates import coordinates
from imaging.phantom import doppler


def region(box=(0, 0, 9, 9), spatial_format=1, units=(3, 3), delta=(0.02, 0.03)) -> Dataset:
    """A region item: box is first row, first column, last row, last column; units and delta down and across."""
    found = Dataset()
    found.RegionSpatialFormat = spatial_format
    found.RegionLocationMinY0, found.RegionLocationMinX0, found.RegionLocationMaxY1, found.RegionLocationMaxX1 = box
    found.PhysicalUnitsYDirection, found.PhysicalUnitsXDirection = units
    found.PhysicalDeltaY, found.PhysicalDeltaX = delta
    return found


def regions(write_dicom, *items):
    path = write_dicom(np.zeros((20, 30), np.uint8), Modality="US", SequenceOfUltrasoundRegions=list(items))
    return regions_of(read_header(path))


@pytest.mark.parametrize(
    ("spatial_format", "units", "expected"),
    [
        (1, (3, 3), ("2D", ("cm", "cm"))),
        (2, (3, 4), ("M-mode", ("cm", "s"))),
        (3, (7, 4), ("spectral", ("cm/s", "s"))),
        (0, (0, 0), ("none", ("", ""))),
        (77, (99, 5), ("unknown", ("", "Hz"))),
    ],
)
def test_format_and_units_in_words(write_dicom, spatial_format, units, expected):
    found = regions(write_dicom, region(spatial_format=spatial_format, units=units))
    assert [(each.format, each.units) for each in found] == [expected]


def test_a_step_keeps_its_sign(write_dicom):
    (found,) = regions(write_dicom, region(box=(2, 3, 19, 29), delta=(0.02, -0.03)))
    assert found.box_ji == (2, 3, 19, 29) and found.delta == (0.02, -0.03)


def test_negative_steps_in_tissue_are_sizes_all_the_same(write_dicom):
    path = write_dicom(np.zeros((20, 30), np.uint8), Modality="US", SequenceOfUltrasoundRegions=[
        region(box=(0, 0, 19, 29), delta=(-0.02, 0.03))])  # fmt: skip
    series = reading.open_study(path).series[0]
    assert series.geometry.spacing_mm[1:] == pytest.approx((0.2, 0.3))


@pytest.mark.parametrize(("other", "spacing_mm"), [(0.02 + 1e-9, (0.2, 0.2)), (0.021, (1, 1))])
def test_scales_that_differ_by_rounding_are_one(write_dicom, other, spacing_mm):
    path = write_dicom(np.zeros((20, 30), np.uint8), Modality="US", SequenceOfUltrasoundRegions=[
        region(box=(0, 0, 19, 9), delta=(0.02, 0.02)), region(box=(0, 10, 19, 29), delta=(0.02, other))])  # fmt: skip
    series = reading.open_study(path).series[0]
    assert series.geometry.spacing_mm[1:] == pytest.approx(spacing_mm)


def test_the_corner_follows_from_the_reference_pixel(write_dicom):
    """10 rows below the box's first one lie 5 cm/s; steps of -2 cm/s: 25 at the top. No column is stated: no time."""
    item = region(box=(5, 3, 19, 29), spatial_format=3, units=(7, 4), delta=(-2.0, 0.01))
    item.ReferencePixelY0, item.ReferencePixelPhysicalValueY = 10, 5.0
    (found,) = regions(write_dicom, item)
    assert found.corner == (25.0, None)
    del item.ReferencePixelPhysicalValueY
    assert regions(write_dicom, item)[0].corner == (20.0, None), "without a value the reference is nought"
    assert regions(write_dicom, region())[0].corner == (None, None)


def test_each_file_of_a_series_has_its_own_regions(tmp_path):
    for n in (1, 2):
        data = doppler.image()
        data.InstanceNumber = n
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{n}"
        data.SequenceOfUltrasoundRegions[1].PhysicalDeltaY = -float(n)
        data.save_as(tmp_path / f"{n}.dcm", enforce_file_format=True)
    (series,) = reading.open_study(tmp_path).series
    volume = reading.load_volume(series)
    row = doppler.SPLIT + doppler.BASELINE - 80
    speeds = [coordinates(volume, (k, row, 10))[0].value for k in (0, 1)]
    assert speeds == [80.0, 160.0], "the second file has two cm/s to a row"


def test_a_box_outside_the_image_is_left_out(write_dicom):
    assert regions(write_dicom, region(box=(50, 0, 60, 9))) == ()


def test_no_regions(write_dicom):
    assert regions_of(read_header(write_dicom(np.zeros((2, 2), np.uint8)))) == ()


def test_bundled_clip(bundled):
    (found,) = regions_of(read_header(bundled("examples_ybr_color.dcm")))
    assert (found.box_ji, found.format, found.units) == ((31, 84, 414, 595), "2D", ("cm", "cm"))
    assert found.delta == pytest.approx((0.0510497, 0.0510497), rel=1e-4)


def test_a_region_larger_than_the_image_is_told(bundled):
    series = reading.open_study(bundled("examples_ybr_color.dcm")).series[0]
    assert any("larger than the image" in warning for warning in series.warnings)
