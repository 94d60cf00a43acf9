"""The viewports of one window, side by side."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from viewer.canvas.slice_view import SliceView
from viewer.jobs.thumbnails import as_png
from viewer.state.findings import Findings
from viewer.state.marks import CornerText
from viewer.state.pane import Pane
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session
from viewer.state.sheet import Sheet

GAP_PX = 2


class Viewports(QWidget):
    """A slice view for each pane of a sheet, laid out as its layout says."""

    def __init__(
        self,
        session: Session,
        segmentation: Segmentation,
        findings: Findings,
        sheet: Sheet | None = None,
        views: dict[Pane, SliceView] | None = None,
    ) -> None:
        """The viewports of ``sheet``, else of the main window; ``views`` are those of all windows."""
        super().__init__()
        self._session, self._segmentation, self._findings = session, segmentation, findings
        self._sheet = sheet or session.sheets[0]
        self._views: dict[Pane, SliceView] = {} if views is None else views
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP_PX)
        session.panes_changed.connect(self._lay_out)
        session.active_changed.connect(self._focus)
        self._lay_out()

    def beside(self, sheet: Sheet) -> "Viewports":
        """The viewports of another window; this one finds their views too."""
        return Viewports(self._session, self._segmentation, self._findings, sheet, self._views)

    def leave(self) -> None:
        """Do without the views of this window, which closes."""
        self._session.panes_changed.disconnect(self._lay_out)
        self._session.active_changed.disconnect(self._focus)
        for pane in [pane for pane, view in self._views.items() if view.parent() is self]:
            self._views.pop(pane).deleteLater()

    @property
    def active(self) -> SliceView:
        """The view of the active pane."""
        return self.view_of(self._session.active)

    def view_of(self, pane: Pane) -> SliceView:
        """The view of ``pane``."""
        return self._views[pane]

    def png(self, pane: Pane, text: CornerText, drawn: bool, longest_px: int) -> bytes:
        """A picture of what ``pane`` shows, see :meth:`SliceView.picture`.

        Args:
            longest_px: of the longer side; 0 leaves it as on the screen.
        """
        image = self.view_of(pane).picture(text, drawn)
        if longest_px:
            image = image.scaled(
                longest_px,
                longest_px,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        return as_png(image)

    def _lay_out(self) -> None:
        session, sheet = self._session, self._sheet
        own = {pane: view for pane, view in self._views.items() if view.parent() is self}
        for pane, view in own.items():
            self._grid.removeWidget(view)
            if pane not in sheet.panes:
                del self._views[pane]
                view.hide()
                view.deleteLater()
        for pane, cell in zip(sheet.panes, sheet.layout.cells, strict=True):
            if pane not in self._views:
                self._views[pane] = SliceView(session, pane, self._segmentation, self._findings, self)
            view = self._views[pane]
            self._grid.addWidget(view, cell.row, cell.column, cell.rows, cell.columns)
            view.setVisible(pane in sheet.shown_panes)
        self._stretch()
        self._focus()

    def _stretch(self) -> None:
        """Equal shares for the rows and columns that are seen; nothing for the others."""
        sheet = self._sheet
        shown = [cell for pane, cell in zip(sheet.panes, sheet.layout.cells, strict=True) if pane in sheet.shown_panes]
        rows = {cell.row + n for cell in shown for n in range(cell.rows)}
        columns = {cell.column + n for cell in shown for n in range(cell.columns)}
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, int(row in rows))
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, int(column in columns))

    def _focus(self) -> None:
        """Give the keys to the viewport worked in; its window comes along."""
        view = self._views[self._sheet.active]
        self.setFocusProxy(view)
        if self.isVisible() and self._sheet is self._session.sheet:
            view.setFocus()
            if not view.isActiveWindow() and self._is_ours(QApplication.activeWindow()):
                self.window().activateWindow()

    def _is_ours(self, window: QWidget | None) -> bool:
        """Whether a window holds viewports: the focus is not taken from a dialog."""
        return any(view.window() is window for view in self._views.values())
