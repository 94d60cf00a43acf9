"""Asks before the window closes on changes that the library could not take."""

from collections.abc import Callable

from PySide6.QtWidgets import QMessageBox, QWidget

_HELD = (
    "The library cannot be written. Your changes are in the journal on this computer: they come back when the series "
    "is opened again, and can be saved then."
)
_NOT_HELD = (
    "Neither the library nor the journal on this computer can be written. Changes that were not saved are only in this "
    "window, and are lost when it closes."
)


class LeavingQuestion(QMessageBox):
    """Stay, or close all the same; staying is the default."""

    def __init__(self, held: bool, why: str, leave: Callable[[], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle("Changes are not in the library")
        self.setText(_HELD if held else _NOT_HELD)
        self.setInformativeText(why)
        self.stay = self.addButton("Stay", QMessageBox.ButtonRole.RejectRole)
        text = "Close, they come back" if held else "Close and lose them"
        self.leave = self.addButton(text, QMessageBox.ButtonRole.DestructiveRole)
        self.setDefaultButton(self.stay)
        self.setEscapeButton(self.stay)
        self._leave = leave
        self.finished.connect(self._answered)

    def _answered(self) -> None:
        leaves = self.clickedButton() == self.leave
        self.deleteLater()
        if leaves:
            self._leave()
