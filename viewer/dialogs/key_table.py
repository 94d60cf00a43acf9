"""Every action with its keys, found by words and bound by pressing."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.commands.action import Action
from viewer.commands.binding import Binding
from viewer.dialogs.buttons import button
from viewer.dialogs.key_capture import KeyCapture
from viewer.state.bindings import Bindings

_ID = Qt.ItemDataRole.UserRole


class KeyTable(QWidget):
    """Binds keys: choose an action, press Enter or click twice, press the new key."""

    def __init__(self, table: Sequence[Action], bindings: Bindings, binding: Binding) -> None:
        super().__init__()
        self._actions = {action.id: action for action in table}
        self._bindings, self._binding = bindings, binding
        self._adding, self._wanted = False, ""
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search by name, menu or key")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.rows = self._make_rows(table)
        self.search.setAccessibleName("Search for an action")
        self.rows.setAccessibleName("Actions and their keys")
        self.capture = KeyCapture()
        self.capture.pressed.connect(self._pressed)
        self.capture.given_up.connect(self._settle)
        self.said = QLabel()
        self.said.setProperty("role", "warning")
        self.said.setWordWrap(True)
        self.take = button("Take the key", self._take)
        self.leave = button("Leave it", self._settle)
        self._lay_out()
        bindings.changed.connect(self._show_keys)
        self._show_keys()
        self._settle()

    def chosen(self) -> str:
        """The id of the action that is chosen."""
        item = self.rows.currentItem()
        return str(item.data(0, _ID)) if item is not None else ""

    def choose(self, action_id: str) -> None:
        """Choose an action."""
        for item in self._items():
            if item.data(0, _ID) == action_id:
                self.rows.setCurrentItem(item)

    def _make_rows(self, table: Sequence[Action]) -> QTreeWidget:
        rows = QTreeWidget()
        rows.setHeaderLabels(["Action", "Menu", "Keys"])
        rows.setRootIsDecorated(False)
        rows.setUniformRowHeights(True)
        for action in table:
            item = QTreeWidgetItem([action.text, action.menu.replace("/", " › "), ""])
            item.setData(0, _ID, action.id)
            item.setToolTip(0, action.hint)
            rows.addTopLevelItem(item)
        rows.header().setStretchLastSection(False)
        rows.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for section in (1, 2):
            rows.header().setSectionResizeMode(section, QHeaderView.ResizeMode.ResizeToContents)
        rows.setCurrentItem(rows.topLevelItem(0) or QTreeWidgetItem())
        rows.itemActivated.connect(lambda _item, _column: self.change())
        return rows

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for text, clicked in (
            ("Change key…", self.change),
            ("Add key…", self.add),
            ("No key", self.clear),
            ("Reset", self.reset),
        ):
            buttons.addWidget(button(text, clicked))
        buttons.addStretch()
        answer = QHBoxLayout()
        answer.addWidget(self.said, 1)
        answer.addWidget(self.take)
        answer.addWidget(self.leave)
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.rows)
        layout.addWidget(self.capture)
        layout.addLayout(answer)
        layout.addLayout(buttons)

    def change(self) -> None:
        """Wait for the key that is to be the only one."""
        self._wait(adding=False)

    def add(self) -> None:
        """Wait for one more key."""
        self._wait(adding=True)

    def clear(self) -> None:
        """Leave the action without a key."""
        if self.chosen():
            self._binding.bind(self.chosen(), ())

    def reset(self) -> None:
        """Give the action its keys of the profile back."""
        if self.chosen():
            self._binding.reset(self.chosen())

    def _wait(self, adding: bool) -> None:
        if self.chosen():
            self._settle()
            self._adding = adding
            self.capture.wait_for(f"Press the key for “{self._actions[self.chosen()].text}” (Escape leaves it)")
            self._keep_in_view()

    def _pressed(self, key: str) -> None:
        """Bind the key, or say at once whose it is."""
        self._wanted = key
        holder = self._binding.holder(key)
        if holder is None or holder == self.chosen():
            self._take()
            return
        self.said.setText(f"{key} is already “{self._actions[holder].text}”.")
        for widget in (self.said, self.take, self.leave):
            widget.show()
        self._keep_in_view()
        self.leave.setFocus()

    def _keep_in_view(self) -> None:
        """Show the chosen action, though a line below has just taken room from the list."""
        layout, item = self.layout(), self.rows.currentItem()
        if layout is not None and item is not None:
            layout.activate()
            self.rows.scrollToItem(item)

    def _take(self) -> None:
        held = self._bindings.keys.get(self.chosen(), ()) if self._adding else ()
        self._binding.bind(self.chosen(), (*held, self._wanted))
        self._settle()

    def _settle(self) -> None:
        for widget in (self.capture, self.said, self.take, self.leave):
            widget.hide()
        self.rows.setFocus()

    def _show_keys(self) -> None:
        for item in self._items():
            name = item.data(0, _ID)
            item.setText(2, "   ".join(self._bindings.keys.get(name, ())))
            font = item.font(2)
            font.setBold(name in self._bindings.own.keys)
            item.setFont(2, font)
        self._filter(self.search.text())

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        for item in self._items():
            said = " ".join(item.text(column) for column in range(3)).lower()
            item.setHidden(not all(word in said for word in words))

    def _items(self) -> list[QTreeWidgetItem]:
        found = (self.rows.topLevelItem(row) for row in range(self.rows.topLevelItemCount()))
        return [item for item in found if item is not None]
