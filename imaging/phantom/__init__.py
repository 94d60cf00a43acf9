"""A synthetic chest for tests and for the first look: CT, X-ray and ultrasound with ground truth."""

from imaging.phantom.anatomy import LABELS, LESIONS, Lesion, thorax
from imaging.phantom.projection import Radiograph, pixel_ji, radiograph
from imaging.phantom.ultrasound import Clip, clip
from imaging.phantom.writing import PhantomStudy, write_later, write_prior_xray, write_study

__all__ = [
    "LABELS",
    "LESIONS",
    "Clip",
    "Lesion",
    "PhantomStudy",
    "Radiograph",
    "clip",
    "pixel_ji",
    "radiograph",
    "thorax",
    "write_later",
    "write_prior_xray",
    "write_study",
]
