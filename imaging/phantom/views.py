"""The chest X-ray in two views: from the back, and from the right side."""

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from imaging.phantom import objects, projection

_NAME, _DESCRIPTION = "views", "Chest X-ray, two views"


def two_views() -> tuple[Dataset, Dataset]:
    """Frontal and left lateral radiograph as Digital X-Ray Image Storage - For Presentation, two series of a study."""
    frontal, lateral = objects.xray(projection.radiograph()), objects.xray(projection.lateral_radiograph())
    lateral.SeriesDescription, lateral.ViewPosition, lateral.PatientOrientation = "Chest lateral", "LL", ["P", "F"]
    lateral.InstanceNumber, lateral.SeriesNumber = 2, 3
    code = objects.coded("399173006", "SCT", "left lateral")
    code.ViewModifierCodeSequence = Sequence()
    lateral.ViewCodeSequence = Sequence([code])
    for each in (frontal, lateral):
        objects.of_another_examination(each, _NAME, _DESCRIPTION)
    lateral.SeriesInstanceUID = objects.uid("series", _NAME, "lateral")
    return frontal, lateral
