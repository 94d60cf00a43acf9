"""The sheet of keys, to look at, print and keep."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QLabel, QTextBrowser, QVBoxLayout, QWidget

from imaging.errors import SaveError
from viewer.commands.key_sheet import KeySheet
from viewer.errors import ViewerError, words


class KeySheetView(QDialog):
    """Shows the sheet as it stands on paper."""

    def __init__(self, make: Callable[[], KeySheet], parent: QWidget) -> None:
        super().__init__(parent)
        self._make = make
        self.setWindowTitle("Key sheet")
        self.resize(640, 720)
        self.paper = QTextBrowser()
        self.paper.setAccessibleName("Key sheet")
        self.paper.setStyleSheet("background: #ffffff; color: #000000;")
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.keep = self.buttons.addButton("Save as HTML or PDF…", QDialogButtonBox.ButtonRole.ActionRole)
        self.keep.clicked.connect(self._choose)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self.paper, self.said, self.buttons):
            layout.addWidget(widget)

    def open_anew(self) -> None:
        """Show the sheet of the keys in effect now."""
        self.paper.setHtml(self._make().html())
        self.said.clear()
        self.show()
        self.activateWindow()

    def save(self, path: Path) -> None:
        """Write the sheet, and say where it is or why not."""
        try:
            self._make().save(path)
            self.said.setText(f"Saved: {path}")
        except (SaveError, ViewerError) as error:
            self.said.setText(words(error))

    def _choose(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the key sheet", "wetread-keys.pdf", "PDF (*.pdf);;HTML (*.html)"
        )
        if name:
            self.save(Path(name))
