"""The phantom as files: three DICOM series of one patient, and beside them what is true about them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pydicom.dataset import Dataset

from imaging import saving
from imaging.formats import nifti, raster
from imaging.labelmap import Label
from imaging.phantom import bedside, contrast, doppler, objects, projection, ultrasound, uptake, views
from imaging.phantom.anatomy import LABELS, LESIONS, Lesion, thorax

VERSION = 1
"""Raised when the phantom's pixels or headers change, so that a copy kept from before is written again."""


@dataclass(frozen=True)
class PhantomStudy:
    """Where the files are, and what is true.

    Attributes:
        study: the folder to open: nothing but the three series.
        ct: folder of the CT series. xray, ultrasound: one file each.
        ct_truth: NIfTI mask on the grid of the CT. xray_truth: PNG mask.
        ultrasound_truth: folder of one PNG mask per frame.
        labels: label values of the CT and X-ray masks.
        lesions: what was put where, LPS millimetres.
    """

    study: Path
    truth: Path
    labels: tuple[Label, ...] = LABELS
    lesions: tuple[Lesion, ...] = LESIONS

    @property
    def ct(self) -> Path:
        return self.study / "ct"

    @property
    def xray(self) -> Path:
        return self.study / "xray" / "chest-pa.dcm"

    @property
    def ultrasound(self) -> Path:
        return self.study / "ultrasound" / "lung.dcm"

    @property
    def ct_truth(self) -> Path:
        return self.truth / "ct.nii.gz"

    @property
    def xray_truth(self) -> Path:
        return self.truth / "xray.png"

    @property
    def ultrasound_truth(self) -> Path:
        return self.truth / "ultrasound"


def write_study(folder: Path) -> PhantomStudy:
    """The study under ``folder/study`` and its truth under ``folder/truth``: the same bytes every time.

    A folder that already holds this version is left as it is.

    Raises:
        SaveError: the folder cannot be written.
    """
    found = PhantomStudy(folder / "study", folder / "truth")
    stamp = folder / "truth" / "phantom.json"
    content = json.dumps({"version": VERSION, "lesions": [asdict(lesion) for lesion in LESIONS]}, indent=1)
    if stamp.is_file() and stamp.read_text() == content:
        return found
    _write_ct(found)
    _write_xray(found)
    _write_ultrasound(found)
    saving.write_bytes(stamp, content.encode())
    return found


def write_prior_xray(folder: Path) -> Path:
    """The file of the radiograph a year before, under ``folder``: the same patient, another study.

    Raises:
        SaveError: the folder cannot be written.
    """
    path = folder / "chest-pa-a-year-before.dcm"
    data = objects.xray(projection.radiograph())
    _save(objects.of_another_examination(data, "before", "Chest X-ray", objects.YEAR_BEFORE), path)
    return path


def write_later(folder: Path) -> Path:
    """``folder``, with later examinations of the patient in it: CT in phases, PET, X-rays, Doppler.

    What files can say of how they are to be shown and measured, and the built-in study does not need, is in these.

    Raises:
        SaveError: the folder cannot be written.
    """
    for data in contrast.phases():
        _save(data, folder / "contrast" / f"slice-{data.InstanceNumber:03d}.dcm")
    for data in uptake.slices():
        _save(data, folder / "pet" / f"slice-{data.InstanceNumber:03d}.dcm")
    _save(bedside.film(projection.radiograph()), folder / "bedside" / "chest-ap.dcm")
    for data in views.two_views():
        _save(data, folder / "views" / f"chest-{data.ViewPosition.lower()}.dcm")
    _save(doppler.image(), folder / "doppler" / "carotid.dcm")
    return folder


def _write_ct(found: PhantomStudy) -> None:
    volume, lesions = thorax()
    for k in range(volume.geometry.shape_kji[0]):
        data = objects.ct_slice(volume, k)
        _save(data, found.ct / f"slice-{data.InstanceNumber:03d}.dcm")
    nifti.write(found.ct_truth, lesions.array, lesions.geometry)


def _write_xray(found: PhantomStudy) -> None:
    image = projection.radiograph()
    _save(objects.xray(image), found.xray)
    raster.write_png(found.xray_truth, image.mask)


def _write_ultrasound(found: PhantomStudy) -> None:
    clip = ultrasound.clip()
    _save(objects.ultrasound_clip(clip), found.ultrasound)
    for k, mask in enumerate(clip.mask):
        raster.write_png(found.ultrasound_truth / f"frame-{k:03d}.png", mask)


def _save(data: Dataset, path: Path) -> None:
    with saving.replacing(path) as temporary:
        data.save_as(temporary, enforce_file_format=True)
