"""A picture for slides: what is shown, without the patient's name."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from tests.journeys.hands import key, settle, told
from viewer.app import Application


def test_the_shown_picture_is_copied_without_a_name(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    main.reading.open([phantom_study.ct])
    settle(qtbot, main)
    key(main, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    image = QApplication.clipboard().image()
    assert image.size() == main.canvas.size() * main.canvas.devicePixelRatioF()
    assert "without the patient's name" in told(main)
    named, plain = main.canvas.picture("all", drawn=True), main.canvas.picture("few", drawn=True)
    assert image == plain.convertToFormat(image.format()) != named.convertToFormat(image.format())
