"""Number fields beside the picture leave the keyboard to it."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

_LEAVING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class NumberKeys(QObject):
    """Letters stay keys of the program while a number is typed; Enter and Escape go back to the picture.

    A number counts when it is finished: half of one, shown again as it was taken, could not be typed on.
    """

    def __init__(self, picture: QWidget) -> None:
        super().__init__(picture)
        self._picture = picture

    def watch(self, panel: QWidget) -> None:
        """Watch all number fields of ``panel``."""
        for field in panel.findChildren(QAbstractSpinBox):
            field.setKeyboardTracking(False)
            field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep letters from the field, and leave it when the number is finished."""
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.ShortcutOverride and event.text().isalpha():
            event.ignore()
            return True
        if event.type() == QEvent.Type.KeyPress and event.key() in _LEAVING:
            if isinstance(watched, QAbstractSpinBox):
                watched.interpretText()
            self._picture.setFocus()
            return True
        return False
