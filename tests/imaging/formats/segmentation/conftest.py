"""Images of every kind of geometry written with pydicom, for masks to lie on; and SEGs written by highdicom."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import highdicom as hd
import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import (
    CTImageStorage,
    EnhancedCTImageStorage,
    ExplicitVRLittleEndian,
    UltrasoundMultiFrameImageStorage,
    generate_uid,
)

from imaging.formats.reading import load_volume, open_study
from imaging.study import Series
from imaging.volume import Volume

ROWS, COLUMNS = 11, 13
"""Sizes that are no multiples of 8: bits of one frame end within a byte."""

OBLIQUE = (0.8, 0.6, 0.0, -0.48, 0.64, 0.6)
NORMAL = np.cross(OBLIQUE[:3], OBLIQUE[3:])


@dataclass(frozen=True)
class Image:
    """A series on disk, as it was written and as we read it."""

    datasets: list[Dataset]
    series: Series
    volume: Volume

    def in_order_of_files(self, mask: np.ndarray) -> np.ndarray:
        """(N, J, I) of the frames as they are stored, from slices as we sort them."""
        stored = np.empty_like(mask)
        stored[self._stored_numbers()] = mask
        return stored

    def _stored_numbers(self) -> list[int]:
        """Of each slice, the number of the file or frame whose position it has."""
        if not self.volume.geometry.has_position:
            return list(range(len(self.volume.array)))
        first = self.datasets[0]
        frames = first.get("PerFrameFunctionalGroupsSequence")
        holders = [each.PlanePositionSequence[0] for each in frames] if frames else self.datasets
        places = np.array([each.ImagePositionPatient for each in holders], float)
        origins = (self.volume.slice_geometry(k).origin_lps for k in range(len(self.volume.array)))
        return [int(np.linalg.norm(places - origin, axis=1).argmin()) for origin in origins]

    def mask(self, labels: int = 2, seed: int = 1) -> np.ndarray:
        """(K, J, I) uint8 noise of 0 to ``labels``, the second slice empty."""
        found = np.random.default_rng(seed).integers(0, labels + 1, self.volume.array.shape[:3]).astype(np.uint8)
        if len(found) > 1:
            found[1] = 0
        return found


def of(**attributes: object) -> Dataset:
    """A data set with these attributes."""
    found = Dataset()
    for keyword, value in attributes.items():
        setattr(found, keyword, value)
    return found


def _common(sop_class: str, modality: str, series_uid: str, number: int) -> Dataset:
    data = of(
        SOPClassUID=sop_class, SOPInstanceUID=generate_uid(), StudyInstanceUID=f"{series_uid}.1",
        SeriesInstanceUID=series_uid, Modality=modality, PatientName="Test^Case", PatientID="P1",
        PatientBirthDate="19700101", PatientSex="O", StudyDate="20260102", StudyTime="101112", StudyID="1",
        AccessionNumber="", ReferringPhysicianName="", SeriesNumber=3, InstanceNumber=number, Manufacturer="Wetread",
        ContentDate="20260102", ContentTime="101112", ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
    )  # fmt: skip
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return data


def _with_pixels(data: Dataset, frames: int | None = None, bits: int = 16) -> Dataset:
    data.Rows, data.Columns, data.SamplesPerPixel, data.PhotometricInterpretation = ROWS, COLUMNS, 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = bits
    data.HighBit, data.PixelRepresentation = bits - 1, 0
    if frames:
        data.NumberOfFrames = frames
    count = ROWS * COLUMNS * (frames or 1)
    data.PixelData = (np.arange(count) % 251).astype(f"u{bits // 8}").tobytes() + (
        b"\0" if bits == 8 and count % 2 else b""
    )
    data["PixelData"].VR = "OW" if bits > 8 else "OB"
    return data


def _read(folder: Path, datasets: Sequence[Dataset]) -> Image:
    folder.mkdir(parents=True, exist_ok=True)
    for n, data in enumerate(datasets):
        data.save_as(folder / f"{n:03d}.dcm", enforce_file_format=True)
    (series,) = open_study(folder).series
    return Image(list(datasets), series, load_volume(series))


def positions(kind: str, count: int = 5) -> tuple[tuple[float, ...], list[np.ndarray]]:
    """Image Orientation (Patient) and the positions of slices."""
    axial = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    match kind:
        case "oblique":
            return OBLIQUE, [np.array([-30.0, 12.5, 7.0]) + 2.5 * k * NORMAL for k in range(count)]
        case "tilted":
            return axial, [np.array([-20.0, -30.0 + 0.9 * k, 2.5 * k]) for k in range(count)]
        case "missing":
            return axial, [np.array([-20.0, -30.0, 2.5 * k]) for k in range(count + 1) if k != 2]
        case "descending":
            return axial, [np.array([-20.0, -30.0, -2.5 * k]) for k in range(count)]
    return axial, [np.array([-20.0, -30.0, 2.5 * k]) for k in range(count)]


@pytest.fixture
def make_image(tmp_path: Path) -> Callable[..., Image]:
    """Write and read an image: axial, oblique, tilted, missing, descending, enhanced, clip, flat or single.

    ``change(data, n)`` changes the data set of slice ``n`` before it is written.
    """

    def make(
        kind: str, series_uid: str = "1.2.826.0.1.99.7", change: Callable[[Dataset, int], None] | None = None
    ) -> Image:
        folder = tmp_path / f"image-{kind}-{series_uid[-3:]}"
        if kind == "enhanced":
            return _read(folder, [_enhanced(series_uid)])
        if kind == "clip":
            clip = _common(UltrasoundMultiFrameImageStorage, "US", series_uid, 1)
            clip.FrameTime, clip.FrameIncrementPointer = 40, 0x00181063
            return _read(folder, [_with_pixels(clip, 4, 8)])
        if kind == "flat":
            return _read(folder, [_with_pixels(_common("1.2.840.10008.5.1.4.1.1.7", "OT", series_uid, 1), bits=8)])
        slices = _slices(kind, series_uid)
        for n, data in enumerate(slices):
            if change is not None:
                change(data, n)
        return _read(folder, slices)

    return make


def _slices(kind: str, series_uid: str) -> list[Dataset]:
    orientation, places = positions(kind, 1 if kind == "single" else 5)
    datasets: list[Dataset] = []
    for n, place in enumerate(places):
        data = _common(CTImageStorage, "CT", series_uid, n + 1)
        data.FrameOfReferenceUID, data.PositionReferenceIndicator = f"{series_uid}.9", ""
        data.ImageOrientationPatient, data.PixelSpacing, data.SliceThickness = list(orientation), [0.7, 0.5], 2.5
        data.ImagePositionPatient = [round(float(each), 6) for each in place]
        datasets.append(_with_pixels(data))
    return datasets


def _enhanced(series_uid: str) -> Dataset:
    data = _common(EnhancedCTImageStorage, "CT", series_uid, 1)
    data.FrameOfReferenceUID, data.PositionReferenceIndicator = f"{series_uid}.9", ""
    orientation, places = positions("oblique", 5)
    data.SharedFunctionalGroupsSequence = Items([of(
        PlaneOrientationSequence=Items([of(ImageOrientationPatient=list(orientation))]),
        PixelMeasuresSequence=Items([of(PixelSpacing=[0.7, 0.5], SliceThickness=2.5)]),
    )])  # fmt: skip
    # Frames are stored from the last position to the first: the order of frames is not that of slices.
    data.PerFrameFunctionalGroupsSequence = Items(
        [
            of(
                PlanePositionSequence=Items([of(ImagePositionPatient=[round(float(each), 6) for each in place])]),
                FrameContentSequence=Items(
                    [of(DimensionIndexValues=[n + 1], StackID="1", InStackPositionNumber=n + 1)]
                ),
            )
            for n, place in enumerate(reversed(places))
        ]
    )
    data.DimensionOrganizationSequence = Items([of(DimensionOrganizationUID=generate_uid())])
    return _with_pixels(data, 5)


def descriptions(count: int) -> list[hd.seg.SegmentDescription]:
    """What highdicom is told of ``count`` segments."""
    lung = hd.sr.CodedConcept("39607008", "SCT", "Lung")
    organ = hd.sr.CodedConcept("123037004", "SCT", "Anatomical Structure")
    algorithm = hd.AlgorithmIdentificationSequence(
        "Finder", hd.sr.CodedConcept("123110", "DCM", "Artificial Intelligence"), "2.1"
    )
    return [
        hd.seg.SegmentDescription(
            n + 1, f"part {n + 1}", organ, lung, "AUTOMATIC", algorithm,
            display_color=hd.color.CIELabColor.from_rgb(200, 30 + 3 * n, 90),
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.fixture
def write_seg(tmp_path: Path) -> Callable[..., Path]:
    """Write a SEG with highdicom: ``write_seg(image, pixels, kind, labels)``; pixels in the order of the data sets."""

    def write(image: Image, pixels: np.ndarray, kind: str = "BINARY", labels: int = 2, **extra: object) -> Path:
        seg = hd.seg.Segmentation(
            image.datasets, pixels, kind, descriptions(labels), series_instance_uid=generate_uid(), series_number=90,
            sop_instance_uid=generate_uid(), instance_number=1, manufacturer="Elsewhere",
            manufacturer_model_name="Marker", software_versions="7", device_serial_number="1",
            content_creator_name="Doe^Jane", content_label="PARTS", **extra,
        )  # fmt: skip
        seg.ContentDate, seg.ContentTime = "20260203", datetime.time(4, 5, 6)
        path = tmp_path / f"seg-{kind}.dcm"
        seg.save_as(path)
        return path

    return write
