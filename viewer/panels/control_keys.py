"""Controls beside the picture leave the keyboard to it, but for the keys that they use themselves."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QWidget

_LEAVING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
_MOVING = frozenset({
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right,
    Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
})  # fmt: skip
_OWN = {
    QAbstractSpinBox: _MOVING,
    QComboBox: _MOVING | {Qt.Key.Key_Space},
    QAbstractSlider: _MOVING,
    QAbstractItemView: _MOVING | {Qt.Key.Key_Space},
    QAbstractButton: frozenset({Qt.Key.Key_Space}),
}
_BY_TAB_ALONE = (QComboBox, QAbstractSlider, QAbstractButton)
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class ControlKeys(QObject):
    """Shared by the controls of a window.

    A list, a choice, a slider or a button has its own keys while it has the keyboard, which a click on the last three
    does not give them: the picture keeps it. In a number field letters stay keys of the program; Enter and Escape go
    back to the picture. A number counts when it is finished: half of one, shown again as it was taken, could not be
    typed on.
    """

    def __init__(self, picture: QWidget) -> None:
        super().__init__(picture)
        self._picture = picture

    def watch(self, panel: QWidget) -> None:
        """Watch all controls of ``panel``."""
        for kind in _OWN:
            for control in panel.findChildren(kind):
                control.installEventFilter(self)
                if isinstance(control, QAbstractSpinBox):
                    control.setKeyboardTracking(False)
                elif isinstance(control, _BY_TAB_ALONE) and control.focusPolicy() != Qt.FocusPolicy.NoFocus:
                    control.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep a control's keys from the window and letters from a number field, which is left when it is finished."""
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            return _is_decided(watched, event)
        if event.type() == QEvent.Type.KeyPress and isinstance(watched, QAbstractSpinBox) and event.key() in _LEAVING:
            watched.interpretText()
            self._picture.setFocus()
            return True
        return False


def _is_decided(control: QObject, event: QKeyEvent) -> bool:
    """True once it is settled whose key it is: an accepted event goes to the control, an ignored one to the program."""
    if event.modifiers() in _PLAIN and any(
        event.key() in keys for kind, keys in _OWN.items() if isinstance(control, kind)
    ):
        event.accept()
        return True
    if isinstance(control, QAbstractSpinBox) and event.text().isalpha():
        event.ignore()
        return True
    return False
