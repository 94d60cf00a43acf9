"""wetread keys: the sheet without a window."""

from pathlib import Path

from viewer.places import places
from viewer.settings import Settings
from viewer.state.bindings import OwnBindings


def test_a_profiles_keys_are_printed(wetread) -> None:
    result = wetread("keys", "--profile", "ohif")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "Keys and mouse, profile OHIF"
    assert [line.split()[0] for line in lines if line.endswith("Flip left and right")] == ["H"]
    assert any(line.split() == ["middle", "pan"] for line in lines)


def test_without_a_profile_they_are_the_persons_own(wetread, tmp_path: Path) -> None:
    Settings(places().settings).write("keys", OwnBindings(profile="bir", keys={"invert": ("F7",)}))
    out = tmp_path / "keys.html"
    result = wetread("keys", "--out", out)
    assert result.exit_code == 0 and result.stdout.strip() == str(out), result.stderr
    sheet = out.read_text(encoding="utf-8")
    assert "profile IHE Basic Image Review" in sheet and "at start: scroll" in sheet
    assert '<td class="key">F7</td><td>Invert</td>' in sheet


def test_a_profile_that_is_none_is_named(wetread) -> None:
    result = wetread("keys", "--profile", "emacs")
    assert result.exit_code == 1 and "profile 'emacs': expected one of wetread, bir" in result.stderr
