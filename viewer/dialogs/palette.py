"""The command palette: type a few letters of anything that can be done, and do it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QBrush, QColor, QKeyEvent
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from viewer.commands.action import Action
from viewer.dialogs.fuzzy import score
from viewer.state.bindings import Bindings

_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ID = Qt.ItemDataRole.UserRole
QUIET = "#b8bec6"
"""4.5:1 on the colour of the chosen line too."""
WIDTH_PX, HEIGHT_PX = 760, 460


class Palette(QDialog):
    """Finds actions of the table by their words.

    Args:
        table: every action.
        bindings: for the keys beside them.
        run: does the action with an id.
        why_not: says why actions cannot be done now; empty when nobody knows.
    """

    def __init__(
        self,
        table: Sequence[Action],
        bindings: Bindings,
        run: Callable[[str], object],
        why_not: Callable[[], str],
        parent: QWidget,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self._table, self._bindings, self._run, self._why_not = table, bindings, run, why_not
        self._window = parent
        self.setWindowTitle("Command palette")
        self.setModal(True)
        self.typed = QLineEdit()
        self.typed.setPlaceholderText("What do you want to do?")
        self.typed.textChanged.connect(self._fill)
        self.typed.installEventFilter(self)
        self.typed.setAccessibleName("What to do")
        self.found = self._make_list()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.addWidget(self.typed)
        layout.addWidget(self.found)

    def open_anew(self) -> None:
        """Show it in the upper half of the window, empty and ready to be typed into."""
        window = self._window
        self.resize(min(WIDTH_PX, window.width() - 40), min(HEIGHT_PX, window.height() - 120))
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + 80)
        self.typed.clear()
        self._fill()
        self.open()
        self.typed.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list and Enter does what is chosen, while one goes on typing."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _MOVES:
                self.found.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do(self.found.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _make_list(self) -> QTreeWidget:
        found = QTreeWidget()
        found.setHeaderHidden(True)
        found.setColumnCount(3)
        found.setRootIsDecorated(False)
        found.setUniformRowHeights(True)
        found.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        found.setAccessibleName("Actions that fit")
        found.installEventFilter(self)
        header = found.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for section in (1, 2):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.ResizeToContents)
        found.itemClicked.connect(lambda item: self._do(item))
        return found

    def _fill(self) -> None:
        """List what fits, best first; what cannot be done now comes with the reason and last among equals."""
        typed = self.typed.text().strip()
        listed = [action for action in self._table if action.words]
        scored = [(score(typed, f"{action.words} {action.menu}"), action) for action in listed]
        fitting = [(points, action) for points, action in scored if points is not None]
        if typed:
            fitting.sort(key=lambda pair: (-pair[0], not pair[1].enabled()))
        self.found.clear()
        rows = [self._row(action) for _, action in fitting]
        self.found.addTopLevelItems(rows)
        if rows:
            self.found.setCurrentItem(rows[0])

    def _row(self, action: Action) -> QTreeWidgetItem:
        possible = action.enabled()
        place = action.menu.replace("/", " › ") if possible else self._why_not() or "not possible now"
        keys = "   ".join(self._bindings.keys.get(action.id, action.keys))
        row = QTreeWidgetItem([action.words, place, keys])
        row.setData(0, _ID, action.id)
        row.setToolTip(0, action.hint)
        if not possible:
            for column in range(3):
                row.setForeground(column, QBrush(QColor(QUIET)))
        return row

    def _do(self, row: QTreeWidgetItem | None) -> None:
        """Close, then do it: what is done may open a dialog of its own. What cannot be done stays listed."""
        if row is None:
            return
        chosen = next(action for action in self._table if action.id == row.data(0, _ID))
        if chosen.enabled():
            self.accept()
            self._run(chosen.id)
