"""Keys and mouse: the profile, every key and every gesture, changed at once and taken back by Cancel."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from viewer.commands.action import Action
from viewer.commands.binding import Binding
from viewer.dialogs.key_table import KeyTable
from viewer.dialogs.mouse_table import MouseTable
from viewer.state.bindings import Bindings


class KeysAndMouse(QDialog):
    """Shows and changes what is bound to what."""

    def __init__(self, table: Sequence[Action], bindings: Bindings, binding: Binding, parent: QWidget) -> None:
        super().__init__(parent)
        self._bindings, self._binding = bindings, binding
        self._before = bindings.own
        self.setWindowTitle("Keys and mouse")
        self.setModal(True)
        self.resize(760, 640)
        self.profile = QComboBox()
        self.profile.setAccessibleName("Profile")
        self.about = QLabel()
        self.about.setProperty("role", "muted")
        self.about.setWordWrap(True)
        self.keys = KeyTable(table, bindings, binding)
        self.mouse = MouseTable(bindings, binding)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.keys, "Keys")
        self.tabs.addTab(self.mouse, "Mouse")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.reset_all = self.buttons.addButton("Reset all", QDialogButtonBox.ButtonRole.ResetRole)
        self._lay_out()
        self._connect()

    def open_anew(self) -> None:
        """Show it; Cancel will go back to what holds now."""
        self._before = self._bindings.own
        self._show_profile()
        self.keys.search.clear()
        self.open()
        self.keys.search.setFocus()

    def reject(self) -> None:
        """Take everything back that was changed since it was opened."""
        if self._bindings.own != self._before:
            self._binding.restore(self._before)
        super().reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave Enter to the list and the field that takes a key; it does not close the dialog."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(QLabel("Profile"))
        top.addWidget(self.profile)
        top.addWidget(self.about, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self.tabs)
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        self.profile.activated.connect(lambda _index: self._binding.choose(str(self.profile.currentData())))
        self._bindings.changed.connect(self._show_profile)
        self.reset_all.clicked.connect(self._binding.reset_all)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _show_profile(self) -> None:
        self.profile.clear()
        for name, profile in self._binding.profiles.items():
            self.profile.addItem(profile.title, name)
        shown = max(0, self.profile.findData(self._bindings.own.profile))
        self.profile.setCurrentIndex(shown)
        self.about.setText(self._bindings.profile.about)
