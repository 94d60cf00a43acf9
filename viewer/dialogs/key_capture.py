"""A field that takes the next key pressed, whatever it is."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit

_MODIFIERS = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta)


class KeyCapture(QLineEdit):
    """Waits for one key with its modifiers; Escape ends the waiting, and so does turning to something else.

    Signals:
        pressed: a key in Qt's portable spelling.
        given_up: Escape.
    """

    pressed = Signal(str)
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setVisible(False)
        self._waiting = False

    def wait_for(self, prompt: str) -> None:
        """Show the field and take the next key."""
        self._waiting = True
        self.setText(prompt)
        self.show()
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        """Take Tab and shortcuts too, before the dialog does."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self._take(event)
            return True
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        event.accept()
        if event.key() in _MODIFIERS:
            return
        self._waiting = False
        self.hide()
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        else:
            self.pressed.emit(key_text(event))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Give up when the person turns to something else."""
        super().focusOutEvent(event)
        if self._waiting:
            self._waiting = False
            self.hide()


def key_text(event: QKeyEvent) -> str:
    """The key of an event; Shift is left out where it only made the sign, as of ``+`` and ``?``."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = Qt.Key(event.key())
    sign = QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
    if len(sign) == 1 and not sign.isalnum():
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    return QKeySequence(modifiers.value | key.value).toString(QKeySequence.SequenceFormat.PortableText)
