"""wetread keys: the sheet without a window."""

from pathlib import Path

import pytest

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


def test_without_a_profile_they_are_the_persons_own(wetread) -> None:
    Settings(places().settings).write("keys", OwnBindings(profile="bir", keys={"invert": ("F7",)}))
    result = wetread("keys")
    assert result.exit_code == 0, result.stderr
    assert "profile IHE Basic Image Review" in result.stdout and "at start: scroll" in result.stdout
    assert any(line.split() == ["F7", "Invert"] for line in result.stdout.splitlines())


@pytest.mark.parametrize("ending", ["html", "pdf"])
def test_the_sheet_is_saved(wetread, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"keys.{ending}"
    result = wetread("keys", "--out", out)
    assert result.exit_code == 0 and result.stdout.strip() == str(out)
    assert out.read_bytes().startswith(b"%PDF" if ending == "pdf" else b"<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--profile", "emacs"), "profile 'emacs': expected one of wetread, bir"),
        (("--out", "keys.txt"), ".html or .pdf"),
    ],
)
def test_what_cannot_be_done_is_said(wetread, arguments: tuple[str, str], said: str) -> None:
    result = wetread("keys", *arguments)
    assert result.exit_code == 1 and said in result.stderr
