"""What is open: the study that was found, the viewports, and which of them is worked in."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from imaging.geometry import Triple
from imaging.study import Document, Series, Study
from imaging.volume import Volume
from viewer.state.bindings import Bindings
from viewer.state.fusion import Fusion
from viewer.state.hand import Hand
from viewer.state.layout import SINGLE, Layout
from viewer.state.marks import Marks
from viewer.state.measurements import Measurements
from viewer.state.monitors import Monitors
from viewer.state.opened import OpenSeries
from viewer.state.pane import Pane
from viewer.state.planes import Plane
from viewer.state.sheet import Sheet
from viewer.state.view import View
from viewer.state.workbench import Workbench

SERIES_MIME = "application/x-wetread-series"
"""What a dragged series is: its uid in UTF-8."""
STILL_LOADING = "The series is still loading. Try again when it is there."
"""Why nothing is written yet; see :attr:`Session.complete`."""


@dataclass(frozen=True)
class Focus:
    """A point that all planes of one frame of reference go through, and the series it was chosen in."""

    point_lps: Triple
    opened: OpenSeries
    frame_of_reference: str


class Session(QObject):
    """The open study and the viewports on it. ``series``, ``volume`` and ``view`` are those of the active viewport.

    Signals:
        study_changed: another set of series was opened.
        volume_changed: another volume, or none, is worked on.
        slice_arrived: the pixels of slice k of that volume are there.
        completed: all of them are.
        document_changed: the text of another document, or of none, is shown.
        panes_changed: there are other viewports, or they lie otherwise.
        active_changed: another viewport is worked in.
        pane_changed: the view of any viewport changed; carries the :class:`Pane`.
        view_changed, playing_changed: of the active viewport's view.
        cursor_changed: the voxel under the mouse, in ``hovered``.
        focus_changed: another common point.
        menu_asked: the menu of the active viewport is wanted; carries the place on the desktop, a ``QPoint``.
        series_dropped: a series was dragged onto the active viewport; carries its uid.
    """

    study_changed = Signal()
    volume_changed = Signal()
    slice_arrived = Signal(int)
    completed = Signal()
    document_changed = Signal()
    panes_changed = Signal()
    active_changed = Signal()
    pane_changed = Signal(object)
    view_changed = Signal()
    playing_changed = Signal()
    cursor_changed = Signal()
    focus_changed = Signal()
    menu_asked = Signal(object)
    series_dropped = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.study: Study | None = None
        self.document: Document | None = None
        self.document_text = ""
        self.hand, self.marks, self.bindings, self.measurements = Hand(), Marks(), Bindings(), Measurements()
        self.workbench, self.monitors = Workbench(), Monitors()
        self.focus: Focus | None = None
        self.sheets: tuple[Sheet, ...] = (Sheet(SINGLE, (self._new_pane(),)),)
        self.active: Pane = self.sheets[0].active
        self.hovered: Pane = self.active
        self._worked_on: OpenSeries | None = None

    @property
    def opened(self) -> OpenSeries | None:
        """The series of the active viewport with its pixels."""
        return self.active.opened

    @property
    def series(self) -> Series | None:
        """The series of the active viewport."""
        return self.active.series

    @property
    def volume(self) -> Volume | None:
        """The volume of the active viewport."""
        return self.active.volume

    def has_volume(self) -> bool:
        """True when the active viewport shows an image; asked by what can be done only then."""
        return self.active.volume is not None

    @property
    def view(self) -> View:
        """How the active viewport looks at its volume."""
        return self.active.view

    @property
    def complete(self) -> bool:
        """False while pixels of the active viewport's volume are still loading."""
        return self.active.complete

    @property
    def panes(self) -> tuple[Pane, ...]:
        """All viewports, those of the main window first."""
        return tuple(pane for sheet in self.sheets for pane in sheet.panes)

    @property
    def shown_panes(self) -> tuple[Pane, ...]:
        """The viewports on screen: all but those behind a maximised one."""
        return tuple(pane for sheet in self.sheets for pane in sheet.shown_panes)

    @property
    def sheet(self) -> Sheet:
        """The window that is worked in."""
        return self.sheet_of(self.active)

    @property
    def in_side_window(self) -> bool:
        """Whether a window beside the main one is worked in."""
        return self.sheet is not self.sheets[0]

    @property
    def layout(self) -> Layout:
        """The layout of the window that is worked in."""
        return self.sheet.layout

    @property
    def maximised(self) -> bool:
        """Whether the active viewport has its whole window."""
        return self.sheet.maximised

    def sheet_of(self, pane: Pane) -> Sheet:
        """The window that ``pane`` is in; the main one for a viewport that is going."""
        return next((sheet for sheet in self.sheets if pane in sheet.panes), self.sheets[0])

    def open(self, study: Study) -> None:
        """Show the series list of ``study``; nothing is on screen until a volume is shown."""
        self.study = study
        self.focus = None
        self.study_changed.emit()
        for pane in self.panes:
            pane.show(None)
        self.show_document(None, "")

    def add(self, series: Series) -> None:
        """List one more series of the open study, unless it is listed."""
        if self.study is not None and series not in self.study.series:
            self.study = replace(self.study, series=(*self.study.series, series))
            self.study_changed.emit()

    def put_in_place(self, series: Series, found: Study) -> None:
        """List in the place of ``series`` what its files turned out to make, and refuse what was refused."""
        if self.study is None or series not in self.study.series:
            return
        at = self.study.series.index(series)
        listed = (*self.study.series[:at], *found.series, *self.study.series[at + 1 :])
        self.study = replace(self.study, series=listed, refused=(*self.study.refused, *found.refused))
        self.study_changed.emit()

    def show(self, series: Series | None, volume: Volume | None, only_k: int | None = None) -> None:
        """Put ``volume`` of ``series`` into the active viewport, or clear it; see :meth:`Pane.show`."""
        self.active.show(None if volume is None else OpenSeries(series, volume, only_k), only_k)

    def show_in(self, pane: Pane, opened: OpenSeries, only_k: int | None = None, stays: bool = False) -> None:
        """Put a series into a viewport, and its planes into all where they are planes of one volume.

        What cannot be cut is shown alone. See :meth:`Pane.show`.
        """
        sheet, before = self.sheet_of(pane), pane.opened
        pane.show(opened, only_k, stays)
        if not sheet.layout.one_volume:
            return
        for each, cell in zip(sheet.panes, sheet.layout.cells, strict=True):
            if each is not pane:
                kept = stays and each.opened is before
                each.show(opened if pane.can_cut else None, only_k, kept)
            if cell.plane not in (each.plane, "oblique") and each.plane != "oblique":
                each.set_plane(cell.plane)
        centre = pane.centre_lps()
        if pane.can_cut and centre is not None and not stays:
            self.set_focus(centre, pane)

    def show_document(self, document: Document | None, text: str) -> None:
        """Show the text of a document beside the picture, or close it."""
        if document is not None or self.document is not None:
            self.document, self.document_text = document, text
            self.document_changed.emit()

    def activate(self, pane: Pane) -> None:
        """Work in another viewport."""
        if pane is self.active or pane not in self.panes:
            return
        self.active = self.sheet_of(pane).active = pane
        self.active_changed.emit()
        self._tell_volume()
        self.view_changed.emit()
        self.playing_changed.emit()

    def set_layout(self, layout: Layout) -> None:
        """Lay out the window that is worked in otherwise; the active viewport comes first and keeps what it shows."""
        sheet, wanted = self.sheet, len(layout.cells)
        kept = [self.active, *(pane for pane in sheet.panes if pane is not self.active)][:wanted]
        kept.sort(key=sheet.panes.index)
        sheet.panes = (*kept, *(self._new_pane() for _ in range(wanted - len(kept))))
        was_one_volume, sheet.layout, sheet.maximised = sheet.layout.one_volume, layout, False
        for pane, cell in zip(sheet.panes, layout.cells, strict=True):
            if layout.one_volume and pane.opened is not self.opened:
                pane.show(self.opened)
                pane.view.look_like(self.view)
            if layout.one_volume and cell.plane not in (pane.plane, "oblique"):
                pane.set_plane(cell.plane)
            elif was_one_volume and not layout.one_volume:
                _part(pane, self.active)
        self.panes_changed.emit()

    def add_sheet(self, layout: Layout = SINGLE) -> Sheet:
        """Viewports for one more window, empty; one of them is worked in from now on."""
        made = Sheet(layout, tuple(self._new_pane() for _ in layout.cells))
        self.sheets = (*self.sheets, made)
        self.panes_changed.emit()
        self.activate(made.active)
        return made

    def drop_sheet(self, sheet: Sheet) -> None:
        """Do without the viewports of a window; the main window's stay in any case."""
        if sheet not in self.sheets[1:]:
            return
        if self.active in sheet.panes:
            self.activate(self.sheets[0].active)
        self.sheets = tuple(each for each in self.sheets if each is not sheet)
        self.panes_changed.emit()

    def set_maximised(self, maximised: bool) -> None:
        """Give the active viewport its whole window, or put it back among the others."""
        self.sheet.maximised = maximised and len(self.sheet.panes) > 1
        self.panes_changed.emit()

    def set_fusion(self, pane: Pane, fusion: Fusion | None) -> None:
        """Lay a volume over what ``pane`` shows, and over all planes where they are planes of one volume."""
        sheet = self.sheet_of(pane)
        for each in sheet.panes if sheet.layout.one_volume else (pane,):
            if each.opened is pane.opened:
                each.view.set_fusion(fusion)

    def set_focus(self, point_lps: Triple, pane: Pane) -> None:
        """Make a point in ``pane`` the common one: viewports in the same frame of reference go to it."""
        if pane.opened is None:
            return
        frame = pane.series.frame_of_reference if pane.series else ""
        self.focus = Focus(point_lps, pane.opened, frame)
        for each in self.panes:
            if self.in_focus_frame(each):
                each.go_to(point_lps)
        self.focus_changed.emit()

    def in_focus_frame(self, pane: Pane) -> bool:
        """Whether the common point means a place in what ``pane`` shows."""
        if self.focus is None or pane.opened is None:
            return False
        frame = pane.series.frame_of_reference if pane.series else ""
        return pane.opened is self.focus.opened or (bool(frame) and frame == self.focus.frame_of_reference)

    def cell_plane(self, pane: Pane) -> Plane:
        """The plane that a viewport of the layout stands for, also while it is turned by hand."""
        sheet = self.sheet_of(pane)
        return sheet.layout.cells[sheet.panes.index(pane)].plane if sheet.layout.one_volume else pane.plane

    def _new_pane(self) -> Pane:
        pane = Pane()
        pane.volume_changed.connect(self._for_active(pane, self._tell_volume))
        pane.slice_arrived.connect(lambda k: self.slice_arrived.emit(k) if pane is self.active else None)
        pane.completed.connect(self._for_active(pane, self.completed.emit))
        pane.grid_changed.connect(lambda: self.pane_changed.emit(pane))
        pane.view.changed.connect(lambda: self.pane_changed.emit(pane))
        pane.view.changed.connect(self._for_active(pane, self.view_changed.emit))
        pane.view.playing_changed.connect(self._for_active(pane, self.playing_changed.emit))
        pane.view.cursor_changed.connect(lambda: self._hover(pane))
        return pane

    def _for_active(self, pane: Pane, then: Callable[[], object]) -> Callable[[], None]:
        def tell() -> None:
            if pane is self.active:
                then()

        return tell

    def _hover(self, pane: Pane) -> None:
        self.hovered = pane
        self.cursor_changed.emit()

    def _tell_volume(self) -> None:
        """Say that another volume is worked on, unless both viewports show the same one."""
        if self.opened is None or self.opened is not self._worked_on:
            self._worked_on = self.opened
            self.volume_changed.emit()


def _part(pane: Pane, active: Pane) -> None:
    """Leave the planes of one volume: the active viewport goes on with the slices as acquired, the others are free."""
    if pane is active:
        pane.set_plane("stored")
    elif pane.opened is active.opened:
        pane.show(None)
