"""Window presets: added, edited, put in order and deleted; nothing holds before OK."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from viewer.commands.presetting import Presetting, builtin_groups
from viewer.dialogs.buttons import button
from viewer.dialogs.preset_form import PresetForm
from viewer.state.presets import Preset, PresetGroup, Presets


class WindowPresets(QDialog):
    """Edits a copy of the presets; OK keeps it, Cancel throws it away."""

    def __init__(self, presets: Presets, presetting: Presetting, parent: QWidget) -> None:
        super().__init__(parent)
        self._state, self._presetting = presets, presetting
        self._groups: dict[str, PresetGroup] = {}
        self._presets: list[Preset] = []
        self.setWindowTitle("Window presets")
        self.setModal(True)
        self.resize(680, 480)
        self.group = QComboBox()
        self.group.setAccessibleName("Kind of image")
        self.rows = QListWidget()
        self.rows.setAccessibleName("Window presets")
        self.form = PresetForm()
        self.said = QLabel()
        self.said.setProperty("role", "warning")
        self.said.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._lay_out()
        self.group.activated.connect(lambda _index: self._show_group())
        self.rows.currentRowChanged.connect(self._show_preset)
        self.form.edited.connect(self._edited)
        self.form.wrong.connect(self._refuse)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def open_anew(self) -> None:
        """Show the presets in effect, first those for what is on screen."""
        self._groups = {group.title: group for group in self._state.groups}
        self.group.clear()
        self.group.addItems(list(self._groups))
        self.group.setCurrentText(self._presetting.group.title)
        self._show_group()
        self.open()
        self.rows.setFocus()

    def keep_shown(self) -> None:
        """Make a preset of the window that is on screen."""
        self.open_anew()
        self.add_shown()

    def accept(self) -> None:
        """Use and keep what was edited."""
        self._presetting.keep(tuple(self._groups.values()))
        super().accept()

    def add_shown(self) -> None:
        """Add the window that is on screen now."""
        self._add(self._presetting.current("my window"))

    def add_new(self) -> None:
        """Add a preset to be filled in."""
        self._add(Preset(name="new", centre=0, width=100))

    def delete(self) -> None:
        """Delete the chosen preset."""
        row = self.rows.currentRow()
        if row >= 0:
            del self._presets[row]
            self._take_over(min(row, len(self._presets) - 1))

    def move_by(self, count: int) -> None:
        """Move the chosen preset up or down."""
        row, to = self.rows.currentRow(), self.rows.currentRow() + count
        if row >= 0 and 0 <= to < len(self._presets):
            self._presets.insert(to, self._presets.pop(row))
            self._take_over(to)

    def restore_builtin(self) -> None:
        """Put the program's own presets of this group back."""
        own = next(group for group in builtin_groups() if group.title == self.group.currentText())
        self._presets = list(own.preset)
        self._take_over(0)

    def _lay_out(self) -> None:
        left, right, middle = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        left.addWidget(self.rows)
        row = QHBoxLayout()
        for text, clicked in (
            ("Up", lambda: self.move_by(-1)),
            ("Down", lambda: self.move_by(1)),
            ("Delete", self.delete),
        ):
            row.addWidget(button(text, clicked))
        left.addLayout(row)
        right.addWidget(self.form)
        right.addWidget(self.said)
        right.addStretch()
        for text, clicked in (
            ("Add the window shown now", self.add_shown),
            ("Add new", self.add_new),
            ("Built-in ones of this kind", self.restore_builtin),
        ):
            right.addWidget(button(text, clicked))
        middle.addLayout(left, 1)
        middle.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.addWidget(self.group)
        layout.addLayout(middle)
        layout.addWidget(self.buttons)

    def _add(self, preset: Preset) -> None:
        self._presets.append(preset)
        self._take_over(len(self._presets) - 1)
        self.form.name.setFocus()
        self.form.name.selectAll()

    def _show_group(self) -> None:
        self._presets = list(self._groups[self.group.currentText()].preset)
        self._list(0)

    def _edited(self, preset: Preset) -> None:
        """Take the edit over; a number key that another preset had goes to this one."""
        row = self.rows.currentRow()
        self._refuse("")
        for n, other in enumerate(self._presets):
            if n != row and preset.key is not None and other.key == preset.key:
                self._presets[n] = other.model_copy(update={"key": None})
                self.said.setText(f"Key {preset.key} was “{other.name}”, which is now in the menu alone.")
        self._presets[row] = preset
        self._keep_group()
        for n, each in enumerate(self._presets):
            self.rows.item(n).setText(_line(each))

    def _refuse(self, reason: str) -> None:
        self.said.setText(reason)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not reason)

    def _take_over(self, row: int) -> None:
        self._keep_group()
        self._list(row)

    def _keep_group(self) -> None:
        title = self.group.currentText()
        self._groups[title] = self._groups[title].model_copy(update={"preset": tuple(self._presets)})

    def _list(self, row: int) -> None:
        self._refuse("")
        self.rows.clear()
        self.rows.addItems([_line(preset) for preset in self._presets])
        self.rows.setCurrentRow(row)
        self._show_preset(self.rows.currentRow())

    def _show_preset(self, row: int) -> None:
        self._refuse("")
        self.form.show_preset(self._presets[row] if 0 <= row < len(self._presets) else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave Enter to the fields; it does not close the dialog."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)


def _line(preset: Preset) -> str:
    return f"{preset.key or '·'}   {preset.text}"
