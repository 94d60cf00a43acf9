"""A guided tour through the real window without a display: real events, real models, numbered screenshots."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget

from imaging import phantom
from viewer.app import Application, Places, application
from viewer.shot import save
from viewer.waiting import wait_until

SIZE = (1480, 900)
TRAINING_TIMEOUT_S = 600.0
Say = Callable[[str], None]


class Tour:
    """Walks through the main job and takes pictures on the way."""

    def __init__(self, main: Application, out: Path, say: Say) -> None:
        self._main, self._out, self._say = main, out, say
        self.pictures: list[Path] = []

    def walk(self, study: Path) -> None:
        """Every station, in order."""
        for station in (
            self._look,
            self._choose,
            self._look_closer,
            self._measure,
            self._lay_out,
            self._keep,
            self._find,
            self._correct,
            self._film,
            self._clip,
            self._learn,
            self._queue,
            self._fuse,
            self._trouble,
        ):
            station(study)

    def _look(self, study: Path) -> None:
        main = self._main
        self._picture("empty window")
        main.reading.open([study])
        self._settle("the built-in study to open")
        self._show("CT")
        self._picture("CT, soft tissue window")
        self._key(Qt.Key.Key_2)
        self._picture("lung window on key 2")
        for _ in range(6):
            self._key(Qt.Key.Key_Down)
        self._drag((0.35, 0.45), (0.45, 0.35))
        self._picture("scrolled and windowed by dragging")

    def _choose(self, _: Path) -> None:
        """Everything that is found, set and read about without leaving the image."""
        main, control = self._main, Qt.KeyboardModifier.ControlModifier
        self._key(Qt.Key.Key_K, Qt.KeyboardModifier.ShiftModifier)
        self._picture("in colours, with the values of their bar")
        main.view.set_colours(None)
        self._key(Qt.Key.Key_K, control)
        QTest.keyClicks(main.dialogs.palette.typed, "slab")
        self._leave("command palette", main.dialogs.palette)
        self._key(Qt.Key.Key_F2)
        self._leave("keys and mouse", main.dialogs.keys)
        self._key(Qt.Key.Key_F1)
        self._leave("key sheet", main.dialogs.key_sheet)
        main.dialogs.open_presets()
        self._leave("window presets", main.dialogs.presets)
        self._key(Qt.Key.Key_I, control)
        wait_until(lambda: bool(main.header.elements), "the header")
        self._leave("metadata", main.dialogs.metadata)

    def _look_closer(self, _: Path) -> None:
        """A lens, a window from what is in a rectangle, and a window for another monitor."""
        main, alt = self._main, Qt.KeyboardModifier.AltModifier
        self._key(Qt.Key.Key_Z, alt)
        middle = QPoint(round(main.canvas.width() * 0.4), round(main.canvas.height() * 0.4))
        QTest.mousePress(main.canvas, Qt.MouseButton.LeftButton, pos=middle)
        self._picture("magnifier")
        QTest.mouseRelease(main.canvas, Qt.MouseButton.LeftButton, pos=middle)
        self._key(Qt.Key.Key_W, alt)
        self._drag((0.35, 0.45), (0.45, 0.55))
        self._picture("window from a region")
        self._key(Qt.Key.Key_W)
        series = main.session.series
        self._key(Qt.Key.Key_F8)
        assert series is not None
        main.reading.load(series)
        self._settle("the series in the second window")
        window = main.side_windows.windows[-1]
        self._picture("window of viewports for another monitor", window)
        window.close()
        wait_until(main.window.isActiveWindow, "the window to have the focus")

    def _fuse(self, study: Path) -> None:
        """A second volume in colours over the first: where the lesions of the phantom truly are."""
        self._main.reading.open([study, study.parent / "truth" / "ct.nii.gz"])
        self._settle("the study and what is true of it")
        self._show("CT")
        self._tab("View")
        self._main.fusing.fuse(self._main.fusing.candidates[0])
        self._settle("the second volume")
        self._main.fusing.set_colours("Rainbow")
        self._picture("a second volume over the first")
        self._tab("Findings")

    def _measure(self, _: Path) -> None:
        """Numbers with what they rest on: in the patient, on a film, in an ultrasound region."""
        shift = Qt.KeyboardModifier.ShiftModifier
        self._tab("Measures")
        self._key(Qt.Key.Key_D)
        self._drag((0.30, 0.40), (0.45, 0.42))
        self._key(Qt.Key.Key_D, shift)
        self._drag((0.55, 0.50), (0.68, 0.56))
        self._drag((0.63, 0.47), (0.60, 0.58))
        self._key(Qt.Key.Key_E, shift)
        self._drag((0.25, 0.55), (0.38, 0.68))
        self._picture("length, two diameters and an ellipse with its histogram")
        self._show("DX")
        self._key(Qt.Key.Key_X, shift)
        self._drag((0.40, 0.60), (0.62, 0.60))
        self._drag((0.18, 0.66), (0.82, 0.66))
        self._picture("cardiothoracic ratio at the detector")
        self._show("US")
        self._key(Qt.Key.Key_D)
        self._drag((0.45, 0.40), (0.55, 0.60))
        self._picture("length in an ultrasound region")
        self._show("CT")
        self._key(Qt.Key.Key_W)
        self._tab("Findings")

    def _lay_out(self, _: Path) -> None:
        """Planes of one volume, then several series beside one another."""
        main, control = self._main, Qt.KeyboardModifier.ControlModifier
        alt, beside = Qt.KeyboardModifier.AltModifier, control | Qt.KeyboardModifier.AltModifier
        self._key(Qt.Key.Key_M, control)
        self._settle("the planes")
        self._picture("three planes with crosshair")
        self._key(Qt.Key.Key_C, alt)
        self._drag((0.75, 0.5), (0.68, 0.68))
        self._picture("oblique planes by turning the crosshair")
        self._key(Qt.Key.Key_W)
        self._key(Qt.Key.Key_1, beside)
        self._key(Qt.Key.Key_3, alt)
        self._key(Qt.Key.Key_5, alt)
        self._picture("coronal slab, brightest of 10 mm")
        self._key(Qt.Key.Key_5, alt)
        self._key(Qt.Key.Key_1, alt)
        self._key(Qt.Key.Key_4, beside)
        self._settle("the other series")
        self._picture("series side by side")
        self._key(Qt.Key.Key_1, beside)
        if main.hanging.several:
            self._key(Qt.Key.Key_Period)
            self._settle("the next stage")
            self._picture("next stage of the hanging protocol")
            self._key(Qt.Key.Key_Comma)
            self._settle("the stage before")
            self._key(Qt.Key.Key_1, beside)
        self._show("CT")

    def _keep(self, _: Path) -> None:
        """Key images, and the list of studies."""
        main = self._main
        main.view.set_slice(main.view.frames // 3)
        self._key(Qt.Key.Key_K)
        main.session.active.set_plane("coronal")
        self._key(Qt.Key.Key_K)
        main.session.active.set_plane("stored")
        main.dialogs.open_key_images()
        main.marking.note(main.key_images.all[0].key_image.uid, "compare with the next one")
        self._leave("key images", main.dialogs.key_images)
        main.left.setCurrentWidget(main.browser)
        self._picture("study browser")
        main.left.setCurrentIndex(0)

    def _find(self, _: Path) -> None:
        self._key(Qt.Key.Key_2)
        self._key(Qt.Key.Key_P)
        self._settle("the lesion model", 180)
        self._go_to_largest()
        self._picture("proposed lesion mask")
        self._key(Qt.Key.Key_H)
        self._settle("Grad-CAM")
        self._picture("Grad-CAM of the lesion model")
        self._key(Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
        self._settle("integrated gradients", 300)
        self._picture("integrated gradients of the lesion model")
        self._main.findings.set_heat_visible(False)

    def _correct(self, _: Path) -> None:
        self._tab("Labels")
        self._key(Qt.Key.Key_A)
        self._picture("accepted mask")
        self._key(Qt.Key.Key_B)
        self._drag((0.60, 0.40), (0.66, 0.50))
        self._picture("painted with the brush")
        self._key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        self._picture("undone")
        self._key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        self._picture("saved in the library")
        self._key(Qt.Key.Key_W)

    def _film(self, _: Path) -> None:
        self._tab("Findings")
        self._show("DX")
        self._picture("chest X-ray")
        self._key(Qt.Key.Key_P)
        self._settle("the chest X-ray model", 180)
        self._picture("findings of the chest X-ray model")
        self._classify()
        self._key(Qt.Key.Key_H)
        self._settle("Grad-CAM")
        self._picture("Grad-CAM of the chest X-ray model")
        self._key(Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
        self._settle("integrated gradients", 300)
        self._picture("integrated gradients of the chest X-ray model")

    def _classify(self) -> None:
        """Questions about the film, answered by keys; one answer is the model's."""
        questions = self._main.questions
        self._key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        wait_until(lambda: bool(questions.rows), "the questions")
        for row, keys in zip(questions.rows, ((), (Qt.Key.Key_Return,), (Qt.Key.Key_1, Qt.Key.Key_4)), strict=False):
            for key in keys:
                QTest.keyClick(row, key)
        self._picture("questions answered by keys, one by the model")
        self._tab("Findings")

    def _clip(self, _: Path) -> None:
        self._show("US")
        self._key(Qt.Key.Key_C)
        wait_until(lambda: self._main.view.k > 3, "the clip to play")
        self._key(Qt.Key.Key_C)
        self._picture("ultrasound clip, played")

    def _learn(self, _: Path) -> None:
        main = self._main
        self._show("CT")
        self._tab("Training")
        self._picture("training panel")
        package = next(p for p in main.models.packages if p.manifest and p.manifest.task == "segmentation")
        main.teaching.start("tour-lesions", package.folder, 2)
        wait_until(lambda: not main.learning.running, "training", TRAINING_TIMEOUT_S)
        self._picture("trained for two epochs")
        released = next(p for p in main.models.packages if p.manifest and p.manifest.name == "tour-lesions")
        main.models.choose(released)
        self._tab("Findings")
        self._key(Qt.Key.Key_P)
        self._settle("the retrained model", 180)
        self._go_to_largest()
        self._picture("prediction of the retrained model")

    def _queue(self, study: Path) -> None:
        """The CT read by two people blind to one another; a third decides."""
        main, before = self._main, self._main.worklist.reader
        main.enlisting.make_of_folder(study, "nodules", 2, "Cleo")
        wait_until(lambda: main.worklist.queue is not None, "the work queue")
        main.left.setCurrentWidget(main.queue)
        for reader, row in (("Ada", 0.45), ("Bo", 0.55)):
            main.enlisting.sign_in(reader)
            self._key(Qt.Key.Key_F4)
            self._settle("the next case")
            self._key(Qt.Key.Key_F7)
            self._drag((0.60, row), (0.68, row))
            if reader == "Bo":
                self._picture("a case of a work queue, read blind")
            self._key(Qt.Key.Key_F7)
            self._settle("the case after")
        main.enlisting.sign_in("Cleo")
        self._key(Qt.Key.Key_F4)
        wait_until(main.queue_dialogs.adjudication.isVisible, "the adjudication")
        main.adjudicating.show_difference()
        self._picture("where two readings differ")
        self._leave("adjudication", main.queue_dialogs.adjudication)
        main.enlisting.sign_in(before)

    def _trouble(self, study: Path) -> None:
        broken = study.parent / "broken"
        broken.mkdir()
        (broken / "notes.dcm").write_text("This is no image.\n")
        self._main.reading.open([broken, study])
        self._settle("the mixed folders")
        self._picture("a file that is no image is named, the rest opens")

    def _tab(self, title: str) -> None:
        tabs = self._main.tabs
        tabs.setCurrentIndex(next(n for n in range(tabs.count()) if tabs.tabText(n) == title))

    def _show(self, modality: str) -> None:
        study = self._main.session.study
        assert study is not None
        self._main.reading.load(next(series for series in study.series if series.modality == modality))
        self._settle(f"the {modality} series")

    def _go_to_largest(self) -> None:
        prediction = self._main.findings.prediction
        if prediction is not None and prediction.mask is not None:
            self._main.view.set_slice(int(prediction.mask.array.any(axis=2).sum(axis=1).argmax()))

    def _settle(self, what: str, timeout_s: float = 120) -> None:
        wait_until(lambda: not self._main.runner.busy(), what, timeout_s)

    def _key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self._main.window, key, modifier)

    def _drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        canvas = self._main.canvas
        places = [
            QPoint(
                round(canvas.width() * (start[0] + (end[0] - start[0]) * step / 8)),
                round(canvas.height() * (start[1] + (end[1] - start[1]) * step / 8)),
            )
            for step in range(9)
        ]
        left = Qt.MouseButton.LeftButton
        QTest.mousePress(canvas, left, Qt.KeyboardModifier.NoModifier, places[0])
        for place in places[1:]:
            QTest.mouseMove(canvas, place)
        QTest.mouseRelease(canvas, left, Qt.KeyboardModifier.NoModifier, places[-1])

    def _leave(self, caption: str, dialog: QDialog) -> None:
        """Take a picture of a dialog and close it."""
        self._picture(caption, dialog)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        self._main.window.activateWindow()  # without a display nobody gives the focus back
        wait_until(self._main.window.isActiveWindow, "the window to have the focus")

    def _picture(self, caption: str, of: QWidget | None = None) -> None:
        wait_until(lambda: not any(pane.motion.moving for pane in self._main.session.panes), "planes to rest")
        name = f"{len(self.pictures) + 1:02d}-{caption.replace(',', '').replace(' ', '-').lower()}.png"
        path = self._out / name
        save(of or self._main.window, path)
        self.pictures.append(path)
        self._say(f"{len(self.pictures):02d}  {caption}")


def run(out: Path, say: Say) -> list[Path]:
    """The screenshots written to ``out``; annotations and models of the tour go to a scratch folder.

    Raises:
        ViewerError: a station did not finish in time.
        SaveError: a screenshot could not be written.
    """
    application()
    with tempfile.TemporaryDirectory() as scratch:
        main = Application(Places(Path(scratch), Path(scratch)))
        main.window.resize(*SIZE)
        main.start()
        tour = Tour(main, out, say)
        try:
            tour.walk(phantom.write_study(Path(scratch) / "phantom").study)
        finally:
            main.shut_down()
            main.window.deleteLater()
    return tour.pictures
