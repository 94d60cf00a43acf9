"""The model packages that can be run, and the one that is chosen."""

from PySide6.QtCore import QObject, Signal

from inference.registry import Package


class Models(QObject):
    """Model packages of the built-in and the user's folder.

    Signals:
        changed: another list, or another choice.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.packages: tuple[Package, ...] = ()
        self.chosen: Package | None = None

    def show(self, packages: tuple[Package, ...]) -> None:
        """Another list; the choice stays if it is still there."""
        self.packages = packages
        if self.chosen is not None:
            self.chosen = next((p for p in packages if p.folder == self.chosen.folder), None)
        self.changed.emit()

    def choose(self, package: Package | None) -> None:
        """Choose the model to run."""
        if package != self.chosen:
            self.chosen = package
            self.changed.emit()
