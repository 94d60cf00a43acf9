"""Key Object Selection documents read onto the series of a study."""

from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from imaging.errors import ReadError
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.key_objects import write_key_objects
from imaging.formats.key_selection import read_key_selection
from imaging.formats.reading import load_volume, open_study
from imaging.key_image import KeyImage, KeySelection
from imaging.phantom import PhantomStudy
from imaging.sandbox import Sandbox
from imaging.study import Series
from imaging.volume import Window


@pytest.fixture
def written(phantom_study: PhantomStudy, tmp_path: Path) -> tuple[Path, tuple[Series, ...]]:
    """A document that names CT slices 7 and 2 and frames 5 and 3 of a clip, and the series of its study."""
    series, marked = open_study(phantom_study.study).series, []
    for modality, ks in (("CT", (7, 2)), ("US", (4, 2))):
        one = next(each for each in series if each.modality == modality)
        volume = load_volume(one)
        for k in ks:
            plane = volume.slice_geometry(k)
            marked.append(
                (KeyImage("u", one.uid, "stored", k, plane, Window(0, 1), note="nodule"), one, grid_of(volume))
            )
    write_key_objects(marked, tmp_path / "key.dcm")
    return tmp_path / "key.dcm", series


def uid_of(series: tuple[Series, ...], modality: str) -> str:
    return next(each.uid for each in series if each.modality == modality)


def test_slices_and_frames_are_found_again(written: tuple[Path, tuple[Series, ...]]) -> None:
    path, series = written
    ct, clip = uid_of(series, "CT"), uid_of(series, "US")
    found = read_key_selection(path, series)
    assert found == KeySelection(((ct, 7), (ct, 2), (clip, 2), (clip, 4)), "Of Interest", "nodule", 0)
    with Sandbox() as sandbox:
        assert sandbox.read_key_selection(path, series) == found


def test_a_clip_without_frame_numbers_is_its_first_frame(written: tuple[Path, tuple[Series, ...]]) -> None:
    path, series = written
    document = pydicom.dcmread(path)
    for item in document.ContentSequence:
        for reference in item.get("ReferencedSOPSequence", ()):
            if "ReferencedFrameNumber" in reference:
                del reference.ReferencedFrameNumber
    document.save_as(path)
    assert (uid_of(series, "US"), 0) in read_key_selection(path, series).slices


def test_images_that_are_not_there_are_counted(written: tuple[Path, tuple[Series, ...]]) -> None:
    path, series = written
    only_clip = [each for each in series if each.modality == "US"]
    found = read_key_selection(path, only_clip)
    assert (len(found.slices), found.elsewhere) == (2, 2)
    others = [each for each in series if each.modality == "DX"]
    with pytest.raises(ReadError, match="refers to 3 images, none of which is in this study"):
        read_key_selection(path, others)


def test_other_objects_and_damaged_ones_are_refused(written: tuple[Path, tuple[Series, ...]], tmp_path: Path) -> None:
    path, series = written
    with pytest.raises(ReadError, match="no key object selection"):
        read_key_selection(series[0].files[0], series)
    (tmp_path / "cut.dcm").write_bytes(path.read_bytes()[:900])
    with pytest.raises(ReadError):
        read_key_selection(tmp_path / "cut.dcm", series)


def references(document: Dataset) -> list[Dataset]:
    """The content items that refer to objects."""
    return [each for each in document.ContentSequence if "ReferencedSOPSequence" in each]


def test_references_and_descriptions_in_containers_are_found(written: tuple[Path, tuple[Series, ...]]) -> None:
    path, series = written
    expected = read_key_selection(path, series)
    document = pydicom.dcmread(path)
    inner, outer = Dataset(), Dataset()
    for container, content in ((inner, document.ContentSequence), (outer, Items([inner]))):
        container.RelationshipType, container.ValueType = "CONTAINS", "CONTAINER"
        container.ContinuityOfContent = "SEPARATE"
        container.ContentSequence = content
    document.ContentSequence = Items([outer])
    document.save_as(path)
    assert read_key_selection(path, series) == expected


def test_presentation_states_beside_images_are_no_missing_images(written: tuple[Path, tuple[Series, ...]]) -> None:
    path, series = written
    document = pydicom.dcmread(path)
    state = references(document)[0]
    state.ValueType = "COMPOSITE"
    state.ReferencedSOPSequence[0].ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.11.1"
    state.ReferencedSOPSequence[0].ReferencedSOPInstanceUID = "1.2.826.0.1.99.1"
    document.save_as(path)
    found = read_key_selection(path, series)
    assert (len(found.slices), found.elsewhere, found.others) == (3, 0, 1)


def test_frames_out_of_range_are_counted(written: tuple[Path, tuple[Series, ...]]) -> None:
    path, series = written
    document = pydicom.dcmread(path)
    references(document)[-1].ReferencedSOPSequence[0].ReferencedFrameNumber = [3, 0, 9999]
    document.save_as(path)
    found = read_key_selection(path, series)
    assert (found.slices[-1], found.elsewhere) == ((uid_of(series, "US"), 2), 2)


def test_a_document_without_references_is_refused(written: tuple[Path, tuple[Series, ...]]) -> None:
    path, series = written
    document = pydicom.dcmread(path)
    document.ContentSequence = Items()
    document.save_as(path)
    with pytest.raises(ReadError, match="refers to no image"):
        read_key_selection(path, series)


@pytest.mark.parametrize("code", ["113001", "113037", "113038", "113039"])
def test_images_taken_out_of_use_are_no_key_images(written: tuple[Path, tuple[Series, ...]], code: str) -> None:
    path, series = written
    document = pydicom.dcmread(path)
    title = document.ConceptNameCodeSequence[0]
    title.CodeValue, title.CodeMeaning = code, "Rejected"
    document.save_as(path)
    with pytest.raises(ReadError, match=r"takes its images out of use \(Rejected\)"):
        read_key_selection(path, series)
