"""Presets on their keys, what a person made of them, and what happens to a file that is broken."""

from pathlib import Path

import numpy as np
import pytest

from imaging.geometry import Geometry
from imaging.volume import Volume, Window
from viewer.commands.presetting import Presetting, builtin_groups
from viewer.settings import Settings
from viewer.state.notices import Notices
from viewer.state.presets import Preset, PresetGroup, Presets
from viewer.state.session import Session


class Room:
    """A session with its presets, as often as it is started anew on the same settings."""

    def __init__(self, folder: Path) -> None:
        self.settings, self.session = Settings(folder), Session()
        self.presets, self.notices = Presets(), Notices()
        self.presetting = Presetting(self.session, self.presets, self.settings, self.notices)

    def show(self, unit: str = "HU", modality: str = "CT") -> None:
        array = np.arange(1000, dtype=np.int16).reshape(10, 10, 10)
        self.session.show(None, Volume(array, Geometry((10, 10, 10)), "volume", unit, modality))

    def group(self, title: str) -> PresetGroup:
        return next(group for group in self.presets.groups if group.title == title)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "config"


@pytest.fixture
def room(qtbot, folder: Path) -> Room:
    return Room(folder)


def test_the_built_in_ct_windows_are_where_readers_expect_them(room: Room) -> None:
    ct = room.presets.groups[0]
    assert ct.title == "CT"
    on_keys = {preset.key: (preset.name, preset.width, preset.centre) for preset in ct.preset if preset.key}
    assert list(on_keys) == list(range(1, 10))
    assert on_keys[1] == ("soft tissue", 400, 40)
    assert on_keys[2] == ("lung", 1500, -600)
    assert on_keys[3] == ("liver", 150, 90)
    assert on_keys[4] == ("bone", 2500, 480)
    assert on_keys[5] == ("brain", 80, 40)


def test_every_built_in_group_can_be_used(room: Room) -> None:
    groups = builtin_groups()
    assert {group.title for group in groups} == {"CT", "MR", "PET", "PET (SUV)", "X-ray", "Ultrasound", "Other images"}
    for group in groups:
        assert group.at(1) is not None, f"{group.title}: key 1 is the first thing a reader presses"
        names = [preset.name for preset in group.preset]
        assert len(set(names)) == len(names), group.title
    modalities = [modality for group in groups if not group.unit for modality in group.modalities]
    assert len(set(modalities)) == len(modalities), "no modality is in two groups"
    assert [group.title for group in groups if not group.unit and not group.modalities] == ["Other images"]


def test_a_key_shows_the_window_of_the_right_modality(room: Room) -> None:
    room.presetting.apply(1)  # nothing is open: nothing happens
    room.show()
    room.presetting.apply(2)
    assert room.session.view.window == Window(-600, 1500, "lung")
    assert room.presetting.text(2) == "lung  1500 / -600"
    room.show("", "MR")
    room.presetting.apply(2)
    assert (room.session.view.window.low, room.session.view.window.high) == (0.0, 999.0)
    before = room.session.view.window
    room.presetting.apply(9)
    assert room.session.view.window == before and not room.presetting.has(9) and room.presetting.has(1)


def test_the_window_shown_becomes_a_preset_on_a_free_key(room: Room) -> None:
    room.show("", "MR")
    room.session.view.set_window(Window(300, 120, "", "SIGMOID"))
    made = room.presetting.current("cartilage")
    assert made == Preset(name="cartilage", key=6, centre=300, width=120, function="SIGMOID")
    room.show()
    assert room.presetting.current("mine").key is None, "all nine keys of CT are taken"


def test_what_a_person_made_is_there_the_next_time(room: Room, folder: Path) -> None:
    mine = Preset(name="mine", key=1, centre=10, width=20)
    others = tuple(group for group in room.presets.groups if group.title != "CT")
    room.presetting.keep((room.group("CT").model_copy(update={"preset": (mine,)}), *others))
    again = Room(folder)
    assert again.group("CT").preset == (mine,) and again.group("CT").unit == "HU"
    assert again.group("MR") == room.group("MR")
    text = again.settings.path("presets").read_text()
    assert "CT" in text and "MR" not in text, "only what differs from the program's own is kept"
    assert again.notices.all == []


BROKEN = [
    ('version = 1\n[[group.CT]]\nname = "x"\ncentre = "low"\nwidth = 1\n', "presets.toml, line 4"),
    ('version = 1\n[[group.CT]]\nname = "x"\ncentre = 1\nwidth = 1\nkey = 12\n', "presets.toml, line 6"),
    ("version = 1\n[[group.CT]\n", "presets.toml, line 2"),
    (
        "version = 1\n" + '[[group.CT]]\nname = "x"\nkey = 1\ncentre = 1\nwidth = 1\n' * 2,
        "line 9: two presets on one key",
    ),
]


@pytest.mark.parametrize(("text", "said"), BROKEN)
def test_a_broken_file_is_told_with_its_line_and_kept(qtbot, folder: Path, text: str, said: str) -> None:
    folder.mkdir()
    (folder / "presets.toml").write_text(text)
    room = Room(folder)
    assert [notice.level for notice in room.notices.all] == ["warning"]
    assert said in room.notices.all[0].text and "built-in" in room.notices.all[0].text
    assert room.presets.groups == builtin_groups()
    room.presetting.keep(room.presets.groups)
    assert (folder / "presets.broken-1.toml").read_text() == text


def test_a_group_that_this_version_does_not_know_is_left_alone(qtbot, folder: Path) -> None:
    folder.mkdir()
    (folder / "presets.toml").write_text('version = 1\n[[group.Sonar]]\nname = "x"\ncentre = 1\nwidth = 1\n')
    room = Room(folder)
    assert room.presets.groups == builtin_groups() and room.notices.all == []


def test_a_folder_that_cannot_be_written_is_told(room: Room, folder: Path) -> None:
    folder.write_text("in the way")
    room.presetting.keep(room.presets.groups[:1])
    assert room.presets.groups == builtin_groups()[:1], "it holds for now"
    assert room.notices.all[0].level == "error" and "could not be saved" in room.notices.all[0].text
