"""Measurements out as a structured report and in again: points, kinds, names; valid, and as highdicom reads them."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import highdicom as hd
import numpy as np
import pytest
from pydicom import Dataset, FileMetaDataset, dcmread
from pydicom.uid import ExplicitVRLittleEndian

from imaging.errors import ReadError, SaveError
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.measurement_report.reading import read_report
from imaging.formats.measurement_report.vocabulary import own_uid, quantity, tracking_uid
from imaging.formats.measurement_report.writing import write_report
from imaging.formats.reading import load_volume, open_study
from imaging.labelmap import Provenance
from imaging.measurement.areas import Ellipse, Outline
from imaging.measurement.lines import Angle, Bidirectional, CardiothoracicRatio, Cobb, KnownLength, Length
from imaging.measurement.marks import Arrow, Probe
from imaging.measurement.measurement import Measurement
from imaging.measurement.ruler import Ground
from imaging.sandbox import Sandbox

MADE = Provenance("Doe Jane", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC))
FIGURES = {
    "length": Length(((1, 2, 3), (1, 7, 8.5))),
    "known": KnownLength(((1, 2, 3), (1, 7, 8)), 25.0),
    "angle": Angle(((1, 2, 3), (1, 7, 8), (1, 2, 9))),
    "cobb": Cobb(((1, 2, 3), (1, 3, 9), (1, 7, 3), (1, 6, 9))),
    "bidirectional": Bidirectional(((1, 2, 2), (1, 8, 9), (1, 4, 6), (1, 6, 4))),
    "cardiothoracic": CardiothoracicRatio(((1, 5, 4), (1, 5, 8), (1, 6, 1), (1, 6, 11))),
    "ellipse": Ellipse(((1, 5.2, 6.1), (1, 5.2, 11.2), (1, 8.1, 6.1))),
    "rectangle": Outline(((1, 2.3, 2.2), (1, 2.3, 8.4), (1, 6.6, 8.4), (1, 6.6, 2.2)), "rectangle"),
    "freehand": Outline(((1, 2.1, 2.2), (1, 2.5, 8.3), (1, 6.2, 7.1)), "freehand"),
    "polygon": Outline(((1, 2.1, 2.2), (1, 2.5, 8.3), (1, 6.2, 7.1), (1, 5.3, 3.2)), "polygon"),
    "probe": Probe(((1, 4, 5),)),
}


@pytest.fixture
def make_ground(tmp_path: Path) -> Callable[..., tuple]:
    """Write three CT slices, or a clip of three frames; give the ground and its series."""

    def make(kind: str = "ct", uid: str = "1.2.826.0.1.99.5") -> tuple:
        folder = tmp_path / f"{kind}{uid[-1]}"
        folder.mkdir()
        for k in range(3 if kind == "ct" else 1):
            _dataset(kind, uid, k).save_as(folder / f"{k}.dcm", enforce_file_format=True)
        (series,) = open_study(folder).series
        return Ground(load_volume(series)), series

    return make


def _dataset(kind: str, uid: str, k: int) -> Dataset:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2" if kind == "ct" else "1.2.840.10008.5.1.4.1.1.3.1"
    data.SOPInstanceUID, data.SeriesInstanceUID, data.StudyInstanceUID = f"{uid}.7.{k + 1}", uid, f"{uid}.1"
    data.Modality, data.PatientID, data.PatientName = "CT" if kind == "ct" else "US", "P1", "Test^Case"
    data.StudyDate, data.StudyTime, data.StudyID, data.PatientSex = "20260101", "10:11:12", "1", "X"
    data.Rows, data.Columns, data.SamplesPerPixel, data.PhotometricInterpretation = 11, 13, 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
    if kind == "ct":
        data.ImageOrientationPatient, data.PixelSpacing, data.SliceThickness = (
            [0.8, 0.6, 0, -0.48, 0.64, 0.6],
            [0.7, 0.5],
            2,
        )
        data.ImagePositionPatient = [round(float(x), 6) for x in 2 * k * np.cross([0.8, 0.6, 0], [-0.48, 0.64, 0.6])]
        data.FrameOfReferenceUID = f"{uid}.9"
    else:
        data.NumberOfFrames, data.FrameTime, data.FrameIncrementPointer = 3, 40, 0x00181063
    count = 143 * (1 if kind == "ct" else 3)
    data.PixelData = (np.arange(count, dtype=np.uint16) % 97).tobytes()
    data["PixelData"].VR = "OW"
    return data


def placed(ground: Ground, kind: str, name: str = "") -> Measurement:
    figure = FIGURES[kind]
    if ground.frame == "lps":
        points = ground.volume.geometry.point_lps(figure.points)
        figure = figure.moved(tuple(tuple(map(float, each)) for each in points))
    return Measurement(uuid4().hex, figure, ground.frame, name)


@pytest.mark.parametrize("ground_kind", ["ct", "clip"])
@pytest.mark.parametrize("kind", FIGURES)
def test_there_and_back(make_ground, tmp_path, ground_kind, kind):
    ground, series = make_ground(ground_kind)
    measurement = placed(ground, kind, "Tuguncha oʻngda")
    assert write_report([measurement], ground, series, tmp_path / "sr.dcm", MADE) == ()
    (found,) = read_report(tmp_path / "sr.dcm", grid_of(ground.volume), series).measurements
    assert (found.uid, found.kind, found.name, found.frame) == (
        measurement.uid, measurement.kind, measurement.name, measurement.frame,
    )  # fmt: skip
    np.testing.assert_allclose(found.figure.points, measurement.figure.points, rtol=0, atol=1e-9)
    for ours, theirs in zip(measurement.values(ground), found.values(ground), strict=True):
        assert theirs.value == pytest.approx(ours.value, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("ground_kind", ["ct", "clip"])
def test_the_report_is_valid_and_highdicom_reads_its_numbers(make_ground, tmp_path, ground_kind):
    ground, series = make_ground(ground_kind)
    several = [placed(ground, kind, kind) for kind in FIGURES]
    write_report(several, ground, series, tmp_path / "sr.dcm", MADE)
    groups = hd.sr.srread(tmp_path / "sr.dcm").content.get_image_measurement_groups()
    assert groups[0].tracking_identifier == "Cornerstone3DTools@^0.1.0:Length"
    lengths = [each.value for each in groups[0].get_measurements()]
    assert lengths == pytest.approx([several[0].values(ground)[0].value])
    tool = Path(sys.executable).with_name("dciodvfy")
    if tool.exists():
        said = subprocess.run([tool, "-new", tmp_path / "sr.dcm"], capture_output=True, text=True, check=False)
        assert [line for line in (said.stdout + said.stderr).splitlines() if line.startswith("Error")] == []


def test_points_off_every_slice_are_places_in_the_patient(make_ground, tmp_path):
    ground, series = make_ground()
    ends = ground.volume.geometry.point_lps([(0.0, 2.0, 3.0), (1.6, 7.0, 4.0)])
    across = Measurement(uuid4().hex, Length(tuple(tuple(map(float, each)) for each in ends)), "lps")
    write_report([across], ground, series, tmp_path / "sr.dcm", MADE)
    assert dcmread(tmp_path / "sr.dcm").SOPClassUID.name == "Comprehensive 3D SR Storage"
    (found,) = read_report(tmp_path / "sr.dcm", grid_of(ground.volume), series).measurements
    np.testing.assert_allclose(found.figure.points, across.figure.points, rtol=0, atol=1e-9)


def test_a_graphic_that_another_program_moved_is_believed(make_ground, tmp_path):
    ground, series = make_ground("clip")
    write_report([placed(ground, "length")], ground, series, tmp_path / "sr.dcm", MADE)
    data = dcmread(tmp_path / "sr.dcm")
    (graphic,) = [each for each in data.iterall() if each.keyword == "GraphicData"]
    graphic.value = [8.0, 6.5, 9.0, 7.5]
    data.save_as(tmp_path / "moved.dcm")
    (found,) = read_report(tmp_path / "moved.dcm", grid_of(ground.volume), series).measurements
    np.testing.assert_allclose(found.figure.points, [(1, 6, 7.5), (1, 7, 8.5)])


def test_a_model_is_a_device_and_research_use_is_said(make_ground, tmp_path):
    ground, series = make_ground()
    by = Provenance("", MADE.time, model="finder", model_version="1.2")
    write_report([placed(ground, "length")], ground, series, tmp_path / "sr.dcm", by)
    said = (tmp_path / "sr.dcm").read_bytes()
    assert b"Research use only, not a medical device" in said
    assert b"finder 1.2" in said
    assert b"Person Observer" not in said


@pytest.mark.parametrize("kind", ["length", "angle", "bidirectional", "ellipse", "polygon", "probe"])
def test_reports_of_programs_that_name_no_kind_are_judged_by_their_graphics(make_ground, tmp_path, kind):
    ground, series = make_ground()
    measurement = placed(ground, kind)
    write_report([measurement], ground, series, tmp_path / "sr.dcm", MADE)
    data = dcmread(tmp_path / "sr.dcm")
    for node in data.iterall():
        if node.keyword == "TextValue" and str(node.value).startswith(("Cornerstone", "Wetread")):
            node.value = "Lesion 1"
    data.remove_private_tags()
    data.save_as(tmp_path / "other.dcm")
    (found,) = read_report(tmp_path / "other.dcm", grid_of(ground.volume), series).measurements
    assert found.kind == kind
    np.testing.assert_allclose(found.figure.points, measurement.figure.points, atol=1e-4)


def test_what_has_no_number_is_named(make_ground, tmp_path):
    ground, series = make_ground()
    arrow = Measurement("a", Arrow(placed(ground, "length").figure.points), "lps")
    assert write_report([arrow, placed(ground, "length")], ground, series, tmp_path / "sr.dcm", MADE) == (arrow,)
    with pytest.raises(SaveError, match="no measurement has a number"):
        write_report([arrow], ground, series, tmp_path / "sr.dcm", MADE)


def test_a_report_on_other_images_is_refused(make_ground, tmp_path):
    ground, series = make_ground()
    other, other_series = make_ground("ct", "1.2.826.0.1.99.6")
    write_report([placed(ground, "length")], ground, series, tmp_path / "sr.dcm", MADE)
    with pytest.raises(ReadError, match=r"it was made on image 1\.2\.826\.0\.1\.99\.5\.7\.2, which is not in CT"):
        read_report(tmp_path / "sr.dcm", grid_of(other.volume), other_series)
    with pytest.raises(ReadError, match="no structured report"):
        read_report(series.files[0], grid_of(ground.volume), series)


def test_a_velocity_and_a_difference_of_velocities_have_codes_of_their_own():
    codes = {quantity(name).value: name for name in ("Velocity", "Δvelocity", "Time", "Δtime", "Depth", "Δdepth")}
    assert len(codes) == 6 and codes["DELTAVELOCITY"] == "Δvelocity"


def test_identities_come_back():
    uid = uuid4().hex
    assert own_uid(tracking_uid(uid)) == uid
    assert own_uid("1.2.840.5") == "1.2.840.5"


def test_the_sandbox_gives_the_same_and_names_what_does_not_fit(make_ground, tmp_path):
    ground, series = make_ground()
    measurement = placed(ground, "length", "Nodule")
    write_report([measurement], ground, series, tmp_path / "sr.dcm", MADE)
    with Sandbox() as sandbox:
        found = sandbox.read_measurements(tmp_path / "sr.dcm", ground.volume, series)
        assert [(each.uid, each.name) for each in found.measurements] == [(measurement.uid, "Nodule")]
        np.testing.assert_allclose(found.measurements[0].figure.points, measurement.figure.points, rtol=0, atol=1e-9)
        with pytest.raises(ReadError, match="no structured report"):
            sandbox.read_measurements(series.files[0], ground.volume, series)


def test_images_of_a_class_of_their_maker_are_reported_on_under_it(make_ground, tmp_path):
    _, known = make_ground("ct")
    for n, file in enumerate(known.files):
        data = dcmread(file)
        data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = "1.3.46.670589.11.0.0.12.1"
        (tmp_path / "private").mkdir(exist_ok=True)
        data.save_as(tmp_path / "private" / f"{n}.dcm")
    (series,) = open_study(tmp_path / "private").series
    ground = Ground(load_volume(series))
    measurement = placed(ground, "length")
    write_report([measurement], ground, series, tmp_path / "sr.dcm", MADE)
    study = dcmread(tmp_path / "sr.dcm").CurrentRequestedProcedureEvidenceSequence[0]
    (reference,) = study.ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert reference.ReferencedSOPClassUID == "1.3.46.670589.11.0.0.12.1"
    (found,) = read_report(tmp_path / "sr.dcm", grid_of(ground.volume), series).measurements
    assert found.uid == measurement.uid
