"""Which protocol is for a study, and which series goes where."""

from dataclasses import replace
from pathlib import Path

import pytest

from imaging.study import Patient, Series
from viewer.places import resources
from viewer.settings import SettingsError, read
from viewer.state.hanging import Match, Protocol, Stage, Wanted, arrangements, at_hand, chosen, fitting, scrolling


def series(description: str, modality: str = "DX", frames: int = 1, date: str = "20260101", **rest) -> Series:
    return Series(
        f"{description} {date}",
        "volume" if frames > 1 else "image",
        "DICOM",
        (),
        (frames, 10, 10),
        modality=modality,
        description=description,
        study_date=date,
        study_uid=date,
        patient=rest.pop("patient", Patient("P1")),
        **rest,
    )


def builtin() -> tuple[Protocol, ...]:
    return tuple(read(path, Protocol) for path in sorted((resources() / "hanging").glob("*.toml")))


def chosen_by(protocol: Protocol, stage: int, listed: list[Series]) -> list[str]:
    hung = at_hand(listed)
    found = [chosen(wanted, hung) for wanted in protocol.stage[stage].viewport]
    return [each.uid if each else "-" for each in found]


def test_every_built_in_protocol_can_be_read_and_has_a_name_of_its_own():
    names = [protocol.name for protocol in builtin()]
    assert len(names) >= 5 and len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        ([series("Chest PA", body_part="CHEST")], "Chest X-ray: PA and lateral"),
        ([series("Chest PA"), series("Chest LAT")], "Chest X-ray: two views"),
        ([series("Chest PA"), series("Chest AP", date="20250101")], "Chest X-ray: current and prior"),
        ([series("Thorax 1 mm", "CT", 300)], "Chest CT"),
        ([series("Thorax", "CT", 300), series("Abdomen", "CT", 90, "20240101")], "CT follow-up"),
        ([series("clip 1", "US", 40), series("clip 2", "US", 40)], "Ultrasound clips"),
    ],
)
def test_the_protocol_that_states_most_of_what_holds_comes_first(listed, name):
    assert fitting(builtin(), at_hand(listed))[0].name == name


def test_a_study_without_a_protocol_has_none():
    assert fitting(builtin(), at_hand([series("knee", body_part="KNEE")])) == ()
    assert fitting(builtin(), at_hand([])) == ()


def test_lateral_and_frontal_go_to_their_sides_in_whatever_order_they_came():
    protocol = next(one for one in builtin() if one.name == "Chest X-ray: two views")
    lateral, frontal = series("Chest lateral"), series("Chest PA")
    assert chosen_by(protocol, 0, [lateral, frontal]) == [frontal.uid, lateral.uid]


def test_the_newest_study_is_current_and_the_one_before_it_is_prior():
    old, older = series("Chest PA", date="20250101"), series("Chest PA", date="20200101")
    new = series("Chest PA")
    protocol = next(one for one in builtin() if one.name == "Chest X-ray: current and prior")
    assert chosen_by(protocol, 0, [older, new, old]) == [new.uid, old.uid]


def test_another_patients_images_are_no_prior():
    other = series("Chest PA", date="20250101", patient=Patient("P2"))
    assert at_hand([series("Chest PA"), other]).prior == ()


def test_a_series_that_is_not_there_leaves_its_viewport_empty():
    protocol = next(one for one in builtin() if one.name == "Ultrasound clips")
    clips = [series(f"clip {n}", "US", 30) for n in range(2)]
    assert chosen_by(protocol, 0, clips) == [clips[0].uid, clips[1].uid, "-", "-"]


def test_frames_and_number_choose_among_several():
    hung = at_hand([series("scout", "CT", 1), series("a", "CT", 9), series("b", "CT", 9)])
    assert chosen(Wanted(modality=("CT",), several=True, nth=1), hung).description == "b"
    assert chosen(Wanted(several=False), hung).description == "scout"


