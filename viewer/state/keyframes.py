"""Keyframes: frames or slices that a person drew and that filling between them leaves as they are."""

from PySide6.QtCore import QObject, Signal

Line = tuple[str, int, int]
"""Identity of the series, the axis that counts the frames, and the value of the label."""


class Keyframes(QObject):
    """The marked frames of every label that was worked on.

    Signals:
        changed: other frames are marked.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._marks: dict[Line, frozenset[int]] = {}

    def of(self, line: Line) -> tuple[int, ...]:
        """The marked frames, in their order."""
        return tuple(sorted(self._marks.get(line, ())))

    def mark(self, line: Line, k: int) -> None:
        """Frame ``k`` is as it is meant."""
        self._set(line, self._marks.get(line, frozenset()) | {k})

    def unmark(self, line: Line, k: int) -> None:
        """Frame ``k`` may be filled again."""
        self._set(line, self._marks.get(line, frozenset()) - {k})

    def _set(self, line: Line, marks: frozenset[int]) -> None:
        if marks != self._marks.get(line, frozenset()):
            self._marks[line] = marks
            self.changed.emit()
