"""Key Object Selection documents of the built-in study, read back with pydicom and highdicom."""

from dataclasses import replace
from pathlib import Path

import highdicom as hd
import pydicom
import pytest

from imaging.errors import ImagingError
from imaging.formats.authoring.image_grid import ImageGrid, grid_of
from imaging.formats.key_objects import write_key_objects
from imaging.formats.reading import load_volume, open_study
from imaging.key_image import KeyImage
from imaging.phantom import PhantomStudy
from imaging.study import Series
from imaging.volume import Window

Marked = tuple[KeyImage, Series, ImageGrid]


def marked(study: PhantomStudy, modality: str, k: int, note: str = "") -> Marked:
    series = next(each for each in open_study(study.study).series if each.modality == modality)
    volume = load_volume(series)
    plane = volume.slice_geometry(k)
    return KeyImage("u", series.uid, "stored", k, plane, Window(0.0, 1.0), note=note), series, grid_of(volume)


def test_a_slice_is_referred_to_by_its_instance(phantom_study: PhantomStudy, tmp_path: Path) -> None:
    one = marked(phantom_study, "CT", 7, "nodule")
    assert write_key_objects([one, one], tmp_path / "key.dcm") == 1
    image = pydicom.dcmread(one[1].files[7], stop_before_pixels=True)
    document = hd.ko.KeyObjectSelectionDocument.from_dataset(pydicom.dcmread(tmp_path / "key.dcm"))
    assert document.resolve_reference(image.SOPInstanceUID) == (
        image.StudyInstanceUID,
        image.SeriesInstanceUID,
        image.SOPInstanceUID,
    )
    assert document.PatientID == image.PatientID
    assert any(item.get("TextValue") == "nodule" for item in document.ContentSequence)


def test_a_frame_of_a_clip_is_named(phantom_study: PhantomStudy, tmp_path: Path) -> None:
    write_key_objects([marked(phantom_study, "US", k) for k in (4, 2)], tmp_path / "key.dcm")
    document = pydicom.dcmread(tmp_path / "key.dcm")
    items = [item for item in document.ContentSequence if "ReferencedSOPSequence" in item]
    assert [list(item.ReferencedSOPSequence[0].ReferencedFrameNumber) for item in items] == [[3, 5]]


def test_names_that_the_standard_does_not_allow_go_along_as_they_are(
    phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    data = pydicom.dcmread(marked(phantom_study, "CT", 7)[1].files[7])
    data.SpecificCharacterSet = "ISO_IR 192"
    data.add_new("PatientName", "PN", ["Яков^Ы", "Doe"])
    (tmp_path / "in").mkdir()
    data.save_as(tmp_path / "in" / "1.dcm")
    (series,) = open_study(tmp_path / "in").series
    volume = load_volume(series)
    one = KeyImage("u", series.uid, "stored", 0, volume.slice_geometry(0), Window(0.0, 1.0))
    assert write_key_objects([(one, series, grid_of(volume))], tmp_path / "key.dcm") == 1
    assert [str(each) for each in pydicom.dcmread(tmp_path / "key.dcm").PatientName] == ["Яков^Ы", "Doe"]


def test_pictures_cannot_be_referred_to(phantom_study: PhantomStudy, tmp_path: Path) -> None:
    key_image, series, grid = marked(phantom_study, "CT", 7)
    with pytest.raises(ImagingError, match="none of the key images is a DICOM image"):
        write_key_objects([(key_image, replace(series, format="PNG"), grid)], tmp_path / "key.dcm")
    assert not (tmp_path / "key.dcm").exists()
