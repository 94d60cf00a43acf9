"""Keys: what is bound to what, whose key it is when two want it, and what a broken file costs."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.commands.binding import Binding, builtin_profiles, mistakes, normal, resolve
from viewer.settings import Settings
from viewer.state.bindings import Bindings, Clash, KeyProfile, OwnBindings
from viewer.state.hand import Hand
from viewer.state.notices import Notices


@dataclass(frozen=True)
class Deed:
    id: str
    keys: tuple[str, ...] = ()


TABLE = (Deed("invert", ("I",)), Deed("play", ("C",)), Deed("reset", ("Space",)), Deed("about"))


class Room:
    """Bindings as often as they are started anew on the same settings."""

    def __init__(self, folder: Path, table: tuple[Deed, ...] = TABLE) -> None:
        self.settings, self.bindings = Settings(folder), Bindings()
        self.hand, self.notices = Hand(), Notices()
        self.binding = Binding(self.bindings, self.hand, self.settings, self.notices)
        self.binding.begin(table)

    def keys(self, name: str) -> tuple[str, ...]:
        return self.bindings.keys[name]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "config"


@pytest.fixture
def room(qapp, folder: Path) -> Room:
    return Room(folder)


def profile(keys: dict[str, tuple[str, ...]]) -> KeyProfile:
    return KeyProfile(title="Test", keys=keys)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("ctrl+shift+p", "Ctrl+Shift+P"), ("Shift+Ctrl+P", "Ctrl+Shift+P"), ("pgdown", "PgDown"), (",", ","),
     ("+", "+"), ("Ctrl++", "Ctrl++"), ("", ""), ("Hello", ""), ("Ctrl+K, Ctrl+B", ""), ("Ctrl", "")],
)  # fmt: skip
def test_a_key_has_one_spelling(qapp, written: str, meant: str) -> None:
    assert normal(written) == meant


def test_an_action_keeps_its_own_keys_unless_named(qapp) -> None:
    keys, clashes = resolve(TABLE, profile({"play": ("Space",)}), OwnBindings())
    assert keys == {"invert": ("I",), "play": ("Space",), "reset": (), "about": ()}
    assert clashes == (), "a profile takes keys from defaults: that is what it is for"


def test_a_persons_keys_go_before_the_profiles(qapp) -> None:
    keys, clashes = resolve(TABLE, profile({"play": ("P",)}), OwnBindings(keys={"play": ("Q", "R")}))
    assert keys["play"] == ("Q", "R") and clashes == ()


def test_a_clash_in_a_file_is_told_with_its_line_and_the_first_has_the_key(qapp, folder: Path) -> None:
    (folder / "keys").mkdir(parents=True)
    (folder / "keys" / "mine.toml").write_text('version = 1\ntitle = "Mine"\n[keys]\ninvert = ["X"]\nplay = ["X"]\n')
    (folder / "keys.toml").write_text('version = 1\nprofile = "mine"\n[keys]\nreset = ["Y"]\nabout = ["Y"]\n')
    room = Room(folder)
    told = [notice.text for notice in room.notices.all]
    assert told == [
        "mine.toml, line 5: key X is wanted by invert too, which has it.",
        "keys.toml, line 5: key Y is wanted by reset too, which has it.",
    ]
    assert room.keys("invert") == ("X",) and room.keys("play") == () and room.keys("reset") == ("Y",)


def test_two_actions_on_one_key_are_a_clash(qapp) -> None:
    _, clashes = resolve(TABLE, profile({"play": ("X",), "invert": ("x",)}), OwnBindings())
    assert clashes == (Clash("X", "invert", "play"),)
    _, clashes = resolve((Deed("a", ("K",)), Deed("b", ("K",))), profile({}), OwnBindings())
    assert clashes == (Clash("K", "a", "b"),)
    keys, clashes = resolve(TABLE, profile({}), OwnBindings(keys={"play": ("I",)}))
    assert clashes == (Clash("I", "play", "invert"),) and keys["invert"] == ()


def test_entries_that_mean_nothing_are_found(qapp) -> None:
    found = mistakes(TABLE, {"play": ("P",), "plya": ("P",), "reset": ("Sp ace",)})
    assert found == (("plya", "there is no action 'plya'"), ("reset", "'Sp ace' is no key"))


IDS = st.sampled_from([deed.id for deed in TABLE])
BOUND = st.dictionaries(IDS, st.lists(st.sampled_from("ICXYZ"), max_size=3))


@given(BOUND, BOUND)
def test_whatever_is_bound_no_key_does_two_things(profiles: dict[str, list[str]], owned: dict[str, list[str]]) -> None:
    own = OwnBindings(keys={name: tuple(keys) for name, keys in owned.items()})
    keys, _ = resolve(TABLE, profile({name: tuple(each) for name, each in profiles.items()}), own)
    held = [key for each in keys.values() for key in each]
    assert len(held) == len(set(held)) and set(keys) == {deed.id for deed in TABLE}


def test_binding_takes_the_key_from_its_holder_and_stays(room: Room, folder: Path) -> None:
    assert room.binding.holder("i") == "invert" and room.binding.holder("F9") is None
    room.binding.bind("about", ("I", "F9"))
    assert room.keys("about") == ("I", "F9") and room.keys("invert") == ()
    again = Room(folder)
    assert again.keys("about") == ("I", "F9") and again.keys("invert") == ()
    assert again.notices.all == [], "what was bound here contradicts nothing"


def test_reset_gives_back_what_the_profile_says(room: Room) -> None:
    room.binding.bind("about", ("I",))
    room.binding.reset("invert")
    assert room.keys("invert") == ("I",) and room.keys("about") == ()
    room.binding.bind("play", ("F5",))
    room.binding.bind_mouse("middle", "zoom")
    room.binding.reset_all()
    assert room.keys("play") == ("C",) and room.bindings.mouse["middle"] == "pan"
    assert room.bindings.own == OwnBindings()


def test_a_gesture_can_be_bound_and_reset(room: Room, folder: Path) -> None:
    room.binding.bind_mouse("Ctrl+left", "scroll")
    assert Room(folder).bindings.mouse["Ctrl+left"] == "scroll"
    room.binding.reset_mouse("Ctrl+left")
    assert "Ctrl+left" not in room.bindings.mouse


def test_cancel_puts_everything_back(room: Room, folder: Path) -> None:
    before = room.bindings.own
    room.binding.bind("play", ("F5",))
    room.binding.restore(before)
    assert room.keys("play") == ("C",) and Room(folder).keys("play") == ("C",)


BROKEN = [
    ('version = 1\n[keys]\nplay = "C"\n', "keys.toml, line 3"),
    ("version = 1\n[keys\n", "keys.toml, line 2"),
    ('version = 1\n[mouse]\nmiddel = "pan"\n', "line 3: 'middel' is no gesture"),
    ('version = 1\n[mouse]\n"Shift+Ctrl+left" = "pan"\n', "line 3: 'Shift+Ctrl+left' is no gesture"),
    ('version = 1\n[mouse]\nmiddle = "fly"\n', "line 3: middle cannot be 'fly'; expected one of window, scroll"),
    ('version = 1\n[mouse]\nwheel = "brush"\n', "line 3: wheel cannot be 'brush'"),
    ("version = 2\n", "line 1: version 2"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN)
def test_a_broken_file_is_told_with_its_line_and_kept(qapp, folder: Path, text: str, said: str) -> None:
    folder.mkdir()
    (folder / "keys.toml").write_text(text)
    room = Room(folder)
    assert len(room.notices.all) == 1 and said in room.notices.all[0].text
    assert "built-in keys" in room.notices.all[0].text and room.keys("play") == ("C",)
    room.binding.bind("play", ("F5",))
    assert (folder / "keys.broken-1.toml").read_text() == text
    assert Room(folder).keys("play") == ("F5",)


def test_what_means_nothing_is_told_and_the_rest_is_used(qapp, folder: Path) -> None:
    folder.mkdir()
    (folder / "keys.toml").write_text(
        'version = 1\nprofile = "gone"\n[keys]\nplay = ["F5"]\nfly = ["F6"]\nreset = ["I"]\n'
    )
    room = Room(folder)
    said = [notice.text for notice in room.notices.all]
    assert said[0] == "keys.toml, line 5: there is no action 'fly'."
    assert said[1] == "keys.toml, line 2: there is no profile 'gone'; Wetread is used."
    assert said[2] == "keys.toml, line 6: key I is wanted by invert too, which loses it."
    assert room.keys("play") == ("F5",) and room.keys("reset") == ("I",) and len(said) == 3


def test_a_persons_own_profile_and_a_broken_one(qapp, folder: Path) -> None:
    (folder / "keys").mkdir(parents=True)
    (folder / "keys" / "mine.toml").write_text(
        'version = 1\ntitle = "Mine"\ntool = "scroll"\n[keys]\nplay = ["F5"]\nfly = ["F6"]\n'
    )
    (folder / "keys" / "bad.toml").write_text('version = 1\ntitle = "Bad"\ntool = "teleport"\n')
    room = Room(folder)
    said = [notice.text for notice in room.notices.all]
    assert said[0].startswith("bad.toml, line 3: tool: ") and said[0].endswith("This profile is left out.")
    assert said[1] == "mine.toml, line 6: there is no action 'fly'."
    assert "bad" not in room.binding.profiles and room.keys("play") == ("C",)
    room.binding.choose("mine")
    assert room.keys("play") == ("F5",) and room.hand.tool == "scroll"
    room.binding.choose("nowhere")
    assert room.bindings.own.profile == "mine"


def test_a_folder_that_cannot_be_written_is_told(room: Room, folder: Path) -> None:
    folder.write_text("in the way")
    room.binding.bind("play", ("F5",))
    assert room.keys("play") == ("F5",) and "could not be saved" in room.notices.all[0].text


def test_the_first_profile_is_our_own(qapp) -> None:
    assert next(iter(builtin_profiles())) == "wetread"
