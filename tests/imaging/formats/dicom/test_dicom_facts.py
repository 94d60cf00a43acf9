"""What measured numbers depend on: magnification, view, uptake by body weight, regions of each file."""

from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from imaging.formats import reading
from imaging.formats.dicom.header import read_header
from imaging.formats.dicom.uptake import moment, suv_factor

HALF_LIFE_S = 6588.0


def tracer(**more: Any) -> Dataset:
    found = Dataset()
    found.RadionuclideTotalDose, found.RadionuclideHalfLife = 370e6, HALF_LIFE_S
    found.RadiopharmaceuticalStartTime = "100000"
    for keyword, value in more.items():
        setattr(found, keyword, value)
    return found


PET: dict[str, Any] = {
    "Modality": "PT", "Units": "BQML", "PatientWeight": 70, "CorrectedImage": ["ATTN", "DECY", "SCAT"],
    "DecayCorrection": "START", "SeriesDate": "20260102", "SeriesTime": "114948", "AcquisitionDate": "20260102",
    "AcquisitionTime": "115000.5", "RadiopharmaceuticalInformationSequence": [tracer()],
}  # fmt: skip


def factor(write_dicom, **more: Any) -> tuple[float, str]:
    told = {name: value for name, value in {**PET, **more}.items() if value is not None}
    return suv_factor([read_header(write_dicom(np.zeros((4, 4), np.uint16), **told))])


def test_the_factor_is_weight_over_the_dose_that_is_left(write_dicom) -> None:
    """One half-life (6,588 s = 1 h 49 min 48 s) after the injection half of 370 MBq is left: 70,000 g / 185 MBq."""
    found, why = factor(write_dicom)
    assert (found, why) == (pytest.approx(70_000 / 185e6, rel=1e-12), "")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"DecayCorrection": "ADMIN"}, 70_000 / 370e6),
        ({"Units": "GML"}, 1.0),
        ({"Units": "GML", "SUVType": "BW"}, 1.0),
        ({"RadiopharmaceuticalInformationSequence":
          [tracer(RadiopharmaceuticalStartDateTime="20260102100000.000000")]}, 70_000 / 185e6),
        ({"SeriesTime": "001000", "AcquisitionTime": "002000", "RadiopharmaceuticalInformationSequence":
          [tracer(RadiopharmaceuticalStartTime="222012")]}, 70_000 / 185e6),
    ],
)  # fmt: skip
def test_other_ways_to_tell_it(write_dicom, told: dict[str, Any], expected: float) -> None:
    assert factor(write_dicom, **told)[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"PatientWeight": None}, "weight not stated"),
        ({"RadiopharmaceuticalInformationSequence": None}, "dose and half-life not stated"),
        ({"Units": "CNTS"}, "the values are CNTS, expected Bq/ml"),
        ({"Units": "GML", "SUVType": "LBM"}, "another kind (LBM)"),
        ({"CorrectedImage": ["ATTN"]}, "not corrected for both"),
        ({"DecayCorrection": "NONE"}, "decay correction is NONE"),
        ({"SeriesTime": "120000"}, "made after its images"),
        ({"SeriesTime": None}, "time of the series"),
        ({"RadiopharmaceuticalInformationSequence": [tracer(RadiopharmaceuticalStartTime="")]}, "time of injection"),
        ({"RadiopharmaceuticalInformationSequence": [tracer(RadiopharmaceuticalStartDateTime="20251224100000")]},
         "apart"),
    ],
)  # fmt: skip
def test_no_factor_is_made_up(write_dicom, told: dict[str, Any], why: str) -> None:
    found, said = factor(write_dicom, **told)
    assert found == 0 and why in said


