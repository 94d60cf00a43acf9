"""What millimetres rest on where an image has no place in the patient."""

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from imaging.formats import reading
from imaging.geometry import Calibration


def geometry(write_dicom, **attributes):
    series = reading.open_study(write_dicom(np.zeros((4, 4), np.uint8), **attributes)).series[0]
    return series.geometry, series.warnings


@pytest.mark.parametrize(
    ("attributes", "calibration", "spacing_mm"),
    [
        ({"PixelSpacing": [0.2, 0.1]}, Calibration.PIXEL_SPACING, (1, 0.2, 0.1)),
        ({"ImagerPixelSpacing": [0.3, 0.3]}, Calibration.DETECTOR, (1, 0.3, 0.3)),
        ({"PixelSpacing": [0.3, 0.3], "ImagerPixelSpacing": [0.3, 0.3]}, Calibration.DETECTOR, (1, 0.3, 0.3)),
        ({"PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.3, 0.3]}, Calibration.PIXEL_SPACING, (1, 0.2, 0.2)),
        (
            {"PixelSpacing": [0.3, 0.3], "ImagerPixelSpacing": [0.3, 0.3], "PixelSpacingCalibrationType": "GEOMETRY"},
            Calibration.PIXEL_SPACING,
            (1, 0.3, 0.3),
        ),
        ({"PixelAspectRatio": [3, 2]}, Calibration.NONE, (1, 1.5, 1)),
        ({}, Calibration.NONE, (1, 1, 1)),
        ({"PixelSpacing": [0, 0]}, Calibration.NONE, (1, 1, 1)),
    ],
)
def test_projection_images(write_dicom, attributes, calibration, spacing_mm):
    found, _ = geometry(write_dicom, Modality="DX", **attributes)
    assert found.calibration is calibration and found.spacing_mm == spacing_mm


def test_magnification_is_named(write_dicom):
    _, warnings = geometry(
        write_dicom, Modality="MG", ImagerPixelSpacing=[0.1, 0.1], EstimatedRadiographicMagnificationFactor=1.8
    )
    assert warnings == ("millimetres are measured at the detector, not in the patient; estimated magnification 1.8",)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"DistanceSourceToDetector": 1000, "DistanceSourceToPatient": 800}, "; magnification 1.25 by distances"),
        ({"DistanceSourceToDetector": 1000}, ""),
        ({"DistanceSourceToDetector": 800, "DistanceSourceToPatient": 1000}, ""),
    ],
)
def test_magnification_by_distances(write_dicom, attributes, words):
    found, warnings = geometry(write_dicom, Modality="DX", ImagerPixelSpacing=[0.1, 0.1], **attributes)
    assert warnings == (f"millimetres are measured at the detector, not in the patient{words}",)
    assert found.spacing_mm == (1, 0.1, 0.1)


def test_how_it_was_calibrated_is_told(write_dicom):
    _, warnings = geometry(
        write_dicom, Modality="DX", PixelSpacing=[0.2, 0.2], ImagerPixelSpacing=[0.3, 0.3],
        PixelSpacingCalibrationType="FIDUCIAL", PixelSpacingCalibrationDescription="steel ball of 25 mm",
    )  # fmt: skip
    assert warnings == ("millimetres were calibrated by fiducial: steel ball of 25 mm",)
    _, warnings = geometry(write_dicom, Modality="DX", PixelSpacing=[0.2, 0.2])
    assert "does not say whether its pixel spacing holds in the patient" in warnings[0]
    _, warnings = geometry(write_dicom, Modality="DX", PixelSpacing=[0.2, 0.2], ImagerPixelSpacing=[0.3, 0.3])
    assert warnings == (
        "millimetres are not those at the detector: calibrated or corrected, the file does not say how",
    )


def test_a_scanned_film_is_measured_on_the_film(write_dicom):
    found, warnings = geometry(write_dicom, Modality="OT", NominalScannedPixelSpacing=[0.15, 0.15])
    assert found.calibration is Calibration.DETECTOR and found.spacing_mm == (1, 0.15, 0.15)
    assert "on the scanned film" in warnings[0]


def test_detector_spacing_of_an_enhanced_projection(write_dicom):
    inner, shared = Dataset(), Dataset()
    inner.ImagerPixelSpacing = [0.4, 0.4]
    shared.FramePixelDataPropertiesSequence = [inner]
    found, _ = geometry(write_dicom, Modality="XA", SharedFunctionalGroupsSequence=[shared])
    assert found.calibration is Calibration.DETECTOR and found.spacing_mm == (1, 0.4, 0.4)


def test_an_aspect_ratio_is_of_heights_to_widths(write_dicom):
    """PS3.3 C.7.6.3.1.7: vertical size first; an even ratio is none."""
    assert geometry(write_dicom, Modality="OT", PixelAspectRatio=[5, 5])[0].spacing_mm == (1, 1, 1)
    found, warnings = geometry(write_dicom, Modality="OT", PixelAspectRatio=[1, 2])
    assert found.spacing_mm == (1, 0.5, 1) and not found.has_mm and "not square" in warnings[0]


