"""The metadata browser: every element of the shown slice's file, found by tag, name or value."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from imaging.formats.metadata import Element
from viewer.commands.inspecting import Inspecting
from viewer.dialogs.buttons import button
from viewer.state.header import Header
from viewer.state.session import Session

SETTLE_MS = 120
"""While slices run by, the header waits until they stop."""
_COLUMNS = ("Tag", "VR", "Name", "Value")


class MetadataBrowser(QDialog):
    """Shows a header as it stands in the file; texts from files are shown as they are, never as markup."""

    def __init__(self, session: Session, header: Header, inspecting: Inspecting, parent: QWidget) -> None:
        super().__init__(parent)
        self._header, self._inspecting = header, inspecting
        self.setWindowTitle("Metadata")
        self.resize(820, 640)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search by tag (0028,0010), keyword or value")
        self.search.setClearButtonEnabled(True)
        self.said = QLabel()
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        self.tree = QTreeWidget()
        self.search.setAccessibleName("Search the header")
        self.tree.setAccessibleName("Header")
        self.tree.setHeaderLabels(_COLUMNS)
        self.tree.setUniformRowHeights(True)
        self.tree.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        for column, width in enumerate((150, 40, 240)):
            self.tree.setColumnWidth(column, width)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(lambda: self.isVisible() and inspecting.look())
        self._lay_out()
        self.search.textChanged.connect(self._filter)
        header.changed.connect(self._fill)
        for signal in (session.volume_changed, session.view_changed):
            signal.connect(self._settle.start)
        QShortcut(QKeySequence.StandardKey.Copy, self.tree, self.copy, context=Qt.ShortcutContext.WidgetShortcut)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)

    def open_anew(self) -> None:
        """Show what the shown slice's file says, in front of what is open."""
        self.show()
        self.activateWindow()

    def showEvent(self, event: QShowEvent) -> None:
        """Read the header anew."""
        super().showEvent(event)
        self._inspecting.look(again=True)
        self.search.setFocus()

    def copy(self) -> None:
        """Put the chosen lines on the clipboard; all that are listed when none is chosen."""
        items = self.tree.selectedItems() or [item for item in self.items() if not item.isHidden()]
        lines = ["\t".join(item.text(column) for column in range(len(_COLUMNS))) for item in items]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _lay_out(self) -> None:
        bottom = QHBoxLayout()
        bottom.addWidget(self.said, 1)
        bottom.addWidget(button("Copy", self.copy))
        bottom.addWidget(button("Close", self.close))
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.tree)
        layout.addLayout(bottom)

    def _fill(self) -> None:
        """List the elements; what enclosed what in the file encloses it here."""
        self.tree.clear()
        enclosing: list[QTreeWidgetItem] = []
        for element in self._header.elements:
            item = _item(element)
            del enclosing[element.depth :]
            if enclosing:
                enclosing[-1].addChild(item)
            else:
                self.tree.addTopLevelItem(item)
            enclosing.append(item)
        self._filter(self.search.text())

    def _filter(self, text: str) -> None:
        """Show what holds all words typed, with everything that encloses it."""
        typed = text.lower().split()
        shown = sum(_show(item, typed) for item in self._top_items())
        if typed:
            self.tree.expandAll()
        file = self._header.file
        where = "No image is shown." if file is None else file.name
        count = f"{shown} of {len(self._header.elements)} elements"
        self.said.setText(self._header.problem or (f"{where}: {count}" if self._header.elements else where))

    def _top_items(self) -> list[QTreeWidgetItem]:
        found = (self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount()))
        return [item for item in found if item is not None]

    def items(self) -> list[QTreeWidgetItem]:
        found: list[QTreeWidgetItem] = []
        waiting = self._top_items()
        while waiting:
            item = waiting.pop(0)
            found.append(item)
            waiting[:0] = _children(item)
        return found


def _item(element: Element) -> QTreeWidgetItem:
    return QTreeWidgetItem([element.tag, element.vr, element.name, element.value])


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (item.child(row) for row in range(item.childCount()))
    return [child for child in found if child is not None]


def _show(item: QTreeWidgetItem, typed: list[str]) -> int:
    """Hide an item unless it or something in it holds all words typed; how many do."""
    said = " ".join(item.text(column) for column in range(len(_COLUMNS))).lower()
    inside = sum(_show(child, typed) for child in _children(item))
    fits = all(word in said for word in typed)
    item.setHidden(not fits and not inside)
    return inside + int(fits)
