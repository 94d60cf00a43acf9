"""The key images of the open study."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from imaging.key_image import KeyImage


@dataclass(frozen=True)
class Marked:
    """A key image with its small picture, PNG."""

    key_image: KeyImage
    picture: bytes


class KeyImages(QObject):
    """What is marked, in the order of marking.

    Signals:
        changed: any of it.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.all: tuple[Marked, ...] = ()

    def load(self, marked: tuple[Marked, ...]) -> None:
        """Take what the library holds."""
        self.all = marked
        self.changed.emit()

    def put(self, marked: Marked) -> None:
        """Add a key image, or change the one with the same uid."""
        uid = marked.key_image.uid
        if self.find(uid) is None:
            self.all = (*self.all, marked)
        else:
            self.all = tuple(marked if each.key_image.uid == uid else each for each in self.all)
        self.changed.emit()

    def remove(self, uid: str) -> None:
        """Take a key image away."""
        self.all = tuple(each for each in self.all if each.key_image.uid != uid)
        self.changed.emit()

    def find(self, uid: str) -> Marked | None:
        """The key image with this uid."""
        return next((each for each in self.all if each.key_image.uid == uid), None)
