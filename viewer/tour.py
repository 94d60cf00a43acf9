"""A guided tour through the real window without a display: real events, real models, numbered screenshots."""

import tempfile
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from imaging import phantom
from viewer.app import Application, Places, application
from viewer.tour_of_the_room import walk_reading_room
from viewer.visitor import Say, Visitor
from viewer.waiting import wait_until

SIZE = (1480, 900)
TRAINING_TIMEOUT_S = 600.0


class Tour(Visitor):
    """Walks through the main job and takes pictures on the way."""

    def walk(self, study: Path) -> None:
        """Every station, in order."""
        for station in (
            self._look,
            self._choose,
            self._look_closer,
            self._measure,
            self._lay_out,
            self._read,
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
        main = self.main
        self.picture("empty window")
        main.reading.open([study])
        self.settle("the built-in study to open")
        self.show("CT")
        self.picture("CT, soft tissue window")
        self.key(Qt.Key.Key_2)
        self.picture("lung window on key 2")
        for _ in range(6):
            self.key(Qt.Key.Key_Down)
        self.drag((0.35, 0.45), (0.45, 0.35))
        self.picture("scrolled and windowed by dragging")

    def _choose(self, _: Path) -> None:
        """Everything that is found, set and read about without leaving the image."""
        main, control = self.main, Qt.KeyboardModifier.ControlModifier
        self.key(Qt.Key.Key_K, Qt.KeyboardModifier.ShiftModifier)
        self.picture("in colours, with the values of their bar")
        main.view.set_colours(None)
        self.key(Qt.Key.Key_K, control)
        QTest.keyClicks(main.dialogs.palette.typed, "slab")
        self.leave("command palette", main.dialogs.palette)
        self.key(Qt.Key.Key_F2)
        self.leave("keys and mouse", main.dialogs.keys)
        self.key(Qt.Key.Key_F1)
        self.leave("key sheet", main.dialogs.key_sheet)
        main.dialogs.open_presets()
        self.leave("window presets", main.dialogs.presets)
        self.key(Qt.Key.Key_I, control)
        wait_until(lambda: bool(main.header.elements), "the header")
        self.leave("metadata", main.dialogs.metadata)

    def _look_closer(self, _: Path) -> None:
        """A lens, a window from what is in a rectangle, and a window for another monitor."""
        main, alt = self.main, Qt.KeyboardModifier.AltModifier
        self.key(Qt.Key.Key_Z, alt)
        middle = QPoint(round(main.canvas.width() * 0.4), round(main.canvas.height() * 0.4))
        QTest.mousePress(main.canvas, Qt.MouseButton.LeftButton, pos=middle)
        self.picture("magnifier")
        QTest.mouseRelease(main.canvas, Qt.MouseButton.LeftButton, pos=middle)
        self.key(Qt.Key.Key_W, alt)
        self.drag((0.35, 0.45), (0.45, 0.55))
        self.picture("window from a region")
        self.key(Qt.Key.Key_W)
        series = main.session.series
        self.key(Qt.Key.Key_F8)
        assert series is not None
        main.reading.load(series)
        self.settle("the series in the second window")
        window = main.side_windows.windows[-1]
        self.picture("window of viewports for another monitor", window)
        window.close()
        wait_until(main.window.isActiveWindow, "the window to have the focus")

    def _fuse(self, study: Path) -> None:
        """A second volume in colours over the first: where the lesions of the phantom truly are."""
        self.main.reading.open([study, study.parent / "truth" / "ct.nii.gz"])
        self.settle("the study and what is true of it")
        self.show("CT")
        self.tab("View")
        self.main.fusing.fuse(self.main.fusing.candidates[0])
        self.settle("the second volume")
        self.main.fusing.set_colours("Rainbow")
        self.picture("a second volume over the first")
        self.tab("Findings")

    def _measure(self, _: Path) -> None:
        """Numbers with what they rest on: in the patient, on a film, in an ultrasound region."""
        shift = Qt.KeyboardModifier.ShiftModifier
        self.tab("Measures")
        self.key(Qt.Key.Key_D)
        self.drag((0.30, 0.40), (0.45, 0.42))
        self.key(Qt.Key.Key_D, shift)
        self.drag((0.55, 0.50), (0.68, 0.56))
        self.drag((0.63, 0.47), (0.60, 0.58))
        self.key(Qt.Key.Key_E, shift)
        self.drag((0.25, 0.55), (0.38, 0.68))
        self.picture("length, two diameters and an ellipse with its histogram")
        self.show("DX")
        self.key(Qt.Key.Key_X, shift)
        self.drag((0.40, 0.60), (0.62, 0.60))
        self.drag((0.18, 0.66), (0.82, 0.66))
        self.picture("cardiothoracic ratio at the detector")
        self.show("US")
        self.key(Qt.Key.Key_D)
        self.drag((0.45, 0.40), (0.55, 0.60))
        self.picture("length in an ultrasound region")
        self.show("CT")
        self.key(Qt.Key.Key_W)
        self.tab("Findings")

    def _lay_out(self, _: Path) -> None:
        """Planes of one volume, then several series beside one another."""
        main, control = self.main, Qt.KeyboardModifier.ControlModifier
        alt, beside = Qt.KeyboardModifier.AltModifier, control | Qt.KeyboardModifier.AltModifier
        self.key(Qt.Key.Key_M, control)
        self.settle("the planes")
        self.picture("three planes with crosshair")
        self.key(Qt.Key.Key_C, alt)
        self.drag((0.75, 0.5), (0.68, 0.68))
        self.picture("oblique planes by turning the crosshair")
        self.key(Qt.Key.Key_W)
        self.key(Qt.Key.Key_1, beside)
        self.key(Qt.Key.Key_3, alt)
        self.key(Qt.Key.Key_5, alt)
        self.picture("coronal slab, brightest of 10 mm")
        self.key(Qt.Key.Key_5, alt)
        self.key(Qt.Key.Key_1, alt)
        self.key(Qt.Key.Key_4, beside)
        self.settle("the other series")
        self.picture("series side by side")
        self.key(Qt.Key.Key_1, beside)
        if main.hanging.several:
            self.key(Qt.Key.Key_Period)
            self.settle("the next stage")
            self.picture("next stage of the hanging protocol")
            self.key(Qt.Key.Key_Comma)
            self.settle("the stage before")
            self.key(Qt.Key.Key_1, beside)
        self.show("CT")

    def _read(self, study: Path) -> None:
        walk_reading_room(self, study)

    def _keep(self, _: Path) -> None:
        """Key images, and the list of studies."""
        main = self.main
        main.view.set_slice(main.view.frames // 3)
        self.key(Qt.Key.Key_K)
        main.session.active.set_plane("coronal")
        self.key(Qt.Key.Key_K)
        main.session.active.set_plane("stored")
        main.dialogs.open_key_images()
        main.marking.note(main.key_images.all[0].key_image.uid, "compare with the next one")
        self.leave("key images", main.dialogs.key_images)
        main.sides.left.setCurrentWidget(main.sides.browser)
        self.picture("study browser")
        main.sides.left.setCurrentIndex(0)

    def _find(self, _: Path) -> None:
        self.key(Qt.Key.Key_2)
        self.key(Qt.Key.Key_P)
        self.settle("the lesion model", 180)
        self.go_to_largest()
        self.picture("proposed lesion mask")
        self.key(Qt.Key.Key_H)
        self.settle("Grad-CAM")
        self.picture("Grad-CAM of the lesion model")
        self.key(Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
        self.settle("integrated gradients", 300)
        self.picture("integrated gradients of the lesion model")
        self.main.findings.set_heat_visible(False)

    def _correct(self, _: Path) -> None:
        self.tab("Labels")
        self.key(Qt.Key.Key_A)
        self.picture("accepted mask")
        self.key(Qt.Key.Key_B)
        self.drag((0.60, 0.40), (0.66, 0.50))
        self.picture("painted with the brush")
        self.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        self.picture("undone")
        self.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        self.picture("saved in the library")
        self.key(Qt.Key.Key_W)

    def _film(self, _: Path) -> None:
        self.tab("Findings")
        self.show("DX")
        self.picture("chest X-ray")
        self.key(Qt.Key.Key_P)
        self.settle("the chest X-ray model", 180)
        self.picture("findings of the chest X-ray model")
        self._classify()
        self.key(Qt.Key.Key_H)
        self.settle("Grad-CAM")
        self.picture("Grad-CAM of the chest X-ray model")
        self.key(Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
        self.settle("integrated gradients", 300)
        self.picture("integrated gradients of the chest X-ray model")

    def _classify(self) -> None:
        """Questions about the film, answered by keys; one answer is the model's."""
        questions = self.main.sides.questions
        self.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        wait_until(lambda: bool(questions.rows), "the questions")
        for row, keys in zip(questions.rows, ((), (Qt.Key.Key_Return,), (Qt.Key.Key_1, Qt.Key.Key_4)), strict=False):
            for key in keys:
                QTest.keyClick(row, key)
        self.picture("questions answered by keys, one by the model")
        self.tab("Findings")

    def _clip(self, _: Path) -> None:
        self.show("US")
        self.key(Qt.Key.Key_C)
        wait_until(lambda: self.main.view.k > 3, "the clip to play")
        self.key(Qt.Key.Key_C)
        self.picture("ultrasound clip, played")

    def _learn(self, _: Path) -> None:
        main = self.main
        self.show("CT")
        self.tab("Training")
        self.picture("training panel")
        package = next(p for p in main.models.packages if p.manifest and p.manifest.task == "segmentation")
        main.teaching.start("tour-lesions", package.folder, 2)
        wait_until(lambda: not main.learning.running, "training", TRAINING_TIMEOUT_S)
        self.picture("trained for two epochs")
        released = next(p for p in main.models.packages if p.manifest and p.manifest.name == "tour-lesions")
        main.models.choose(released)
        self.tab("Findings")
        self.key(Qt.Key.Key_P)
        self.settle("the retrained model", 180)
        self.go_to_largest()
        self.picture("prediction of the retrained model")

    def _queue(self, study: Path) -> None:
        """The CT read by two people blind to one another; a third decides."""
        main, before = self.main, self.main.worklist.reader
        main.enlisting.make_of_folder(study, "nodules", 2, "Cleo")
        wait_until(lambda: main.worklist.queue is not None, "the work queue")
        main.sides.left.setCurrentWidget(main.sides.queue)
        for reader, row in (("Ada", 0.45), ("Bo", 0.55)):
            main.enlisting.sign_in(reader)
            self.key(Qt.Key.Key_F4)
            self.settle("the next case")
            self.key(Qt.Key.Key_F7)
            self.drag((0.60, row), (0.68, row))
            if reader == "Bo":
                self.picture("a case of a work queue, read blind")
            self.key(Qt.Key.Key_F7)
            self.settle("the case after")
        main.enlisting.sign_in("Cleo")
        self.key(Qt.Key.Key_F4)
        wait_until(main.queue_dialogs.adjudication.isVisible, "the adjudication")
        main.adjudicating.show_difference()
        self.picture("where two readings differ")
        self.leave("adjudication", main.queue_dialogs.adjudication)
        main.enlisting.sign_in(before)

    def _trouble(self, study: Path) -> None:
        broken = study.parent / "broken"
        broken.mkdir()
        (broken / "notes.dcm").write_text("This is no image.\n")
        self.main.reading.open([broken, study])
        self.settle("the mixed folders")
        self.picture("a file that is no image is named, the rest opens")


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
