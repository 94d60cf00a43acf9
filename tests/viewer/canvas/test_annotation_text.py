"""The words over the picture."""

import numpy as np
import pytest

from imaging.colour_tables import COLOUR_TABLES
from imaging.geometry import Calibration, Geometry
from imaging.measuring_facts import MeasuringFacts
from imaging.study import Patient, Series
from imaging.volume import Volume, Window
from viewer.canvas.annotation_text import (
    Corners,
    corners,
    date_text,
    edge_letters,
    position_text,
    reasons,
    scale_bar,
    window_text,
)
from viewer.state.opened import OpenSeries
from viewer.state.orientation import CLOCKWISE
from viewer.state.pane import Pane
from viewer.state.transform import plane_transform
from viewer.state.view import View

X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def volume(axes=(Z, Y, X), calibration=Calibration.PATIENT, **rest) -> Volume:
    geometry = Geometry((5, 4, 6), (2.5, 1.0, 1.0), (0.0, 0.0, -12.0), axes, calibration)
    return Volume(np.zeros((5, 4, 6), np.int16), geometry, rest.pop("kind", "volume"), **rest)


def letters_of(shown: Volume) -> tuple[str, str, str, str] | None:
    return edge_letters(shown, shown.slice_geometry(0), plane_transform(shown.slice_geometry(0), (100, 100)))


def pane_with(shown: Volume, series: Series | None = None, size_px: tuple[float, float] = (100, 100)) -> Pane:
    pane = Pane()
    pane.size_px = size_px
    pane.show(OpenSeries(series, shown))
    return pane


def test_letters_of_an_axial_slice():
    assert letters_of(volume()) == ("R", "A", "L", "P")


def test_letters_follow_the_display_of_flipped_and_transposed_storage():
    assert letters_of(volume(axes=(Z, (0.0, -1.0, 0.0), (-1.0, 0.0, 0.0)))) == ("R", "A", "L", "P")
    assert letters_of(volume(axes=((0.0, 0.0, -1.0), X, Y))) == ("R", "A", "L", "P")


def test_letters_of_a_projection_come_from_its_patient_orientation():
    shown = volume(calibration=Calibration.DETECTOR, patient_orientation=("L", "F"))
    assert letters_of(shown) == ("R", "H", "L", "F")
    assert letters_of(volume(calibration=Calibration.DETECTOR)) is None


def test_letters_of_a_coronal_slice():
    assert letters_of(volume(axes=(Y, (0.0, 0.0, -1.0), X))) == ("R", "H", "L", "F")


def test_letters_of_an_oblique_slice_name_both_directions():
    c, s = float(np.cos(0.5)), float(np.sin(0.5))
    assert letters_of(volume(axes=((0.0, -s, c), (0.0, c, s), X))) == ("R", "AF", "L", "PH")


def test_no_letters_without_a_place_in_the_patient():
    assert letters_of(volume(calibration=Calibration.DETECTOR)) is None


def test_position_counts_along_the_normal_from_the_origin():
    assert position_text(volume().slice_geometry(0)) == "F 12.0 mm"
    assert position_text(volume().slice_geometry(4)) == "F 2.0 mm"
    assert position_text(volume(calibration=Calibration.NONE).slice_geometry(0)) == ""


def test_place_of_a_stored_feet_first_stack_is_the_same():
    feet_first = volume(axes=((0.0, 0.0, -1.0), (0.0, -1.0, 0.0), X))
    assert position_text(feet_first.slice_geometry(2)) == "F 17.0 mm"


def test_corner_texts_say_who_what_where_and_how():
    series = Series(
        "1.2",
        "volume",
        "DICOM",
        (),
        (5, 4, 6),
        modality="CT",
        description="lung",
        number=3,
        study_date="20200331",
        study_description="Thorax",
        patient=Patient("P1", "Doe^Jane", "19610203", "F"),
        warnings=("a slice is missing",),
    )
    shown = volume(unit="HU", windows=(Window(-600, 1500, "lung"),), warnings=("a slice is missing", "no spacing"))
    texts = corners(pane_with(shown, series))
    assert texts.top_left == ("Doe Jane", "P1", "F · born 1961-02-03")
    assert texts.top_right == ("2020-03-31 · Thorax", "Series 3 · lung", "CT")
    assert texts.bottom_left == ("Slice 3/5", "F 7.0 mm", "Zoom 1.00×")
    assert texts.bottom_right == ("⚠ a slice is missing (+1)", "W 1500 L -600 lung")


def test_a_clip_tells_its_time_and_a_picture_that_it_has_no_millimetres():
    clip = volume(calibration=Calibration.NONE, kind="clip", frame_times_ms=(0.0, 40.0, 80.0, 120.0, 160.0))
    pane = pane_with(clip)
    pane.view.set_slice(3)
    texts = corners(pane)
    assert texts.top_left == texts.top_right == ()
    assert texts.bottom_left == ("Frame 4/5", "0.12 s", "Zoom 1.00×")
    assert "uncalibrated" in texts.bottom_right[0]


def test_few_texts_leave_out_the_patient_and_none_keeps_the_mark():
    series = Series("1.2", "volume", "DICOM", (), (5, 4, 6), patient=Patient("P1", "Doe^Jane"), warnings=("tilted",))
    pane = pane_with(volume(), series)
    few, none = corners(pane, "few"), corners(pane, "none")
    assert few.top_left == () and "Slice 3/5" in few.bottom_left
    assert none == Corners(bottom_right=("⚠ tilted",))