def philips(write_dicom, suv: str = "", activity: str = "", creator: str = "Philips PET Private Group") -> Any:
    """A factor from counts: ``suv`` in (7053,1000) and ``activity`` in (7053,1009)."""
    path = write_dicom(np.zeros((4, 4), np.uint16), **{**PET, "Units": "CNTS"})
    data = dcmread(path)
    block = data.private_block(0x7053, creator, create=True)
    for element, value in ((0x00, suv), (0x09, activity)):
        if value:
            block.add_new(element, "DS", value)
    data.save_as(path)
    return suv_factor([read_header(path)])


def test_counts_of_philips_become_uptake_by_the_factor_stated(write_dicom) -> None:
    """Two counts at 0.00125 each are SUV 0.0025; to Bq/ml at 2.5 each, then 70,000 g over the 185 MBq that are left."""
    assert philips(write_dicom, suv="0.00125", activity="2.5") == (0.00125, "")
    assert philips(write_dicom, suv="0", activity="2.5") == (pytest.approx(2.5 * 70_000 / 185e6, rel=1e-12), "")
    for nothing in (philips(write_dicom), philips(write_dicom, suv="0.00125", creator="Somebody Else")):
        assert nothing == (0.0, "the values are CNTS, expected Bq/ml")


def test_other_modalities_miss_nothing(write_dicom) -> None:
    assert factor(write_dicom, Modality="CT") == (0.0, "")


def test_moments_of_the_standards_form() -> None:
    found = moment("20260102", "114948.25")
    assert found is not None and found.isoformat() == "2026-01-02T11:49:48.250000"
    assert moment("20260102", "11+0500") is not None and moment("2026", "114948") is None and moment("x", "y") is None


def facts(write_dicom, **told: Any):
    path = write_dicom(np.zeros((20, 30), np.uint16), **told)
    study = reading.open_study(path)
    return reading.load_volume(study.series[0]).facts


def test_projections_tell_magnification_view_and_kind_of_calibration(write_dicom) -> None:
    found = facts(write_dicom, Modality="DX", ImagerPixelSpacing=[0.2, 0.2], ViewPosition="AP",
                  EstimatedRadiographicMagnificationFactor=1.1)  # fmt: skip
    assert (found.magnification, found.magnification_by, found.view_position) == (1.1, "estimated by the device", "AP")
    assert not found.spacing_unclear
    found = facts(write_dicom, Modality="CR", PixelSpacing=[0.2, 0.2], DistanceSourceToDetector=1500,
                  DistanceSourceToPatient=1200)  # fmt: skip
    assert (found.magnification, found.magnification_by, found.spacing_unclear) == (1.25, "by distances", True)
    found = facts(write_dicom, Modality="CR", PixelSpacing=[0.2, 0.2], PixelSpacingCalibrationType="FIDUCIAL")
    assert (found.calibrated_by, found.spacing_unclear) == ("fiducial", False)


def test_every_picture_has_the_regions_of_its_own_file(write_dicom) -> None:
    def region(depth: float) -> Dataset:
        made = Dataset()
        made.RegionSpatialFormat, made.PhysicalUnitsXDirection, made.PhysicalUnitsYDirection = 1, 3, 3
        made.RegionLocationMinX0 = made.RegionLocationMinY0 = 0
        made.RegionLocationMaxX1, made.RegionLocationMaxY1 = 29, 19
        made.PhysicalDeltaX = made.PhysicalDeltaY = depth
        return made

    same = {"Modality": "US", "SeriesInstanceUID": "1.2.3", "StudyInstanceUID": "1.2"}
    paths = [
        write_dicom(np.zeros((20, 30), np.uint8), name=f"{n}.dcm", InstanceNumber=n, SOPInstanceUID=f"1.2.3.{n}",
                    SequenceOfUltrasoundRegions=[region(0.02 * n), region(0.03)], **same)
        for n in (1, 2)
    ]  # fmt: skip
    study = reading.open_study(paths[0].parent)
    (series,) = study.series
    volume = reading.load_volume(series)
    assert [volume.regions_at(k)[0].delta[0] for k in (0, 1)] == pytest.approx([0.02, 0.04])
