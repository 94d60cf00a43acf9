"""Keys that a viewport takes while measuring: end or give up a figure, delete the selected one."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from viewer.canvas.dragging import Viewport
from viewer.canvas.measuring_tools import finish

_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_DELETES = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


def wants_key(viewport: Viewport, event: QKeyEvent) -> bool:
    """True for keys that mean something here now and shall not reach the window's shortcuts."""
    state, key = viewport.session.measurements, event.key()
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return False
    if state.sketch is not None:
        return key in (*_ENDS, *_DELETES, Qt.Key.Key_Escape)
    return state.selected is not None and key in (*_DELETES, Qt.Key.Key_Escape)


def take_key(viewport: Viewport, event: QKeyEvent) -> bool:
    """Do what the key means here: Enter ends, Escape gives up or selects none, Delete deletes; False for others."""
    if not wants_key(viewport, event):
        return False
    state, key = viewport.session.measurements, event.key()
    if state.sketch is not None and key in _ENDS:
        finish(viewport)
    elif state.sketch is not None:
        state.draw(None)
    elif key in _DELETES and state.selected is not None:
        state.remove(state.selected.uid)
    else:
        state.select("")
    return True