def region(delta_x_cm: float, delta_y_cm: float, unit: int = 3) -> Dataset:
    found = Dataset()
    found.PhysicalUnitsXDirection = found.PhysicalUnitsYDirection = unit
    found.PhysicalDeltaX, found.PhysicalDeltaY = delta_x_cm, delta_y_cm
    return found


def test_one_ultrasound_scale_in_centimetres_calibrates(write_dicom):
    found, _ = geometry(write_dicom, Modality="US", SequenceOfUltrasoundRegions=[region(-0.02, 0.03), region(1, 1, 4)])
    assert found.calibration is Calibration.REGION
    assert found.spacing_mm == pytest.approx((1, 0.3, 0.2))


def test_two_ultrasound_scales_claim_nothing(write_dicom):
    found, warnings = geometry(
        write_dicom, Modality="US", SequenceOfUltrasoundRegions=[region(0.02, 0.02), region(0.03, 0.03)]
    )
    assert found.calibration is Calibration.NONE and "2 ultrasound regions with different scales" in warnings[0]


@pytest.mark.parametrize("orientation", [[1, 0, 0, 1, 0, 0], [2, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0]])
def test_an_impossible_orientation_places_nothing(write_dicom, orientation):
    found, _ = geometry(
        write_dicom, ImagePositionPatient=[0, 0, 0], ImageOrientationPatient=orientation, PixelSpacing=[1, 1]
    )
    assert not found.has_position


def test_an_impossible_orientation_is_told(write_dicom):
    _, warnings = geometry(
        write_dicom, ImagePositionPatient=[0, 0, 0], ImageOrientationPatient=[1, 0, 0, 1, 0, 0], PixelSpacing=[1, 1]
    )
    assert warnings == ("the stated orientation is impossible: no place in the patient is claimed",)


def test_projections_of_one_series_are_listed_one_by_one(write_dicom):
    for n in (1, 2):
        path = write_dicom(np.zeros((4, 4), np.uint8), f"{n}.dcm", Modality="DX", InstanceNumber=n)
    assert [series.frames for series in reading.open_study(path.parent).series] == [1, 1]


def test_stills_of_one_kind_are_one_stack_and_others_stand_alone(write_dicom):
    for n in (1, 2):
        write_dicom(np.full((4, 4), n, np.uint8), f"{n}.dcm", Modality="US", InstanceNumber=n)
    path = write_dicom(np.zeros((4, 4), np.uint8), "7.dcm", Modality="US", BitsStored=7, HighBit=6)
    found = reading.open_study(path.parent).series
    assert [(series.kind, series.frames) for series in found] == [("image", 2), ("image", 1)]
    assert reading.load_volume(found[0]).array[:, 0, 0].tolist() == [1, 2]


def test_files_without_a_series_identity_are_never_mixed(write_dicom):
    for n in (1, 2):
        path = write_dicom(np.zeros((4, 4), np.uint8), f"{n}.dcm", Modality="US", SeriesInstanceUID=None)
    assert [series.frames for series in reading.open_study(path.parent).series] == [1, 1]


@pytest.mark.parametrize(
    ("keyword", "written", "words"),
    [
        ("PixelSpacing", b"0,5\\0,5 ", "the stated pixel spacing, 0,5\\0,5, is no pair of numbers: pixels only"),
        ("ImagePositionPatient", b"1,5\\2\\3 ", "the stated position, 1,5\\2\\3, is no row of numbers: no place"),
    ],
)
def test_numbers_with_a_comma_are_told(write_dicom, keyword, written, words):
    placed = {"PixelSpacing": [9, 9], "ImagePositionPatient": [9, 9, 9], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}
    path = write_dicom(np.zeros((4, 4), np.uint8), **placed)
    data = dcmread(path)
    data[keyword] = RawDataElement(data[keyword].tag, "DS", len(written), written, 0, False, True)
    data.save_as(path)
    (series,) = reading.open_study(path).series
    assert not series.geometry.has_position
    assert any(each.startswith(words) for each in series.warnings), series.warnings


@pytest.mark.parametrize(("first", "placed"), [(7.004, True), (8.0, False)])
def test_a_dose_whose_offsets_begin_elsewhere_says_so(write_dicom, first, placed):
    path = write_dicom(
        np.zeros((2, 2, 2), np.uint16), Modality="RTDOSE", PixelSpacing=[2, 2],
        GridFrameOffsetVector=[first, first + 5], ImagePositionPatient=[1, 2, 7],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
    )  # fmt: skip
    (series,) = reading.open_study(path).series
    assert series.geometry.has_position == placed
    assert any("begins at 8, expected 0" in each for each in series.warnings) != placed
