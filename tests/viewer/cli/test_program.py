"""The command as a whole: quick help, paths instead of commands, exit statuses."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

LIGHT = """
import sys
sys.argv = ["wetread", *sys.argv[1:]]
from viewer.__main__ import main
status = 0
try:
    main()
except SystemExit as end:
    status = end.code
heavy = {"torch", "PySide6", "sqlalchemy", "SimpleITK", "monai"} & set(sys.modules)
sys.exit(f"status {status}, loaded {sorted(heavy)}" if status or heavy else 0)
"""


def test_help_names_every_command(wetread) -> None:
    result = wetread("--help")
    assert result.exit_code == 0 and "Not a medical device" in result.stdout
    for command in ("open", "demo", "tour", "shot", "info", "convert", "predict", "models", "train", "evaluate"):
        assert f"  {command} " in result.stdout
        assert wetread(command, "--help").exit_code == 0


@pytest.mark.parametrize("arguments", [["--help"], ["info", "ct", "--json"], ["models"]], ids=" ".join)
def test_looking_loads_neither_qt_nor_torch(arguments: list[str], make_ct) -> None:
    folder = make_ct().parent
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        ([], []),
        (["a.dcm"], ["a.dcm"]),
        (["a", "b"], ["a", "b"]),
        (["open", "a"], ["a"]),
        (["open", "info"], ["info"]),
    ],
    ids=str,
)
def test_a_first_word_that_is_no_command_is_a_path(
    wetread, monkeypatch: pytest.MonkeyPatch, arguments: list[str], paths: list[str]
) -> None:
    opened = []
    monkeypatch.setattr("viewer.app.run", lambda found, phantom: opened.append((found, phantom)) or 0)
    assert wetread(*arguments).exit_code == 0
    assert opened == [([Path(path).absolute() for path in paths], False)]


@pytest.mark.parametrize(
    "arguments", [["--nonsense"], ["info"], ["info", "a", "b"], ["predict", "a"], ["tour"]], ids=str
)
def test_wrong_usage_is_status_2(wetread, arguments: list[str]) -> None:
    result = wetread(*arguments)
    assert result.exit_code == 2 and result.stdout == "" and result.stderr
