"""The tree of patients, studies and series, by mouse and by keyboard."""

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import QAbstractItemView, QTreeView

from viewer.assets import SELECTED
from viewer.panels.study_model import StudyModel

_OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
          Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Space)  # fmt: skip
_STAYS = (Qt.FocusReason.MenuBarFocusReason, Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)


class StudyTree(QTreeView):
    """Rows of one height; the keys that move in it are its own while it has the keyboard.

    Signals:
        chosen: Enter or a double click; carries the index.
        moved: the keyboard came, went to another row, or left (an invalid index).
        left_up: the arrow key leads out of the first row.
    """

    chosen = Signal(QModelIndex)
    moved = Signal(QModelIndex)
    left_up = Signal()

    def __init__(self, model: StudyModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(14)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName("Studies")
        colours = self.palette()
        colours.setColor(QPalette.ColorRole.Highlight, QColor(SELECTED))  # beside the rows, which the delegate draws
        self.setPalette(colours)
        self.doubleClicked.connect(self.chosen)

    def event(self, event: QEvent) -> bool:
        """Keep the keys of the tree from the window's shortcuts."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Space unfolds, arrows move."""
        current = self.currentIndex()
        if event.key() in _OPENS and current.isValid():
            self.chosen.emit(current)
        elif event.key() == Qt.Key.Key_Space:
            self.setExpanded(current, not self.isExpanded(current))
        elif event.key() == Qt.Key.Key_Up and not self.indexAbove(current).isValid():
            self.left_up.emit()
        else:
            super().keyPressEvent(event)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  Qt passes no persistent ones
        super().currentChanged(current, previous)
        if self.hasFocus():
            self.moved.emit(current)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.moved.emit(self.currentIndex())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in _STAYS:
            self.moved.emit(QModelIndex())


def _is_own(event: QKeyEvent) -> bool:
    return not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier and event.key() in (*_OPENS, *_MOVES)
