"""Commands that open the window: on the screen, on the built-in study, and offscreen as a picture."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from viewer import tour


@pytest.fixture(autouse=True)
def windows_are_gone(qapp: QApplication) -> Iterator[None]:
    """Let Qt delete the windows that a command put away; at the end of a process nobody needs to."""
    yield
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_demo_opens_the_built_in_study(wetread, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    monkeypatch.setattr("viewer.app.run", lambda found, phantom: opened.append((found, phantom)) or 0)
    assert wetread("demo").exit_code == 0 and opened == [([], True)]


def test_without_a_display_the_way_out_is_said(wetread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    result = wetread("some.dcm")
    assert result.exit_code == 1 and "wetread tour" in result.stderr


def test_tour_writes_a_picture_of_each_stop(wetread, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one = tour.Station("start", lambda visitor, _: visitor.picture("empty window"))
    monkeypatch.setattr(tour, "run", partial(tour.run, stations=(one,)))
    result = wetread("tour", "--out", tmp_path / "tour")
    assert result.exit_code == 0 and "screenshots in" in result.stdout
    assert "001  empty window" in result.stderr
    assert [path.name for path in (tmp_path / "tour").iterdir()] == ["001-empty-window.png"]


def test_shot_shows_the_asked_slice_with_its_mask(wetread, phantom_study, tmp_path: Path) -> None:
    common = ["shot", phantom_study.ct, "--preset", "lung", "--size", "1280x800"]
    plain, marked = tmp_path / "plain.png", tmp_path / "marked.png"
    result = wetread(*common, "--slice", 32, "--out", plain)
    assert result.exit_code == 0, result.stderr
    result = wetread(*common, "--slice", 32, "--mask", phantom_study.ct_truth, "--out", marked)
    assert result.exit_code == 0, result.stderr
    pictures = [np.asarray(Image.open(path).convert("RGB"), int) for path in (plain, marked)]
    assert pictures[0].shape == (800, 1280, 3)
    assert np.abs(pictures[0] - pictures[1]).max() > 40, "the mask is drawn"


@pytest.mark.parametrize("size", ["900", "900x", "axb", "0x100", "900x700x3"])
def test_a_size_that_is_none_is_wrong_usage(wetread, tmp_path: Path, size: str) -> None:
    assert wetread("shot", tmp_path, "--out", tmp_path / "a.png", "--size", size).exit_code == 2


def test_a_preset_that_is_none_is_named(wetread, phantom_study, tmp_path: Path) -> None:
    result = wetread("shot", phantom_study.ct, "--out", tmp_path / "a.png", "--preset", "sunset")
    assert result.exit_code == 1 and "sunset" in result.stderr and "lung" in result.stderr


def test_a_series_that_is_not_there_is_named(wetread, phantom_study, tmp_path: Path) -> None:
    result = wetread("shot", phantom_study.ct, "--out", tmp_path / "a.png", "--series", "1.2.3")
    assert result.exit_code == 1 and "no series 1.2.3" in result.stderr


@pytest.mark.parametrize("layout", ["1x1", "2x3", "3x4", "mpr", "mpr-columns"])
def test_shot_lays_the_viewports_out(wetread, phantom_study, tmp_path: Path, layout: str) -> None:
    out = tmp_path / "layout.png"
    result = wetread("shot", phantom_study.study, "--layout", layout, "--out", out, "--size", "1280x800")
    assert result.exit_code == 0, result.stderr
    picture = np.asarray(Image.open(out).convert("L"), int)
    assert picture.shape == (800, 1280) and picture[150:700, 300:900].max() > 200


def test_three_planes_are_of_the_first_series_that_can_be_cut(wetread, phantom_study, tmp_path: Path) -> None:
    together = tmp_path / "together"
    shutil.copytree(phantom_study.ct, together)
    data = pydicom.dcmread(phantom_study.xray)
    data.SeriesNumber = 0
    data.save_as(together / "radiograph.dcm")
    first = json.loads(wetread("info", together, "--json").stdout)["series"][0]
    assert first["modality"] == "DX", "this one cannot be cut"
    out = tmp_path / "planes.png"
    result = wetread("shot", together, "--layout", "mpr", "--out", out)
    assert result.exit_code == 0, result.stderr
    picture = np.asarray(Image.open(out).convert("L"), int)
    assert all((part > 200).any() for part in (picture[150:400, 300:600], picture[450:700, 600:1000]))


def test_what_qt_says_of_windows_that_nobody_sees_is_left_out(tmp_path: Path, phantom_study) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "viewer", "shot", phantom_study.ct, "--out", tmp_path / "a.png"],
        capture_output=True, text=True, check=True, env={**os.environ, "WETREAD_DATA": str(tmp_path)},
    )  # fmt: skip
    assert "propagateSizeHints" not in made.stderr


def test_a_layout_that_cannot_be_is_named(wetread, phantom_study, tmp_path: Path) -> None:
    result = wetread("shot", phantom_study.ct, "--out", tmp_path / "a.png", "--layout", "9x9")
    assert result.exit_code == 1 and "9x9" in result.stderr and "mpr" in result.stderr
    result = wetread("shot", phantom_study.xray, "--out", tmp_path / "a.png", "--layout", "mpr")
    assert result.exit_code == 1 and "place in the patient" in result.stderr
