"""Positron emission images are read by standardised uptake: window, keys and cursor."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from imaging.geometry import Calibration, Geometry
from imaging.measuring_facts import MeasuringFacts
from imaging.volume import Volume
from tests.journeys.hands import at, key
from viewer.app import Application
from viewer.panels.status import StatusBar


def test_the_cursor_and_the_keys_speak_of_uptake(main: Application) -> None:
    """Everywhere 10,000 Bq/ml; at 70 kg and 350 MBq that is SUVbw 2."""
    array = np.full((1, 40, 40), 10_000, np.int16)
    geometry = Geometry(array.shape, (4.0, 4.0, 4.0), calibration=Calibration.PATIENT)
    main.session.show(None, Volume(array, geometry, "volume", "Bq/ml", "PT", facts=MeasuringFacts(suv_factor=1 / 5000)))
    QApplication.processEvents()
    QTest.mouseMove(main.canvas, at(main, 20, 20))
    bar = main.window.statusBar()
    assert isinstance(bar, StatusBar) and bar.cursor_text.text().startswith("10000 Bq/ml   2.00 SUVbw")
    assert (main.view.window.low, main.view.window.high) == (0, 25_000), "without a window of the file: SUV 0 to 5"
    key(main, Qt.Key.Key_2)
    assert main.view.window.high == 35_000
    key(main, Qt.Key.Key_1)
    assert (main.view.window.low, main.view.window.high) == (0, 25_000)
    assert main.window.actions_by_id["preset-1"].text() == "SUV 0-5  5 / 2.5"
    key(main, Qt.Key.Key_3)
    assert main.view.window.high == 50_000
