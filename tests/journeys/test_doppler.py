"""Doppler is read in velocities and times: under the cursor, by a probe, by a line, from the file to the screen."""

from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.phantom.doppler import BASELINE, SPLIT, image
from tests.journeys.hands import LEFT, NONE, at, drag, settle
from viewer.app import Application
from viewer.panels.status import StatusBar

ROW = SPLIT + BASELINE - 80
"""80 rows of 1 cm/s above the baseline."""


@pytest.fixture
def main(main: Application, qtbot: QtBot, tmp_path: Path) -> Application:
    image().save_as(tmp_path / "carotid.dcm", enforce_file_format=True)
    main.reading.open([tmp_path])
    settle(qtbot, main)
    return main


def numbers(main: Application) -> list[tuple[str, float, str]]:
    volume, made = main.session.volume, main.session.measurements.selected
    assert volume is not None and made is not None
    return [(each.name, each.value, each.unit) for each in main.session.measurements.values(made, volume)]


def test_the_cursor_tells_velocity_and_time(main: Application) -> None:
    bar = main.window.statusBar()
    assert isinstance(bar, StatusBar)
    QTest.mouseMove(main.canvas, at(main, ROW, 123))
    volume, cursor = main.session.volume, main.session.active.view.cursor
    assert volume is not None and cursor is not None
    _, j, i = cursor.index_kji
    assert f"velocity {SPLIT + BASELINE - j}.0" in bar.cursor_text.text()
    assert f"time {i / 100:.3g}" in bar.cursor_text.text()
    QTest.mouseMove(main.canvas, at(main, SPLIT // 2, 123))
    assert "velocity" not in bar.cursor_text.text()


def test_a_probe_and_a_line_in_the_spectrum(main: Application) -> None:
    main.session.hand.set_tool("probe")
    QTest.mouseClick(main.canvas, LEFT, NONE, at(main, ROW, 123))
    (velocity, time, *colours) = numbers(main)
    assert velocity == ("Velocity", pytest.approx(80, abs=1), "cm/s")
    assert time == ("Time", pytest.approx(1.23, abs=0.01), "s")
    assert [name for name, _, _ in colours] == ["Red", "Green", "Blue"]
    main.session.hand.set_tool("length")
    drag(main, (SPLIT + BASELINE, 100), (ROW, 250))
    QApplication.processEvents()
    assert numbers(main) == [
        ("Δvelocity", pytest.approx(80, abs=2), "cm/s"), ("Δtime", pytest.approx(1.5, abs=0.02), "s")
    ]  # fmt: skip
    drag(main, (40, 100), (40, 260))
    assert numbers(main) == [("Length", pytest.approx(40, abs=0.5), "mm")]