def test_a_picture_with_several_pixels_on_one_of_the_screen_says_so():
    shown = volume()
    assert not reasons(pane_with(shown, size_px=(6, 4)))
    assert reasons(pane_with(shown, size_px=(3, 2))) == ("reduced to 50\u00a0%",), "never broken before the sign"


def test_letters_of_a_turned_projection_follow_it():
    shown = volume(calibration=Calibration.DETECTOR, patient_orientation=("L", "F"))
    pane = pane_with(shown)
    pane.view.turn_by(CLOCKWISE)
    transform = pane.transform()
    assert transform is not None
    assert edge_letters(shown, shown.slice_geometry(0), transform) == ("F", "R", "H", "L")
    pane.view.set_angle_deg(10)
    turned = pane.transform()
    assert turned is not None and edge_letters(shown, shown.slice_geometry(0), turned) is None


def test_letters_of_a_slice_turned_by_90_degrees_freely_are_those_of_the_quarter_turn():
    shown = volume()
    quarter, free = pane_with(shown), pane_with(shown)
    quarter.view.turn_by(CLOCKWISE)
    free.view.set_angle_deg(90)
    letters = [edge_letters(shown, shown.slice_geometry(0), t) for t in (quarter.transform(), free.transform()) if t]
    assert letters == [("P", "R", "A", "L")] * 2


def test_detector_millimetres_are_named():
    texts = corners(pane_with(volume(calibration=Calibration.DETECTOR)))
    assert "mm at the detector" in texts.bottom_right


def test_what_the_mark_says_of_millimetres_is_not_said_again():
    said = "millimetres are measured at the detector, not in the patient"
    alone, second = (
        corners(pane_with(volume(calibration=Calibration.DETECTOR, warnings=warnings)))
        for warnings in ((said,), ("repaired", said))
    )
    assert alone.bottom_right[0] == f"⚠ {said}" and "mm at the detector" not in alone.bottom_right
    assert second.bottom_right[0] == "⚠ repaired (+1)" and "mm at the detector" in second.bottom_right


@pytest.mark.parametrize(
    ("window", "text"),
    [
        (Window(-600, 1500, "lung"), "W 1500 L -600 lung"),
        (Window(40.25, 12.5), "W 12.50 L 40.25"),
        (Window(0.5, 0.1), "W 0.1000 L 0.5000"),
    ],
)
def test_window_text(window, text):
    view = View()
    view.set_window(window)
    assert window_text(view) == text


def test_the_window_by_its_ends_and_the_colours_by_name():
    pane = pane_with(volume())
    pane.view.set_window(Window(-600, 1500, "lung"))
    assert corners(pane, ends=True).bottom_right[-1] == "-1350 to 150 lung"
    pane.view.set_colours(COLOUR_TABLES["Hot Iron"])
    assert corners(pane, "few").bottom_right[-2:] == ("Hot Iron", "W 1500 L -600 lung")


def test_the_window_of_an_uptake_is_told_as_uptake():
    pane = pane_with(volume(unit="Bq/ml", facts=MeasuringFacts(suv_factor=1 / 5000)))
    pane.view.set_window(Window(12_500, 25_000, "SUV 0-5", "LINEAR_EXACT"))
    assert corners(pane).bottom_right[-1] == "SUVbw 0.0 to 5.0"
    pane.view.set_window(Window(12_499, 25_000))
    assert corners(pane).bottom_right[-1] == "SUVbw 0.0 to 5.0", "no minus before a zero"
    pane.view.set_window(Window(10_000, 10_000, "mine", "LINEAR_EXACT"))
    assert corners(pane).bottom_right[-1] == "SUVbw 1.0 to 3.0 mine"


def test_dates_that_are_no_dates_stay_as_written():
    assert date_text("20200131") == "2020-01-31"
    assert date_text("2020") == "2020"


@pytest.mark.parametrize(
    ("px_per_mm", "longest", "expected"),
    [(2.0, 250, (200.0, "10 cm")), (10.0, 99, (50.0, "5 mm")), (100.0, 30, (20.0, "0.2 mm")), (1e5, 30, None)],
)
def test_scale_bar_is_the_longest_round_length_that_fits(px_per_mm, longest, expected):
    assert scale_bar(px_per_mm, longest) == expected


def test_an_embedded_colour_profile_is_noted():
    noted = corners(pane_with(volume(icc_profile="Scanner RGB"))).bottom_right
    assert "ICC profile not applied: Scanner RGB" in noted
    assert not any("ICC" in line for line in corners(pane_with(volume())).bottom_right)


def test_another_speed_and_frames_left_out_are_told_while_a_clip_plays():
    pane = pane_with(volume(kind="clip"))
    pane.view.set_speed(2)
    assert "Frame 1/5" in corners(pane).bottom_left
    pane.view.set_playing(True)
    pane.view.dropped = 3
    assert "Frame 1/5 · speed 2× · 3 dropped" in corners(pane).bottom_left
    pane.show(OpenSeries(None, volume(kind="clip")))
    assert pane.view.speed == 1, "another clip plays at its own speed"
