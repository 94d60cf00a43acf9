"""Windows of viewports beside the main one, for other monitors."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtGui import QAction, QCloseEvent, QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from viewer.canvas.viewports import Viewports
from viewer.commands.kept_setting import KeptSetting
from viewer.dropping import DropWindow
from viewer.settings import Settings
from viewer.state.desktop import Desktop, Desktops, Standing, free_place, inside, is_reachable, name_of
from viewer.state.layout import LAYOUTS, SINGLE
from viewer.state.notices import Notices
from viewer.state.session import Session
from viewer.state.sheet import Sheet

SUBJECT = "windows"
MOST = 8


class SideWindow(DropWindow):
    """Viewports of one sheet; all keys of the main window work here too.

    Signals:
        closing: the person closes it.
    """

    closing = Signal()

    def __init__(self, sheet: Sheet, viewports: Viewports, shared: Sequence[QAction]) -> None:
        super().__init__()
        self.sheet, self.viewports = sheet, viewports
        self.setWindowTitle("Wetread viewports: research use only")
        self.setCentralWidget(viewports)
        self.addActions(shared)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let the viewports go with the window."""
        self.closing.emit()
        super().closeEvent(event)


class SideWindows(QObject):
    """Opens, keeps, moves and closes the windows beside the main one.

    Args:
        main: the main window.
        shared: its actions.

    Signals:
        dropped: files or folders were dropped on one of them; carries a list of paths.
    """

    dropped = Signal(list)

    def __init__(
        self,
        session: Session,
        viewports: Viewports,
        main: QWidget,
        shared: Sequence[QAction],
        settings: Settings,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._session, self._viewports, self._main = session, viewports, main
        self._shared, self._notices = shared, notices
        self.windows: list[SideWindow] = []
        self._left: list[Standing] = []
        instead = "Windows do not come back to their places."
        self._setting = KeptSetting(settings, notices, SUBJECT, Desktops(), instead)
        self._kept = self._setting.read()
        QGuiApplication.instance().screenRemoved.connect(self.bring_back)  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue]  there is one, and Qt's stub forgets the signal

    def open(self) -> None:
        """One more window: where one was closed last or stood on these monitors, else on a free one."""
        if len(self.windows) >= MOST:
            self._notices.add("warning", f"There are {MOST} windows of viewports already. Close one first.")
            return
        known, at = self._desktop().windows, len(self.windows)
        if self._left:
            self._stand(self._left.pop())
        else:
            self._stand(known[at] if at < len(known) else self._new())

    def restore(self) -> None:
        """Open the windows that stood on these monitors when the program was left."""
        for standing in self._desktop().windows:
            self._stand(standing)
        self._session.activate(self._session.sheets[0].active)

    def keep(self) -> None:
        """Keep which windows stand where on these monitors."""
        here = Desktop(monitors=self._monitors(), windows=tuple(map(_standing, self.windows)))
        others = tuple(each for each in self._kept.desktops if each.monitors != here.monitors)
        if here == self._desktop():
            return
        self._kept = Desktops(desktops=(here, *others)[:50])
        self._setting.write(self._kept)

    def close_active(self) -> None:
        """Close the window that is worked in, unless it is the main one."""
        for window in tuple(self.windows):
            if window.sheet is self._session.sheet:
                window.close()

    def close_all(self) -> None:
        """Close them; what stood where is kept before, by :meth:`keep`."""
        for window in tuple(self.windows):
            window.close()

    def bring_back(self, gone: QScreen) -> None:
        """Move windows that stood on a monitor that is no more to one that is there; what they show stays."""
        remaining = [screen for screen in QGuiApplication.screens() if screen is not gone]
        rooms = [screen.availableGeometry() for screen in remaining]
        lost = [window for window in (self._main, *self.windows) if not is_reachable(window.geometry(), rooms)]
        if not rooms or not lost:
            return
        for window in lost:
            _put(window, inside(rooms[0]), full=False)
        count = "A window" if len(lost) == 1 else f"{len(lost)} windows"
        self._notices.add("info", f"{count} came back from {gone.name() or 'a monitor'}, which is gone.")

    def _stand(self, standing: Standing) -> None:
        layout = LAYOUTS.get(standing.layout, SINGLE)
        sheet = self._session.add_sheet(SINGLE if layout.one_volume else layout)
        window = SideWindow(sheet, self._viewports.beside(sheet), self._shared)
        window.closing.connect(lambda: self._close(window))
        window.dropped.connect(self.dropped)
        self.windows.append(window)
        rooms = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        place = standing.place if is_reachable(standing.place, rooms) else inside(rooms[0])
        _put(window, place, standing.full)
        window.activateWindow()

    def _close(self, window: SideWindow) -> None:
        if window in self.windows:
            self.windows.remove(window)
            self._left.append(_standing(window))
            window.viewports.leave()
            self._session.drop_sheet(window.sheet)
            window.deleteLater()
            self._main.activateWindow()

    def _new(self) -> Standing:
        rooms = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        place, full = free_place(rooms, [self._main.geometry(), *(window.geometry() for window in self.windows)])
        return Standing(x=place.x(), y=place.y(), width=place.width(), height=place.height(), full=full)

    def _desktop(self) -> Desktop:
        name = self._monitors()
        return next((each for each in self._kept.desktops if each.monitors == name), Desktop(monitors=name))

    def _monitors(self) -> str:
        return name_of(QGuiApplication.screens())


def _standing(window: SideWindow) -> Standing:
    full = window.isMaximized()
    place = window.normalGeometry() if full else window.geometry()
    return Standing(
        x=place.x(), y=place.y(), width=max(1, place.width()), height=max(1, place.height()), full=full,
        layout=window.sheet.layout.name,
    )  # fmt: skip


def _put(window: QWidget, place: QRect, full: bool) -> None:
    """Show a window at a place; ``full`` fills the monitor there."""
    if window.isMaximized():
        window.showNormal()
    window.setGeometry(place)
    if full:
        window.showMaximized()
    else:
        window.show()
