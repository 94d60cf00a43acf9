"""The chest as positron emission tomography shows it: what takes up sugar is bright, in Bq/ml from which SUV follow."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID
from scipy import ndimage

from imaging.geometry import Calibration, Geometry
from imaging.phantom import objects
from imaging.phantom.anatomy import LEFT_HEART, build
from imaging.phantom.scene import Scene

PET_STORAGE = UID("1.2.840.10008.5.1.4.1.1.128")
GEOMETRY = Geometry((36, 90, 90), (8.0, 4.0, 4.0), (-178.0, -178.0, -150.0), calibration=Calibration.PATIENT)
"""In the frame of reference of the CT."""

LUNG_SUV, SOFT_TISSUE_SUV, HEART_SUV = 0.4, 0.9, 2.6
LESION_SUV = (0.0, 2.2, 6.5, 9.0)
"""By label value."""

WEIGHT_KG, DOSE_BQ, HALF_LIFE_S, WAIT_S = 70.0, 350e6, 6586.2, 3600.0
BQ_PER_ML_OF_SUV = DOSE_BQ * 2 ** (-WAIT_S / HALF_LIFE_S) / (WEIGHT_KG * 1000)
_SHARPNESS_MM = 2.5
"""Standard deviation of what a point looks like."""


def uptake_suv() -> NDArray[np.float32]:
    """(K, J, I) SUVbw on :data:`GEOMETRY`."""
    scene, lesions = build(GEOMETRY)
    suv = np.select([scene.hu < -950, scene.hu < -300], [0.0, LUNG_SUV], SOFT_TISSUE_SUV).astype(np.float32)
    box, weight = Scene(GEOMETRY).ellipsoid(*LEFT_HEART)
    suv[box] += weight * (scene.hu[box] > 0) * np.float32(HEART_SUV - SOFT_TISSUE_SUV)
    suv = np.where(lesions > 0, np.asarray(LESION_SUV, np.float32)[lesions], suv)
    blurred = ndimage.gaussian_filter(suv, [_SHARPNESS_MM / spacing for spacing in GEOMETRY.spacing_mm])
    return np.asarray(blurred, np.float32)


def slices() -> Iterator[Dataset]:
    """Positron Emission Tomography Image Storage, the highest slice first."""
    bq_per_ml = uptake_suv() * np.float32(BQ_PER_ML_OF_SUV)
    for k in reversed(range(len(bq_per_ml))):
        yield _slice(bq_per_ml, k)


def _slice(bq_per_ml: NDArray[np.float32], k: int) -> Dataset:
    data = objects.new_image("PT", PET_STORAGE, number=len(bq_per_ml) - k, time="110000")
    objects.of_another_examination(data, "pet", "PET of the chest")
    objects.place(data, GEOMETRY, k)
    data.SeriesDescription, data.ImageType = "PET thorax, attenuation corrected", ["ORIGINAL", "PRIMARY"]
    data.PatientWeight, data.Units, data.DecayCorrection = WEIGHT_KG, "BQML", "START"
    data.CorrectedImage = ["ATTN", "DECY"]
    data.Laterality = ""
    data.PatientOrientationCodeSequence = Sequence([objects.coded("102538003", "SCT", "recumbent")])
    data.PatientOrientationCodeSequence[0].PatientOrientationModifierCodeSequence = Sequence(
        [objects.coded("40199007", "SCT", "supine")]
    )
    data.PatientGantryRelationshipCodeSequence = Sequence([objects.coded("102540008", "SCT", "headfirst")])
    data.CountsSource, data.SeriesType = "EMISSION", ["STATIC", "IMAGE"]
    data.NumberOfSlices, data.ImageIndex = len(bq_per_ml), data.InstanceNumber
    data.CollimatorType, data.RandomsCorrectionMethod = "NONE", "NONE"
    data.ActualFrameDuration, data.FrameReferenceTime, data.DecayFactor = 120000, 0, 1
    data.RadiopharmaceuticalInformationSequence = Sequence([_tracer()])
    slope = float(bq_per_ml.max()) / 32767
    data.RescaleIntercept, data.RescaleSlope = 0, f"{slope:.8g}"
    middle = round(3 * BQ_PER_ML_OF_SUV)
    data.WindowCenter, data.WindowWidth, data.VOILUTFunction = middle, 2 * middle, "LINEAR_EXACT"
    objects.set_pixels(data, np.rint(bq_per_ml[k] / slope).astype(np.uint16), bits=16)
    return data


def _tracer() -> Dataset:
    tracer = Dataset()
    tracer.Radiopharmaceutical = "Fluorodeoxyglucose"
    tracer.RadiopharmaceuticalStartTime = "100000"
    tracer.RadionuclideTotalDose, tracer.RadionuclideHalfLife = DOSE_BQ, HALF_LIFE_S
    tracer.RadionuclideCodeSequence = Sequence([objects.coded("77004003", "SCT", "^18^Fluorine")])
    tracer.RadiopharmaceuticalCodeSequence = Sequence([objects.coded("35321007", "SCT", "Fluorodeoxyglucose F^18^")])
    return tracer
