"""DICOM data sets of the phantom: CT, digital X-ray and ultrasound, with identities that never change."""

import hashlib
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, RLELossless

from imaging.phantom import ultrasound
from imaging.phantom.projection import Radiograph
from imaging.volume import Volume

CT_STORAGE = UID("1.2.840.10008.5.1.4.1.1.2")
DX_STORAGE = UID("1.2.840.10008.5.1.4.1.1.1.1")
US_CLIP_STORAGE = UID("1.2.840.10008.5.1.4.1.1.3.1")

_RESCALE_INTERCEPT = -1024
_DATE, _YEAR_BEFORE = "20260101", "20250101"


def uid(*parts: str | int) -> UID:
    """A UID that is the same for the same words: a name-based UUID as a number (PS3.5 B.2)."""
    digest = bytearray(hashlib.sha256("/".join(("wetread phantom", *map(str, parts))).encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return UID(f"2.25.{int.from_bytes(digest, 'big')}")


def ct_slice(volume: Volume, k: int) -> Dataset:
    """Slice ``k`` of the CT as CT Image Storage, 12 bit with a rescale to HU. Instance 1 is the highest slice."""
    count, rows, columns = volume.geometry.shape_kji
    data = _image("CT", CT_STORAGE, number=count - k, time="101500")
    data.SeriesDescription = "CT thorax 4.5 mm"
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.BodyPartExamined = "CHEST"
    data.PatientPosition = "HFS"
    data.FrameOfReferenceUID = uid("frame of reference")
    data.PositionReferenceIndicator = ""
    origin = volume.geometry.slab(k).origin_lps
    data.ImagePositionPatient = [f"{value:.4f}" for value in origin]
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.PixelSpacing = list(volume.geometry.spacing_mm[1:])
    data.SliceThickness = volume.geometry.spacing_mm[0]
    data.SliceLocation = f"{origin[2]:.4f}"
    data.KVP = "120"
    data.AcquisitionNumber = 1
    data.RescaleIntercept, data.RescaleSlope, data.RescaleType = _RESCALE_INTERCEPT, 1, "HU"
    data.WindowCenter = [window.centre for window in volume.windows]
    data.WindowWidth = [window.width for window in volume.windows]
    data.WindowCenterWidthExplanation = [window.name.upper() for window in volume.windows]
    stored = (volume.array[k].astype(np.int32) - _RESCALE_INTERCEPT).astype(np.uint16)
    _pixels(data, stored.reshape(rows, columns), bits=12)
    return data


def xray(image: Radiograph) -> Dataset:
    """The radiograph as Digital X-Ray Image Storage - For Presentation, posterior-anterior view."""
    data = _image("DX", DX_STORAGE, number=1, time="102000")
    data.SeriesDescription = "Chest PA"
    data.ImageType = ["ORIGINAL", "PRIMARY", ""]
    data.PresentationIntentType = "FOR PRESENTATION"
    data.BodyPartExamined = "CHEST"
    data.AnatomicRegionSequence = Sequence([_code("51185008", "SCT", "Chest")])
    data.ImageLaterality = "U"
    data.PatientOrientation = ["L", "F"]
    data.ViewPosition = "PA"
    data.ViewCodeSequence = Sequence([_code("399348003", "SCT", "postero-anterior")])
    data.ViewCodeSequence[0].ViewModifierCodeSequence = Sequence()
    data.PatientOrientationCodeSequence = Sequence([_code("10904000", "SCT", "erect")])
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
    _pixels(data, image.array, bits=12)
    return data


def ultrasound_clip(clip: ultrasound.Clip) -> Dataset:
    """The clip as Ultrasound Multi-frame Image Storage, run-length coded."""
    data = _image("US", US_CLIP_STORAGE, number=1, time="103000")
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
    _pixels(data, clip.array, bits=8)
    data.compress(RLELossless, generate_instance_uid=False)
    return data


def a_year_before(data: Dataset) -> Dataset:
    """The same image as one of an earlier study of the patient."""
    data.StudyDate = data.SeriesDate = data.AcquisitionDate = data.ContentDate = _YEAR_BEFORE
    data.StudyInstanceUID, data.AccessionNumber = uid("study before"), "PHANTOM0"
    data.SeriesInstanceUID, data.SOPInstanceUID = uid("series before"), uid("image before")
    return data


def _region(clip: ultrasound.Clip) -> Dataset:
    """The fan as a 2-D tissue region with its calibration in centimetres (PS3.3 C.8.5.5)."""
    rows, columns = np.flatnonzero(clip.fan.any(axis=1)), np.flatnonzero(clip.fan.any(axis=0))
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.RegionLocationMinX0, region.RegionLocationMaxX1 = int(columns[0]), int(columns[-1])
    region.RegionLocationMinY0, region.RegionLocationMaxY1 = int(rows[0]), int(rows[-1])
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = ultrasound.PIXEL_MM / 10
    return region


def _image(modality: Literal["CT", "DX", "US"], sop_class: UID, number: int, time: str) -> Dataset:
    """What every object of the study says: patient, study, series, equipment."""
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
    data.SeriesNumber = {"CT": 1, "DX": 2, "US": 3}[modality]
    data.Manufacturer, data.ManufacturerModelName = "Wetread", "Thorax phantom"
    data.DeviceSerialNumber, data.SoftwareVersions = "1", "1"
    return data


def _pixels(data: Dataset, array: NDArray[np.uint8] | NDArray[np.uint16], bits: int) -> None:
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows, data.Columns = array.shape[-2:]
    data.BitsAllocated, data.BitsStored, data.HighBit = array.itemsize * 8, bits, bits - 1
    data.PixelRepresentation = 0
    data.PixelData = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
    data["PixelData"].VR = "OW" if array.itemsize == 2 else "OB"


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code