def test_every_condition_must_hold():
    stage = (Stage(name="one", layout="1x1"),)
    strict = Protocol(name="strict", match=Match(modality=("DX",), most_series=1), stage=stage)
    anything = Protocol(name="anything", stage=stage)
    assert [p.name for p in fitting((anything, strict), at_hand([series("a")]))] == ["strict", "anything"]
    assert [p.name for p in fitting((anything, strict), at_hand([series("a"), series("b")]))] == ["anything"]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('name = "a"\n\n[[stage]]\nname = "s"\nlayout = "7x7"\n', 5, "7x7"),
        ('name = "a"\n[match]\nmodalty = ["CT"]\n[[stage]]\nname = "s"\nlayout = "1x1"\n', 3, "modalty"),
        ('name = "a"\n[match]\nbody_part = "(["\n[[stage]]\nname = "s"\nlayout = "1x1"\n', 3, "regular expression"),
        ('name = "a"\n[[stage]]\nname = "s"\nlayout = "1x1"\nviewport = [{}, {}]\n', 2, "2 viewports"),
        (
            'name = "a"\n[[stage]]\nname = "s"\nlayout = "1x1"\nviewport = [{ window = 3 }]\n',
            5,
            "viewport.*window|Input should be 1 or 2|expected 1 or 2",
        ),
        ('name = "a\n', 1, "llegal|nterminated|haracter"),
    ],
)
def test_an_error_is_told_with_its_line(tmp_path: Path, text, line, reason):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=reason) as caught:
        read(path, Protocol)
    assert caught.value.line == line and "mine.toml" in str(caught.value)


def test_a_protocol_that_finds_nothing_to_show_is_not_for_the_study():
    assert fitting(builtin(), at_hand([series("Chest, one slice", "CT", 1)])) == ()


def test_the_study_before_is_one_that_can_be_compared():
    listed = [series("Chest PA"), series("Thorax", "CT", 300, "20250601"), series("Chest AP", date="20250101")]
    assert [each.uid for each in at_hand(listed).prior] == ["Chest AP 20250101"]


def test_an_earlier_study_of_the_library_counts_where_none_was_opened():
    kept = (series("Chest AP", date="20240101"),)
    assert at_hand([series("Chest PA")], kept).prior == kept
    opened = [series("Chest PA"), series("Chest AP", date="20250101")]
    assert [each.uid for each in at_hand(opened, kept).prior] == ["Chest AP 20250101"]


def two_windows(layout: str, *windows: int) -> Stage:
    return Stage(name="s", layout=layout, viewport=tuple(Wanted(window=n, nth=at) for at, n in enumerate(windows)))


def shown(stage: Stage, windows: int) -> list[tuple[str, list[int]]]:
    return [(each.layout.name, [one.nth for one in each.viewport]) for each in arrangements(stage, windows)]


def test_the_second_window_has_what_belongs_there_in_as_few_rows_and_columns_as_hold_it():
    assert shown(two_windows("1x1", 1, 2), 2) == [("1x1", [0]), ("1x1", [1])]
    assert shown(two_windows("1x2", 1, 2, 1, 2, 2), 3) == [("1x2", [0, 2]), ("1x3", [1, 3, 4])]
    assert shown(two_windows("mpr", 1, 2), 2) == [("mpr", [0]), ("1x1", [1])]


def test_without_a_second_window_all_share_the_first_and_planes_stay_alone():
    assert shown(two_windows("1x1", 1, 2), 1) == [("1x2", [0, 1])]
    assert shown(two_windows("2x2", 1, 2, 2), 1) == [("2x2", [0, 1, 2])]
    assert shown(two_windows("1x2", 1, 1, 2, 2), 1) == [("2x2", [0, 1, 2, 3])]
    assert shown(two_windows("mpr", 1, 2), 1) == [("mpr", [0])]


def test_a_stage_for_one_window_leaves_the_other_alone():
    assert shown(two_windows("1x2", 1, 1), 2) == [("1x2", [0, 1])]


@pytest.mark.parametrize(
    ("frames", "follow"),
    [(("1.2", "1.2"), "position"), (("1.2", "1.3"), "offset"), (("", ""), "offset"), (("1.2", ""), "offset")],
)
def test_a_prior_in_the_same_frame_of_reference_is_scrolled_by_position(frames, follow):
    current, prior = series("Thorax", "CT", 300), series("Thorax", "CT", 90, "20240101")
    now, before = (
        replace(each, frame_of_reference=frame) for each, frame in zip((current, prior), frames, strict=True)
    )
    protocol = next(one for one in builtin() if one.name == "CT follow-up")
    hung = at_hand([now, before])
    assert [scrolling(stage, hung) for stage in protocol.stage] == [follow, follow]


def test_views_of_one_study_are_scrolled_as_their_stage_asks():
    stage = Stage(name="s", layout="1x2", scroll="offset", viewport=(Wanted(), Wanted()))
    hung = at_hand([replace(series("Thorax", "CT", 300), frame_of_reference="1.2")])
    assert scrolling(stage, hung) == "offset"
