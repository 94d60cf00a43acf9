"""A small CT that gets denser from column to column, on which several journeys begin."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from imaging.geometry import Calibration, Geometry
from imaging.study import Patient, Series, Study
from imaging.volume import Volume
from viewer.app import Application
from viewer.panels.annotation_panel import AnnotationPanel

CT = Geometry((12, 60, 80), (2.0, 1.0, 1.0), (-20.0, -30.0, -40.0), calibration=Calibration.PATIENT)


def show_ct(main: Application, folder: Path) -> None:
    """Open the CT, as if its file lay in a folder."""
    file = folder / "a.dcm"
    file.touch()
    array = np.broadcast_to(np.arange(80) * 10, CT.shape_kji).astype(np.int16).copy()
    series = Series("1.2.3", "volume", "dicom", (file,), CT.shape_kji, CT, "CT", "Thorax", patient=Patient("P1"))
    main.session.open(Study(folder, (series,)))
    main.session.show(series, Volume(array, CT, "volume", "HU", "CT", "1.2.3"))
    QApplication.processEvents()


def started_on_ct(start: Callable[[], Application], folder: Path) -> Application:
    """The program with the CT shown and the list of segments in front."""
    main = start()
    show_ct(main, folder)
    panel = main.window.findChild(AnnotationPanel)
    assert isinstance(panel, AnnotationPanel)
    main.sides.right.setCurrentWidget(panel)
    QApplication.processEvents()
    return main
