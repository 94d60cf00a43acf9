"""Every mouse gesture with what it does; a gesture is found by making it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QHeaderView, QLabel, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from viewer.commands.binding import Binding
from viewer.state.bindings import BUTTONS, Bindings, gesture, uses

_NONE, _CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
_SHIFT, _ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
GESTURES = tuple(
    gesture(name, modifiers)
    for name in ("left", "middle", "right", "wheel", "back", "forward")
    for modifiers in (_NONE, _CTRL, _SHIFT, _ALT, _CTRL | _SHIFT)
)
AS_IN_PROFILE = "as in the profile"


class MouseField(QLabel):
    """A place to make a gesture in.

    Signals:
        made: the gesture.
    """

    made = Signal(str)

    def __init__(self) -> None:
        super().__init__("Press a button or turn the wheel here, with Ctrl, Shift or Alt, to find its line")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumHeight(54)
        self.setStyleSheet("border: 1px dashed #6b727c; border-radius: 5px;")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Say which button it was."""
        if event.button() in BUTTONS:
            self.made.emit(gesture(BUTTONS[event.button()], event.modifiers()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Say that it was the wheel."""
        self.made.emit(gesture("wheel", event.modifiers()))
        event.accept()


class MouseTable(QWidget):
    """Binds gestures to tools."""

    def __init__(self, bindings: Bindings, binding: Binding) -> None:
        super().__init__()
        self._bindings, self._binding = bindings, binding
        self.field = MouseField()
        self.field.made.connect(self._find)
        self.rows = QTableWidget(len(GESTURES), 2)
        self.rows.setHorizontalHeaderLabels(["Gesture", "Does"])
        self.rows.verticalHeader().hide()
        self.rows.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.rows.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.rows.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.choices = {name: self._row(row, name) for row, name in enumerate(GESTURES)}
        note = QLabel("Without Ctrl, Shift or Alt the left button drags the tool that is chosen in the window.")
        note.setProperty("role", "muted")
        note.setWordWrap(True)
        layout = QVBoxLayout(self)
        for widget in (self.field, self.rows, note):
            layout.addWidget(widget)
        bindings.changed.connect(self._show)
        self._show()

    def _row(self, row: int, name: str) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(name.replace("+", " + "))
        choice.addItem(AS_IN_PROFILE, "")
        for use in uses(name):
            choice.addItem(use.replace("-", " ").capitalize() if use != "none" else "Nothing", use)
        choice.activated.connect(lambda _index: self._bind(name, str(choice.currentData())))
        choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.rows.setItem(row, 0, QTableWidgetItem(name.replace("+", " + ")))
        self.rows.setCellWidget(row, 1, choice)
        return choice

    def _bind(self, name: str, use: str) -> None:
        if use:
            self._binding.bind_mouse(name, use)
        else:
            self._binding.reset_mouse(name)

    def _show(self) -> None:
        """Show what is in effect; a person's own choice stands by its name, the profile's as the first entry."""
        for name, choice in self.choices.items():
            choice.setItemText(0, f"{AS_IN_PROFILE}: {self._by_profile(name)}")
            own = self._bindings.own.mouse.get(name, "")
            choice.setCurrentIndex(max(0, choice.findData(own)))

    def _by_profile(self, name: str) -> str:
        mouse, plain = self._bindings.profile.mouse, name.rsplit("+", 1)[-1]
        fallback = {"left": "tool in hand", "wheel": "scroll"}.get(plain, "nothing")
        return mouse.get(name) or mouse.get(plain) or fallback

    def _find(self, name: str) -> None:
        if name in GESTURES:
            self.rows.selectRow(GESTURES.index(name))
            self.choices[name].setFocus()
