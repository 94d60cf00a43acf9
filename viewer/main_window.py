"""The window: menus, toolbar and keys from the action table; panels around the picture."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QPaintEvent
from PySide6.QtWidgets import QDockWidget, QFileDialog, QMenu, QTabWidget, QToolBar, QToolButton, QWidget

from viewer.commands.action import Action
from viewer.dropping import DropWindow
from viewer.icons import SIZE_PX, icon
from viewer.panels.control_keys import ControlKeys
from viewer.state.bindings import Keys

FILTER = (
    "Images (*.dcm *.nii *.nii.gz *.png *.jpg *.jpeg *.tif *.tiff *.bmp *.gif *.mp4 *.avi *.mov *.zip DICOMDIR);;"
    "All files (*)"
)
MENUS = ("File", "Edit", "View", "Window", "Layout", "Tools", "Measure", "Model", "Help")

DROPPED = {"Layout": "Layout", "Window": "Presets", "Measure": "Measure"}
"""Menus that the toolbar drops down too, each with the words below its button: a tool there is called Window."""

OF_A_VIEWPORT = ("invert", "zoom-fit", "reset", "maximise", "key-image", "metadata")
"""What the menu of a viewport has besides menus of the window."""


class MainWindow(DropWindow):
    """Lays out what it is given; knows no study and no model. Keys are bound by :meth:`use_keys`.

    Signals:
        closing: the person closes the window; the handler may veto through ``allow_close``.
        painted_first: once, after the first paint.
    """

    closing = Signal()
    painted_first = Signal()

    def __init__(self, table: tuple[Action, ...], canvas: QWidget) -> None:
        super().__init__()
        self._table, self._canvas = table, canvas
        self.allow_close = True
        self._painted = False
        self.actions_by_id: dict[str, QAction] = {}
        self.setWindowTitle("Wetread: research use only")
        self.resize(1480, 900)
        self.setDockNestingEnabled(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setCentralWidget(canvas)
        self._control_keys = ControlKeys(canvas)
        self._make_menus()
        self.viewport_menu = self._make_viewport_menu()
        self._make_toolbar()
        self.refresh()

    def add_left(self, tabs: tuple[tuple[str, QWidget], ...]) -> QTabWidget:
        """Dock ``tabs`` at the left; returns the tab widget."""
        return self._dock_tabs("left", tabs, Qt.DockWidgetArea.LeftDockWidgetArea, 284)

    def add_right(self, tabs: tuple[tuple[str, QWidget], ...]) -> QTabWidget:
        """Dock ``tabs`` at the right; returns the tab widget."""
        return self._dock_tabs("panels", tabs, Qt.DockWidgetArea.RightDockWidgetArea, 380)

    def focus_picture(self) -> None:
        """Give the keyboard to the picture."""
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def toggle_panels(self) -> None:
        """Hide the panels beside the picture, or show them again."""
        docks = self.findChildren(QDockWidget)
        hidden = all(dock.isHidden() for dock in docks)
        for dock in docks:
            dock.setVisible(hidden)

    def refresh(self) -> None:
        """Ask every action whether it can be done and whether it is on."""
        for action in self._table:
            shown = self.actions_by_id[action.id]
            shown.setEnabled(action.enabled())
            if action.caption is not None:
                words = action.words
                shown.setText(words.replace("&", "&&"))
                shown.setVisible(bool(words))
            if action.checked is not None:
                shown.setChecked(action.checked())

    def use_keys(self, keys: Mapping[str, Keys]) -> None:
        """Bind these keys to the actions, all others to none."""
        for action in self._table:
            shown, bound = self.actions_by_id[action.id], keys.get(action.id, ())
            shown.setShortcuts([QKeySequence(key) for key in bound])
            beside = f"  ({bound[0]})" if bound else ""
            shown.setToolTip((action.hint or action.text) + beside)

    def choose_files(self) -> None:
        """Ask for files to open."""
        names, _ = QFileDialog.getOpenFileNames(self, "Open images", "", FILTER)
        if names:
            self.dropped.emit([Path(name) for name in names])

    def choose_folder(self) -> None:
        """Ask for a folder to open."""
        name = QFileDialog.getExistingDirectory(self, "Open a folder of images")
        if name:
            self.dropped.emit([Path(name)])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell of the first paint when all of it is done."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self.painted_first.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close, unless something could not be kept."""
        self.allow_close = True
        self.closing.emit()
        if self.allow_close:
            event.accept()
        else:
            event.ignore()

    def _make_menus(self) -> None:
        self._menus = {title: self.menuBar().addMenu(title) for title in MENUS}
        for action in self._table:
            shown = QAction(action.text, self)
            shown.setIconText(action.short or action.text.rstrip("…"))
            shown.setCheckable(action.checked is not None)
            shown.triggered.connect(lambda _=False, run=action.run: self._run(run))
            self.actions_by_id[action.id] = shown
            menu = self._menu(action.menu)
            if action.apart:
                menu.addSeparator()
            menu.addAction(shown)
        for title in MENUS:
            self._menus[title].menuAction().setVisible(not self._menus[title].isEmpty())

    def _menu(self, path: str) -> QMenu:
        """The menu named by ``path``; one inside another is made when first asked for."""
        if path not in self._menus:
            parent, _, title = path.rpartition("/")
            self._menus[path] = self._menu(parent).addMenu(title)
        return self._menus[path]

    def run(self, action_id: str) -> None:
        """Do the action with this id, as its menu entry does."""
        self.actions_by_id[action_id].trigger()

    def _run(self, run: Callable[[], object]) -> None:
        run()
        self.refresh()

    def pop_up(self, place: QPoint) -> None:
        """Show the menu of a viewport at a place on the desktop."""
        self.refresh()
        self.viewport_menu.popup(place)

    def _make_viewport_menu(self) -> QMenu:
        menu = QMenu(self)
        for title in ("Window", "Layout", "Tools", "Measure"):
            menu.addMenu(self._menus[title])
        menu.addSeparator()
        menu.addActions([self.actions_by_id[name] for name in OF_A_VIEWPORT if name in self.actions_by_id])
        return menu

    def _make_toolbar(self) -> None:
        bar = QToolBar("Tools")
        bar.setMovable(False)
        bar.setIconSize(QSize(SIZE_PX, SIZE_PX))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.addToolBar(bar)
        menu = ""
        for action in self._table:
            if action.tool:
                self.actions_by_id[action.id].setIcon(icon(action.id))
                self.actions_by_id[action.id].setIconVisibleInMenu(False)  # there a tick says which one is on
                if menu and menu != action.menu:
                    bar.addSeparator()
                menu = action.menu
                bar.addAction(self.actions_by_id[action.id])
        bar.addSeparator()
        for title, words in DROPPED.items():
            bar.addWidget(self._menu_button(title, words))

    def _menu_button(self, title: str, words: str) -> QToolButton:
        """Drops a menu down."""
        button = QToolButton()
        button.setText(words)
        button.setIcon(icon(f"menu-{title.lower()}"))
        button.setIconSize(QSize(SIZE_PX, SIZE_PX))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setMenu(self._menus[title])
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _dock_tabs(
        self, name: str, tabs: tuple[tuple[str, QWidget], ...], area: Qt.DockWidgetArea, width: int
    ) -> QTabWidget:
        holder = QTabWidget()
        holder.setDocumentMode(True)
        holder.tabBar().setDrawBase(False)
        for title, widget in tabs:
            holder.addTab(widget, title)
            self._control_keys.watch(widget)
        holder.setMinimumWidth(width)
        dock = QDockWidget(self)
        dock.setObjectName(f"dock-{name}")
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        dock.setTitleBarWidget(QWidget(dock))
        dock.setWidget(holder)
        self.addDockWidget(area, dock)
        self.resizeDocks([dock], [width], Qt.Orientation.Horizontal)
        return holder
