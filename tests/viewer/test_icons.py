"""Every button of the toolbar has its drawing, in colours that can be told apart."""

from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QToolBar, QToolButton

from viewer.app import Application
from viewer.assets import MUTED, ON_ACCENT, TEXT
from viewer.icons import icon


def strokes(drawing: QIcon, mode: QIcon.Mode, state: QIcon.State) -> set[str]:
    """Colours of the opaque pixels."""
    image = drawing.pixmap(40, mode, state).toImage()
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


def test_each_state_has_its_colour(qtbot) -> None:
    drawing = icon("undo")
    normal, disabled = QIcon.Mode.Normal, QIcon.Mode.Disabled
    assert strokes(drawing, normal, QIcon.State.Off) == {QColor(TEXT).name()}
    assert strokes(drawing, normal, QIcon.State.On) == {QColor(ON_ACCENT).name()}
    assert strokes(drawing, disabled, QIcon.State.Off) == {QColor(MUTED).name()}


def test_no_button_of_the_toolbar_is_without_a_drawing(main: Application) -> None:
    bar = main.window.findChild(QToolBar)
    buttons = [each for each in bar.findChildren(QToolButton) if each.text()]
    assert len(buttons) >= 17
    assert [each.text() for each in buttons if each.icon().isNull()] == []


def test_what_is_not_drawn_is_an_empty_icon(qtbot) -> None:
    assert icon("nothing of this name").isNull()
