"""The header of the file that the shown slice comes from, while somebody looks at it."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from imaging.formats.metadata import Element


class Header(QObject):
    """The elements of one file.

    Signals:
        changed: another file, or why it cannot be read.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.file: Path | None = None
        self.elements: tuple[Element, ...] = ()
        self.problem = ""

    def show(self, file: Path | None, elements: tuple[Element, ...], problem: str = "") -> None:
        """Show another file's elements."""
        self.file, self.elements, self.problem = file, elements, problem
        self.changed.emit()
