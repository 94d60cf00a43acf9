"""DICOM data sets of the phantom: CT, digital X-ray and ultrasound, with identities that never change."""

import hashlib
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, RLELossless

from imaging.geometry import Geometry
from imaging.phantom import ultrasound
from imaging.phantom.projection import Radiograph
from imaging.volume import Volume

CT_STORAGE = UID("1.2.840.10008.5.1.4.1.1.2")
DX_STORAGE = UID("1.2.840.10008.5.1.4.1.1.1.1")
US_CLIP_STORAGE = UID("1.2.840.10008.5.1.4.1.1.3.1")

Box = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0."""

Modality = Literal["CT", "DX", "US", "PT", "CR"]
_SERIES_NUMBERS: dict[Modality, int] = {"CT": 1, "DX": 2, "US": 3, "PT": 4, "CR": 5}

_DATE, YEAR_BEFORE, LATER = "20260101", "20250101", "20260105"


def uid(*parts: str | int) -> UID:
    """A UID that is the same for the same words: a name-based UUID as a number (PS3.5 B.2)."""
    digest = bytearray(hashlib.sha256("/".join(("wetread phantom", *map(str, parts))).encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return UID(f"2.25.{int.from_bytes(digest, 'big')}")


def ct_slice(volume: Volume, k: int, lowest_hu: int = -1024) -> Dataset:
    """Slice ``k`` of a CT as CT Image Storage, 12 bit with a rescale to HU. Instance 1 is the highest slice.

    Args:
        lowest_hu: what a stored 0 stands for.
    """
    count, rows, columns = volume.geometry.shape_kji
    data = new_image("CT", CT_STORAGE, number=count - k, time="101500")
    data.SeriesDescription = "CT thorax 4.5 mm"
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.BodyPartExamined = "CHEST"
    data.PatientPosition = "HFS"
    place(data, volume.geometry, k)
    data.KVP = "120"
    data.AcquisitionNumber = 1
    data.RescaleIntercept, data.RescaleSlope, data.RescaleType = lowest_hu, 1, "HU"
    data.WindowCenter = [window.centre for window in volume.windows]
    data.WindowWidth = [window.width for window in volume.windows]
    data.WindowCenterWidthExplanation = [window.name.upper() for window in volume.windows]
    stored = (volume.array[k].astype(np.int32) - lowest_hu).astype(np.uint16)
    set_pixels(data, stored.reshape(rows, columns), bits=12)
    return data


def place(data: Dataset, geometry: Geometry, k: int) -> None:
    """Say where slice ``k`` of an axial grid lies, in the phantom's one frame of reference."""
    origin = geometry.slab(k).origin_lps
    data.FrameOfReferenceUID = uid("frame of reference")
    data.PositionReferenceIndicator = ""
    data.ImagePositionPatient = [f"{value:.4f}" for value in origin]
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.PixelSpacing = list(geometry.spacing_mm[1:])
    data.SliceThickness = geometry.spacing_mm[0]
    data.SliceLocation = f"{origin[2]:.4f}"


def xray(image: Radiograph) -> Dataset:
    """The radiograph as Digital X-Ray Image Storage - For Presentation, posterior-anterior view."""
    data = new_image("DX", DX_STORAGE, number=1, time="102000")
    data.SeriesDescription = "Chest PA"
    data.ImageType = ["ORIGINAL", "PRIMARY", ""]
    data.PresentationIntentType = "FOR PRESENTATION"
    data.BodyPartExamined = "CHEST"
    data.AnatomicRegionSequence = Sequence([coded("51185008", "SCT", "Chest")])
    data.ImageLaterality = "U"
    data.PatientOrientation = ["L", "F"]
    data.ViewPosition = "PA"
    data.ViewCodeSequence = Sequence([coded("399348003", "SCT", "postero-anterior")])
    data.ViewCodeSequence[0].ViewModifierCodeSequence = Sequence()
    data.PatientOrientationCodeSequence = Sequence([coded("10904000", "SCT", "erect")])
    data.DetectorType, data.DetectorConfiguration = "DIRECT", "AREA"
    data.PositionerType = "NONE"
    data.ImagerPixelSpacing = [f"{image.pixel_mm:.6f}", f"{image.pixel_mm:.6f}"]
    data.PixelIntensityRelationship, data.PixelIntensityRelationshipSign = "LOG", 1
    data.RescaleIntercept, data.RescaleSlope, data.RescaleType = 0, 1, "US"
    data.PresentationLUTShape = "IDENTITY"
    data.LossyImageCompression = "00"
    data.BurnedInAnnotation = "YES"
    data.AcquisitionContextSequence = Sequence()
    data.WindowCenter, data.WindowWidth = 2000, 4000
    set_pixels(data, image.array, bits=12)
    return data


