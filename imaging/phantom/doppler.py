"""A vessel under colour and pulsed-wave Doppler: flow in colour above, its speed over time below."""

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID
from scipy import ndimage

from imaging.phantom import objects

US_STORAGE = UID("1.2.840.10008.5.1.4.1.1.6.1")
ROWS, COLUMNS, SPLIT = 360, 480, 200
"""Above row ``SPLIT`` is the picture, below it the spectrum."""

PIXEL_MM = 0.25
BASELINE, CM_PER_S_PX, SECONDS_PX = 130, 1.0, 0.01
"""Of the spectrum: row of no flow, counted from its top; speed of a row; time of a column."""

SYSTOLE_CM_PER_S, DIASTOLE_CM_PER_S, BEAT_S = 95.0, 22.0, 0.9
_CENTRE_MM, _RADIUS_MM, _WAVE_MM = 26.0, 3.4, 1.2


def image() -> Dataset:
    """Ultrasound Image Storage, RGB, with a region in centimetres and one in cm/s and seconds (PS3.3 C.8.5.5)."""
    data = objects.new_image("US", US_STORAGE, number=1, time="103500")
    objects.of_another_examination(data, "doppler", "Carotid Doppler")
    data.SeriesDescription, data.ImageType = "Carotid artery, Doppler", ["ORIGINAL", "PRIMARY", "VASCULAR", "0001"]
    data.PatientOrientation, data.BodyPartExamined = "", "NECK"
    data.UltrasoundColorDataPresent, data.LossyImageCompression = 1, "00"
    flow = objects.picture_region((0, 0, SPLIT - 1, COLUMNS - 1), 2, PIXEL_MM)
    data.SequenceOfUltrasoundRegions = Sequence([flow, _spectrum_region()])
    objects.set_pixels(data, np.zeros((ROWS, COLUMNS), np.uint8), bits=8)
    data.SamplesPerPixel, data.PhotometricInterpretation, data.PlanarConfiguration = 3, "RGB", 0
    data.PixelData = pixels().tobytes()
    data["PixelData"].VR = "OB"
    return data


def pixels() -> NDArray[np.uint8]:
    """(J, I, 3) RGB."""
    rng = np.random.default_rng(11)
    return np.concatenate((_picture(rng), _spectrum(rng)))


def _picture(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Tissue in grey, and in the vessel red: brighter where the blood is faster."""
    depth_mm, along_mm = np.mgrid[:SPLIT, :COLUMNS] * PIXEL_MM
    off_mm = np.abs(depth_mm - _CENTRE_MM - _WAVE_MM * np.sin(along_mm / 22))
    wall = 0.75 * np.exp(-(((off_mm - _RADIUS_MM - 0.8) / 0.6) ** 2))
    tissue = np.where(off_mm < _RADIUS_MM + 0.4, 0.03, 0.34 + 0.08 * np.sin(depth_mm * 1.9 + np.sin(along_mm / 9)))
    grey = np.maximum(tissue, wall) * _speckle(rng, (SPLIT, COLUMNS))
    rgb = np.repeat(np.clip(grey, 0, 1)[:, :, None], 3, axis=2)
    speed = np.clip(1 - (off_mm / _RADIUS_MM) ** 2, 0, 1)
    flow = (off_mm < _RADIUS_MM) & (np.abs(along_mm - COLUMNS * PIXEL_MM / 2) < 40)
    rgb[flow] = np.stack((0.45 + 0.55 * speed, 0.9 * speed**2, np.zeros_like(speed)), axis=2)[flow]
    return np.rint(rgb * 255).astype(np.uint8)


def _spectrum(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Speeds upwards over time: an envelope that rises with each beat, over a quiet background."""
    beat = (np.arange(COLUMNS) * SECONDS_PX % BEAT_S) / BEAT_S
    pulse = np.exp(-(((beat - 0.14) / 0.08) ** 2)) + 0.25 * np.exp(-(((beat - 0.42) / 0.12) ** 2))
    envelope = DIASTOLE_CM_PER_S + (SYSTOLE_CM_PER_S - DIASTOLE_CM_PER_S) * pulse
    speed = (BASELINE - np.arange(ROWS - SPLIT))[:, None] * CM_PER_S_PX
    inside = (speed > 0.35 * envelope) & (speed < envelope)
    grey = np.where(inside, 0.35 + 0.5 * speed / envelope, 0.02) * _speckle(rng, inside.shape)
    grey[BASELINE] = 0.7
    grey[0] = 0.5
    return np.repeat(np.rint(np.clip(grey, 0, 1) * 255).astype(np.uint8)[:, :, None], 3, axis=2)


def _speckle(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Rayleigh-distributed envelope with mean 1, longer across the beam than along it."""
    field = [np.asarray(ndimage.gaussian_filter(rng.standard_normal(shape), (0.7, 1.6))) for _ in range(2)]
    envelope = np.hypot(*field)
    return envelope / envelope.mean()


def _spectrum_region() -> Dataset:
    region = objects.region((SPLIT, 0, ROWS - 1, COLUMNS - 1), 3, 3)
    region.ReferencePixelX0, region.ReferencePixelY0 = 0, BASELINE
    region.ReferencePixelPhysicalValueX = region.ReferencePixelPhysicalValueY = 0.0
    region.PhysicalUnitsXDirection, region.PhysicalUnitsYDirection = 4, 7
    region.PhysicalDeltaX, region.PhysicalDeltaY = SECONDS_PX, -CM_PER_S_PX
    return region
