"""All viewports of the layout, side by side."""

from PySide6.QtCore import QBuffer, QByteArray, Qt
from PySide6.QtGui import QImageWriter
from PySide6.QtWidgets import QGridLayout, QWidget

from viewer.canvas.slice_view import SliceView
from viewer.state.findings import Findings
from viewer.state.marks import CornerText
from viewer.state.pane import Pane
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

GAP_PX = 2


class Viewports(QWidget):
    """A slice view for each pane of the session, laid out as its layout says."""

    def __init__(self, session: Session, segmentation: Segmentation, findings: Findings) -> None:
        super().__init__()
        self._session, self._segmentation, self._findings = session, segmentation, findings
        self._views: dict[Pane, SliceView] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP_PX)
        session.panes_changed.connect(self._lay_out)
        session.active_changed.connect(self._focus)
        self._lay_out()

    @property
    def active(self) -> SliceView:
        """The view of the active pane."""
        return self._views[self._session.active]

    def view_of(self, pane: Pane) -> SliceView:
        """The view of ``pane``."""
        return self._views[pane]

    def png(self, pane: Pane, text: CornerText, drawn: bool, longest_px: int) -> bytes:
        """A picture of what ``pane`` shows, see :meth:`SliceView.picture`.

        Args:
            longest_px: of the longer side; 0 leaves it as on the screen.
        """
        image = self._views[pane].picture(text, drawn)
        if longest_px:
            image = image.scaled(
                longest_px,
                longest_px,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        written = QBuffer()
        written.open(QBuffer.OpenModeFlag.WriteOnly)
        QImageWriter(written, QByteArray(b"png")).write(image)
        return bytes(written.data().data())

    def _lay_out(self) -> None:
        session = self._session
        for view in self._views.values():
            self._grid.removeWidget(view)
        for pane in [pane for pane in self._views if pane not in session.panes]:
            gone = self._views.pop(pane)
            gone.hide()
            gone.deleteLater()
        for pane, cell in zip(session.panes, session.layout.cells, strict=True):
            if pane not in self._views:
                self._views[pane] = SliceView(session, pane, self._segmentation, self._findings, self)
            view = self._views[pane]
            self._grid.addWidget(view, cell.row, cell.column, cell.rows, cell.columns)
            view.setVisible(pane in session.shown_panes)
        self._stretch()
        self._focus()

    def _stretch(self) -> None:
        """Equal shares for the rows and columns that are seen; nothing for the others."""
        session = self._session
        shown = [
            cell for pane, cell in zip(session.panes, session.layout.cells, strict=True) if pane in session.shown_panes
        ]
        rows = {cell.row + n for cell in shown for n in range(cell.rows)}
        columns = {cell.column + n for cell in shown for n in range(cell.columns)}
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, int(row in rows))
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, int(column in columns))

    def _focus(self) -> None:
        self.setFocusProxy(self.active)
        if self.isVisible():
            self.active.setFocus()
