"""The mark of a picture that is not all that was stored, and what it says when it is asked."""

from html import escape

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtWidgets import QWhatsThis, QWidget

from viewer.canvas import annotation_text
from viewer.canvas.slice_painter import SlicePainter
from viewer.state.pane import Pane


class FidelityMark:
    """The mark in a viewport, as it was painted last, and the texts that were cut to their boxes with it."""

    def __init__(self, view: QWidget, pane: Pane, painted: SlicePainter) -> None:
        self._view, self._pane, self._painted = view, pane, painted

    @property
    def box(self) -> QRectF | None:
        """Where it stands, in pixels of the view; None without one."""
        return self._painted.mark

    def tip_at(self, point: QPoint) -> str:
        """What to say when the mouse rests at ``point``: all that the mark stands for, all of a text that was cut."""
        if self._is_at(point):
            return self._reasons()
        return next(
            (f"<qt>{escape(text)}</qt>" for box, text in self._painted.cut if box.contains(point.toPointF())), ""
        )

    def tell(self) -> None:
        """Show all that it stands for, or that there is nothing to tell, until the next key or click."""
        place = self._view.rect().center() if self.box is None else self.box.topLeft().toPoint()
        QWhatsThis.showText(self._view.mapToGlobal(place), self._reasons() or annotation_text.AS_STORED, self._view)

    def tell_at(self, point: QPoint) -> None:
        """Do so when it stands at ``point``."""
        if self._is_at(point):
            self.tell()

    def _is_at(self, point: QPoint) -> bool:
        return self.box is not None and self.box.contains(point.toPointF())

    def _reasons(self) -> str:
        found = annotation_text.reasons(self._pane)
        dot = "• " if len(found) > 1 else ""  # each may take several lines
        return f"<qt>{'<br>'.join(dot + escape(reason) for reason in found)}</qt>" if found else ""