def ultrasound_clip(clip: ultrasound.Clip) -> Dataset:
    """The clip as Ultrasound Multi-frame Image Storage, run-length coded."""
    data = new_image("US", US_CLIP_STORAGE, number=1, time="103000")
    data.SeriesDescription = "Lung ultrasound, convex"
    data.ImageType = ["ORIGINAL", "PRIMARY", "ABDOMINAL", "0001"]
    data.PatientOrientation = ""
    data.BodyPartExamined = "CHEST"
    data.NumberOfFrames = len(clip.array)
    data.FrameTime = ultrasound.FRAME_TIME_MS
    data.FrameIncrementPointer = (0x0018, 0x1063)
    data.UltrasoundColorDataPresent = 0
    data.LossyImageCompression = "00"
    data.BurnedInAnnotation = "NO"
    data.SequenceOfUltrasoundRegions = Sequence([_region(clip)])
    set_pixels(data, clip.array, bits=8)
    data.compress(RLELossless, generate_instance_uid=False)
    return data


def of_another_examination(data: Dataset, name: str, description: str, date: str = LATER) -> Dataset:
    """The same object as one of another study of the patient; ``name`` tells the studies apart."""
    data.StudyDate = data.SeriesDate = data.AcquisitionDate = data.ContentDate = date
    data.StudyInstanceUID, data.AccessionNumber = uid("study", name), f"PHANTOM-{name.upper()}"
    data.StudyDescription = description
    data.SeriesInstanceUID, data.SOPInstanceUID = uid("series", name), uid(name, data.InstanceNumber)
    return data


def _region(clip: ultrasound.Clip) -> Dataset:
    """The fan as a region of tissue."""
    rows, columns = np.flatnonzero(clip.fan.any(axis=1)), np.flatnonzero(clip.fan.any(axis=0))
    box_ji = int(rows[0]), int(columns[0]), int(rows[-1]), int(columns[-1])
    return picture_region(box_ji, 1, ultrasound.PIXEL_MM)


def picture_region(box_ji: Box, data_type: int, pixel_mm: float) -> Dataset:
    """A two-dimensional region of an ultrasound image, calibrated in centimetres; see :func:`region`."""
    found = region(box_ji, 1, data_type)
    found.PhysicalUnitsXDirection = found.PhysicalUnitsYDirection = 3
    found.PhysicalDeltaX = found.PhysicalDeltaY = pixel_mm / 10
    return found


def region(box_ji: Box, spatial_format: int, data_type: int) -> Dataset:
    """A region of an ultrasound image without its calibration (PS3.3 C.8.5.5).

    Args:
        spatial_format, data_type: Region Spatial Format and Region Data Type.
    """
    found = Dataset()
    found.RegionSpatialFormat, found.RegionDataType, found.RegionFlags = spatial_format, data_type, 0
    found.RegionLocationMinY0, found.RegionLocationMinX0 = box_ji[:2]
    found.RegionLocationMaxY1, found.RegionLocationMaxX1 = box_ji[2:]
    return found


def new_image(modality: Modality, sop_class: UID, number: int, time: str) -> Dataset:
    """What every object of the study says: patient, study, series, equipment.

    Args:
        time: when it was made, DICOM TM.
    """
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SpecificCharacterSet = "ISO_IR 192"
    data.SOPClassUID, data.SOPInstanceUID = sop_class, uid(modality, number)
    data.PatientName, data.PatientID = "Phantom^Thorax", "PHANTOM"
    data.PatientBirthDate, data.PatientSex = "19700101", "O"
    data.StudyInstanceUID, data.SeriesInstanceUID = uid("study"), uid("series", modality)
    data.StudyID, data.AccessionNumber = "1", "PHANTOM1"
    data.StudyDescription = "Synthetic chest with known findings"
    data.ReferringPhysicianName = ""
    data.StudyDate = data.SeriesDate = data.AcquisitionDate = data.ContentDate = _DATE
    data.StudyTime, data.SeriesTime, data.AcquisitionTime, data.ContentTime = "100000", time, time, time
    data.Modality, data.InstanceNumber = modality, number
    data.SeriesNumber = _SERIES_NUMBERS[modality]
    data.Manufacturer, data.ManufacturerModelName = "Wetread", "Thorax phantom"
    data.DeviceSerialNumber, data.SoftwareVersions = "1", "1"
    return data


def set_pixels(data: Dataset, array: NDArray[np.uint8] | NDArray[np.uint16], bits: int) -> None:
    """Put grey values into an object as they are, (J, I) or (K, J, I); ``bits`` of each are used."""
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows, data.Columns = array.shape[-2:]
    data.BitsAllocated, data.BitsStored, data.HighBit = array.itemsize * 8, bits, bits - 1
    data.PixelRepresentation = 0
    data.PixelData = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
    data["PixelData"].VR = "OW" if array.itemsize == 2 else "OB"


def coded(value: str, scheme: str, meaning: str) -> Dataset:
    """A coded entry (PS3.3 8.8)."""
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code
