"""A kept setting: read, written; a broken file and a folder that cannot be written are told."""

from pathlib import Path

from viewer.commands.kept_setting import KeptSetting
from viewer.settings import Settings, SettingsFile
from viewer.state.notices import Notices

INSTEAD = "The usual pens are used."


class Pens(SettingsFile):
    colours: tuple[str, ...] = ("red",)


def kept(folder: Path) -> tuple[KeptSetting[Pens], Notices]:
    notices = Notices()
    return KeptSetting(Settings(folder), notices, "pens", Pens(), INSTEAD), notices


def test_the_usual_holds_until_something_is_kept(tmp_path: Path) -> None:
    setting, notices = kept(tmp_path)
    assert setting.read() == Pens()
    setting.write(Pens(colours=("blue", "green")))
    assert kept(tmp_path)[0].read() == Pens(colours=("blue", "green")) and not notices.all


def test_a_broken_file_is_told_and_stays(tmp_path: Path) -> None:
    (tmp_path / "pens.toml").write_text("version = 1\ncolours = 3\n")
    setting, notices = kept(tmp_path)
    assert setting.read() == Pens()
    (told,) = notices.all
    assert told.level == "warning" and "pens.toml, line 2" in told.text and INSTEAD in told.text
    assert (tmp_path / "pens.toml").read_text() == "version = 1\ncolours = 3\n"


def test_what_cannot_be_kept_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "settings"
    folder.write_text("a file where the folder should be")
    setting, notices = kept(folder)
    setting.write(Pens())
    (told,) = notices.all
    assert told.level == "error" and "holds until the program ends" in told.text
