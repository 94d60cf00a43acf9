"""Settings survive, are refused with the line that is wrong, and are never lost."""

from pathlib import Path
from typing import Annotated

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from imaging.errors import SaveError
from viewer.settings import Kept, Settings, SettingsError, SettingsFile, line_of, read


class Brush(Kept):
    name: str
    radius_mm: Annotated[float, Field(gt=0)]


class Drawing(SettingsFile):
    colour: str = "red"
    keys: dict[str, list[str]] = {}
    brush: tuple[Brush, ...] = ()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "config")


def put(settings: Settings, text: str) -> Path:
    settings.folder.mkdir(exist_ok=True)
    path = settings.path("drawing")
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_kept_is_no_error(settings: Settings) -> None:
    assert settings.read("drawing", Drawing) is None


def test_what_is_written_comes_back_in_a_readable_file(settings: Settings) -> None:
    kept = Drawing(colour="blue", keys={"undo": ["Ctrl+Z"]}, brush=(Brush(name="fine", radius_mm=0.5),))
    settings.write("drawing", kept)
    assert settings.read("drawing", Drawing) == kept
    assert settings.path("drawing").read_text().startswith('version = 1\ncolour = "blue"')


BROKEN = [
    ('version = 1\ncolour = "red\n', 2, "Illegal character"),
    ("version = 1\ncolour =", 2, "Invalid value"),
    ('version = 1\ncolor = "red"\n', 2, "Extra inputs are not permitted"),
    ('version = 1\n\n[keys]\nundo = ["Z"]\nredo = 3\n', 5, "keys.redo"),
    ('version = 1\n[[brush]]\nname = "a"\nradius_mm = 1\n[[brush]]\nname = "b"\nradius_mm = -1\n', 7, "greater than 0"),
    ('version = 1\n[[brush]]\nname = "a"\nradius_mm = 1\n# second\n[[brush]]\nname = "b"\n', 6, "brush.1.radius_mm"),
    ('# mine\nversion = 2\ncolour = "red"\n', 2, "version 2; this program knows up to 1"),
    ("version = 1\n[[brush]]\nname = 'a'\nradius_mm = nan\n", 4, "finite"),
]


@pytest.mark.parametrize(("text", "line", "reason"), BROKEN)
def test_what_is_wrong_is_named_with_its_line(settings: Settings, text: str, line: int, reason: str) -> None:
    put(settings, text)
    with pytest.raises(SettingsError) as caught:
        settings.read("drawing", Drawing)
    assert caught.value.line == line
    assert reason in caught.value.reason
    assert str(caught.value).startswith(f"drawing.toml, line {line}: ")


def test_bytes_that_are_no_text(settings: Settings) -> None:
    put(settings, "").write_bytes(b"version = 1\ncolour = '\xff'\n")
    with pytest.raises(SettingsError, match="line 2: expected UTF-8 text"):
        settings.read("drawing", Drawing)


def test_a_folder_in_place_of_the_file(settings: Settings) -> None:
    settings.path("drawing").mkdir(parents=True)
    with pytest.raises(SettingsError, match=r"drawing\.toml"):
        settings.read("drawing", Drawing)


def test_a_broken_file_is_kept_beside_every_time(settings: Settings) -> None:
    for number, text in ((1, "colour = first"), (2, "colour = second")):
        put(settings, text)
        settings.write("drawing", Drawing())
        assert settings.path("drawing").with_name(f"drawing.broken-{number}.toml").read_text() == text
    assert settings.read("drawing", Drawing) == Drawing()


def test_a_good_file_is_replaced_without_a_trace(settings: Settings) -> None:
    settings.write("drawing", Drawing(colour="blue"))
    settings.write("drawing", Drawing(colour="green"))
    assert [path.name for path in settings.folder.iterdir()] == ["drawing.toml"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file")
    with pytest.raises(SaveError, match=r"drawing\.toml"):
        Settings(tmp_path / "config").write("drawing", Drawing())


class Palette(SettingsFile):
    shade: tuple[Brush, ...] = ()

    def problem(self):
        seen = [brush.name for brush in self.shade]
        return (["shade", 1, "name"], "a name twice") if len(set(seen)) < len(seen) else None


def test_values_of_the_right_shape_can_contradict_one_another(settings: Settings) -> None:
    brush = '[[shade]]\nname = "a"\nradius_mm = 1\n'
    path = put(settings, f"version = 1\n{brush}")
    assert read(path, Palette).shade == (Brush(name="a", radius_mm=1),)
    put(settings, f"version = 1\n{brush}{brush}")
    with pytest.raises(SettingsError, match=r"^drawing\.toml, line 6: a name twice$"):
        settings.read("drawing", Palette)


@pytest.mark.parametrize(("place", "line"), [(["keys", "next-slice"], 3), (["keys", "gone"], 2), (["elsewhere"], 1)])
def test_the_line_is_that_of_the_value_or_of_what_encloses_it(place: list[str], line: int) -> None:
    assert line_of('version = 1\n[keys]\n"next-slice" = ["Down"]\n', place) == line


@given(st.lists(st.sampled_from(["a", "b-c", "Ctrl+wheel"]), unique=True, min_size=1), st.integers(0, 4))
def test_every_key_is_found_where_the_writer_put_it(names: list[str], tables: int) -> None:
    text = tomli_w.dumps({"version": 1, "keys": dict.fromkeys(names, "x"), "brush": [{"name": "n"}] * (tables + 1)})
    lines = text.splitlines()
    for name in names:
        assert lines[line_of(text, ["keys", name]) - 1].strip('"').startswith(name)
    headers = [number for number, line in enumerate(lines, 1) if line == "[[brush]]"]
    if headers:
        assert line_of(text, ["brush", tables, "name"]) == headers[tables] + 1


def test_a_table_in_an_array_of_lines_is_found() -> None:
    text = 'version = 1\n[[q]]\nname = "a"\nc = [\n  { n = 1 },\n  { n = 2 },\n]\n[[q]]\nc = [\n  { n = 3 },\n]\n'
    places = (["q", 0, "c", 1, "n"], ["q", 1, "c", 0], ["q", 1, "c", 7], ["q", 0, "name"])
    assert [line_of(text, place) for place in places] == [6, 10, 9, 3]
