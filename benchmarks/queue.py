"""The next case of a work queue, from key to painted picture: loaded ahead, beside loaded when it is asked for."""

import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from pydicom.uid import UID
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchmarks.loading import one_slice
from benchmarks.timing import Row
from imaging.editing import add
from imaging.editing.strokes import disc
from viewer.app import Application, application
from viewer.errors import ViewerError
from viewer.places import Places
from viewer.waiting import wait_until

CASES, SLICES, SIDE = 5, 200, 512
LIMIT_MS, PATIENCE_S = 250, 60.0
REFERENCE = "the same without loading ahead"


def queue(rounds: int) -> list[Row]:
    """Accept a case, and correct one, on CTs of 200 slices; the time until a slice of the next case is painted."""
    qt = application()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "cases"
        for number in range(CASES):
            _write(folder / str(number), number)
        main = Application(Places(Path(scratch) / "data", Path(scratch) / "cache"))
        main.window.show()
        try:
            return [
                _row(qt, main, folder, "accept, then see the next case", Qt.Key.Key_F5, rounds),
                _row(qt, main, folder, "keep a corrected mask, then see the next case", Qt.Key.Key_F7, rounds),
            ]
        finally:
            main.shut_down()
            main.window.deleteLater()


def _row(qt: QApplication, main: Application, folder: Path, what: str, key: Qt.Key, rounds: int) -> Row:
    """Go through a queue of its own each round, by turns with the next case ahead and without."""
    ahead: list[float] = []
    cold: list[float] = []
    for number in range(rounds):
        name = f"{what} {number}"
        main.enlisting.make_of_folder(folder, name, 1, "")
        wait_until(lambda name=name: main.worklist.queue is not None and main.worklist.queue.name == name, "the queue")
        QTest.keyClick(main.window, Qt.Key.Key_F4)
        for step in range(CASES - 1):
            _settle(main)
            if key == Qt.Key.Key_F7:
                _draw(main, number)
            if step % 2:
                main.loading.drop_ahead()
            (cold if step % 2 else ahead).append(_seen(qt, main, key))
    note = f"slowest {1000 * max(ahead):.0f} ms; limit {LIMIT_MS} ms; CT of {SLICES} slices"
    return Row(what, 1000 * median(ahead), REFERENCE, 1000 * median(cold), note)


def _seen(qt: QApplication, main: Application, key: Qt.Key) -> float:
    """Seconds from the key until a slice of another case is painted."""
    before = main.session.series
    begin = time.perf_counter()
    QTest.keyClick(main.window, key)
    while main.session.series in (None, before) or not main.session.active.has(main.view.k):
        qt.processEvents()
        if time.perf_counter() > begin + PATIENCE_S:
            raise ViewerError(f"no next case: {main.notices.all[-1].text if main.notices.all else 'nothing was said'}")
    main.canvas.repaint()
    return time.perf_counter() - begin


def _draw(main: Application, number: int) -> None:
    """A ball somewhere else each round: what is drawn already is no change."""
    state, geometry = main.segmentation, main.segmentation.geometry
    if geometry is None:
        raise ViewerError("no case is shown")
    for k in range(main.view.k - 5, main.view.k + 5):
        region = disc(state.array.shape, geometry, 0, k, [(SIDE / 2, 30 * number % SIDE)], 20.0)
        edit = region and add(state.array, region, state.active, "Brush")
        if edit is not None:
            state.apply(edit)


def _settle(main: Application) -> None:
    QApplication.processEvents()
    wait_until(lambda: not main.runner.busy() and not main.background.busy(), "the case and the one ahead", 120)


def _write(folder: Path, number: int) -> None:
    """A CT of one patient, as a scanner writes it."""
    folder.mkdir(parents=True)
    noise = np.random.default_rng(number).integers(0, 2000, (SIDE, SIDE)).astype(np.int16)
    for k in range(SLICES):
        data = one_slice(k, np.roll(noise, k))
        data.PatientID, data.StudyInstanceUID = f"CASE {number}", f"2.25.50.{number}"
        data.SeriesInstanceUID, data.FrameOfReferenceUID = f"2.25.60.{number}", f"2.25.40.{number}"
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = UID(f"2.25.70.{number}.{k + 1}")
        data.save_as(folder / f"{k:04d}.dcm", enforce_file_format=True)
