"""The window: widgets and actions over the workroom, created and connected here only."""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from imaging.progress import Report
from viewer import assets, runtime
from viewer.canvas.slice_view import SliceView
from viewer.canvas.viewports import Viewports
from viewer.commands.action import Action
from viewer.commands.actions import Desk, actions
from viewer.commands.assisting_actions import assisting_actions
from viewer.commands.classifying_actions import classifying_actions
from viewer.commands.editing_actions import editing_actions
from viewer.commands.exchanging import Exchanging
from viewer.commands.fusing_actions import fusing_actions
from viewer.commands.marking import Marking
from viewer.commands.marking_actions import marking_actions
from viewer.commands.measuring_actions import measuring_actions
from viewer.commands.queue_actions import queue_actions
from viewer.commands.segment_actions import segment_actions
from viewer.commands.study_actions import study_actions
from viewer.dialogs.dialog_actions import dialog_actions
from viewer.dialogs.dialogs import Dialogs
from viewer.dialogs.document_text import DocumentText
from viewer.dialogs.exchange_files import ExchangeFiles, exchange_actions
from viewer.dialogs.history import MaskHistory
from viewer.dialogs.leaving import LeavingQuestion
from viewer.dialogs.queue_dialogs import QueueDialogs
from viewer.dialogs.resampling import ask_before_resampling
from viewer.main_window import MainWindow
from viewer.panels.status import StatusBar
from viewer.places import Places
from viewer.side_windows import SideWindows
from viewer.sides import TABS, Sides
from viewer.workroom import Workroom

WARM_UP_MS = 400
SWITCH_S = 0.001
"""The longest that a thread keeps the interpreter from the window. A frame asks for it some ten times, so that with
Python's 5 ms a frame beside a computing thread takes 30 ms, with this one 3."""


class Application(Workroom):
    """The window with everything behind it."""

    def __init__(self, where: Places | None = None) -> None:
        super().__init__(where)
        self.viewports = Viewports(self.session, self.segmentation, self.findings)
        self.marking = Marking(
            self.session,
            self.key_images,
            self.notices,
            self.shelf,
            self.loading,
            self.runner,
            self.viewports.png,
        )
        self.exchanging = Exchanging(
            self.session,
            self.segmentation,
            self.findings,
            self.notices,
            self.runner,
            self.sandbox,
            self.overlaying,
            self.viewports.png,
        )
        self.window = self._make_window()
        self.side_windows = SideWindows(
            self.session,
            self.viewports,
            self.window,
            lambda: tuple(self.window.actions_by_id.values()),
            self.settings,
            self.notices,
        )
        ask_before_resampling(self.overlaying, lambda: self.window)
        self._connect()
        self.inferring.refresh()

    @property
    def canvas(self) -> SliceView:
        """The active viewport."""
        return self.viewports.active

    def start(self, paths: Sequence[Path] = ()) -> None:
        """Show the window, open ``paths``; the list of studies and the model process come once it is painted."""
        self.window.painted_first.connect(lambda: self._load_library(paths))
        self.window.show()
        self.side_windows.restore()

    def _load_library(self, paths: Sequence[Path]) -> None:
        """Load the database code in a thread; what the window asks of it comes after, so that it never waits for it.

        Files are listed meanwhile: the thread that lists them asks the library itself before anything is shown.
        """

        def load(_: Report) -> None:
            with runtime.uncollected():
                self.shelf.open()

        def begin(_: object) -> None:
            """Also without a library: each question says why there is none."""
            self.cataloguing.begin()
            self.indexing.resume()
            self.queueing.refresh()
            QTimer.singleShot(WARM_UP_MS, self, self._warm_up)

        if paths:
            self.reading.open(paths)
        self.background.start("library", "", load, begin, begin)

    def _warm_up(self) -> None:
        """Load what the first mask and the first prediction need, before anybody waits for it."""
        if self.background.ended_for_good:
            return  # the window was closed within the first moment

        def load(_: Report) -> None:
            with runtime.uncollected():
                importlib.import_module("pyqtgraph")

        self.background.start("drawing", "", load, _ignore, _ignore)
        self.inferring.warm_up()

    def shut_down(self) -> None:
        """Stop all work and processes, and close the windows beside the main one."""
        self.side_windows.close_all()
        self.document_text.close()
        self.history.close()
        self.queue_dialogs.close()
        self.dialogs.close()
        super().shut_down()

    def _make_window(self) -> MainWindow:
        desk = Desk(
            self.session,
            self.links,
            self.segmentation,
            self.findings,
            self.reading,
            self.hanging,
            self.annotating,
            self.inferring,
            self.presetting,
        )
        self.exchange_files = ExchangeFiles(lambda: self.window, self.exchanging, self.measuring, self.presenting)
        self.table = table = (
            *self._file_actions(),
            *exchange_actions(self.session, self.exchange_files),
            *self._study_actions(),
            *queue_actions(
                self.worklist,
                self.queueing,
                lambda: self.sides.show_queue(),
                lambda: self.queue_dialogs.open_adjudication(),
            ),
            *actions(desk),
            *fusing_actions(self.session, self.fusing),
            *editing_actions(self.session, self.editing),
            *assisting_actions(self.session, self.refining, self.keyframing),
            *segment_actions(self.segmentation, self.segmenting),
            *measuring_actions(self.session, self.measuring),
            *classifying_actions(self.classification, self.classifying),
            *marking_actions(self.session, self.marking, lambda: self.dialogs.open_key_images()),
            *dialog_actions(self.session, lambda: self.dialogs),
            *self._window_actions(),
        )
        window = MainWindow(table, self.viewports)
        self.binding.begin(table)
        window.use_keys(self.session.bindings.keys)
        self.dialogs = Dialogs(
            window,
            table,
            window.run,
            self.session,
            self.binding,
            self.presets,
            self.presetting,
            self.header,
            self.inspecting,
            self.key_images,
            self.marking,
            self.cornering,
            self.calibrating,
            self.notices,
        )
        self.sides = Sides(self, window)
        self.document_text = DocumentText(self.session, window)
        self.history = MaskHistory(self.segmentation, self.revising, window)
        self.queue_dialogs = QueueDialogs(self.worklist, self.segmentation, self.enlisting, self.adjudicating, window)
        status = StatusBar(self.session, self.runner, self.notices)
        status.message.clicked.connect(lambda: self.dialogs.open_messages())
        window.setStatusBar(status)
        return window

    def _file_actions(self) -> tuple[Action, ...]:
        return (
            Action("open", "Open files…", "File", lambda: self.window.choose_files(), ("Ctrl+O",), tool=True,
                   hint="DICOM, NIfTI, pictures or clips; or drop them on the window", short="Open"),
            Action("open-folder", "Open folder…", "File", lambda: self.window.choose_folder(), ("Ctrl+Shift+O",)),
            Action("open-phantom", "Open the built-in study", "File",
                   lambda: self.reading.open_phantom(self.places.cache / "phantom"), ("Ctrl+B",)),
        )  # fmt: skip

    def _window_actions(self) -> tuple[Action, ...]:
        """What stands last in its menu."""
        return (
            Action("history", "History of the mask…", "Edit", lambda: self.history.open_anew(), ("Ctrl+Shift+H",),
                   lambda: self.session.series is not None, hint="Revisions: compare, merge, bring back, approve"),
            Action("copy-picture", "Copy the picture", "Edit", self._copy_picture, ("Ctrl+C",),
                   lambda: self.session.volume is not None, hint="To the clipboard, without the patient's name"),
            Action("fidelity", "What was done to the pixels", "View/Marks", lambda: self.canvas.tell_reasons(),
                   ("Shift+F1",), lambda: self.session.volume is not None,
                   hint="All that the mark on the picture stands for; a click on it says it too"),
            Action("to-panels", "To the panels and back", "View/Panels", lambda: self.sides.turn_to(self.sides.right),
                   ("Ctrl+F6",), hint="The keyboard: arrows choose a tab, Tab goes into it"),
            Action("to-lists", "To the lists and back", "View/Panels", lambda: self.sides.turn_to(self.sides.left),
                   ("Ctrl+F7",), hint="The keyboard: what is open, studies, the work queue"),
            *(self._tab_action(title) for title in TABS),
            Action("panels", "Hide or show the panels", "View", lambda: self.window.toggle_panels(), ("F9",),
                   hint="Without them the pictures have the whole window", apart=True),
            Action("new-window", "New viewport window", "Layout", lambda: self.side_windows.open(), ("F8",),
                   hint="For another monitor: viewports of its own, with all keys", apart=True),
            Action("close-window", "Close viewport window", "Layout", lambda: self.side_windows.close_active(),
                   ("Shift+F8",), lambda: self.session.in_side_window),
            Action("quit", "Quit", "File", lambda: self.window.close(), ("Ctrl+Q",), apart=True),
        )  # fmt: skip

    def _copy_picture(self) -> None:
        """Put what the active viewport shows on the clipboard, without saying who the patient is: it is for slides."""
        QGuiApplication.clipboard().setImage(self.canvas.picture("few", drawn=True))
        self.notices.add("info", "The picture was copied, without the patient's name.")

    def _tab_action(self, title: str) -> Action:
        return Action(f"tab-{title.lower()}", f"{title} panel", "View/Panels", lambda: self.sides.open_tab(title))

    def _study_actions(self) -> tuple[Action, ...]:
        return study_actions(self.studies, self.cataloguing, self.indexing, lambda: self.sides.browser.choose_folder())

    def _connect(self) -> None:
        self.session.bindings.changed.connect(lambda: self.window.use_keys(self.session.bindings.keys))
        self.presets.changed.connect(self.window.refresh)
        for drops in (self.window.dropped, self.side_windows.dropped):
            drops.connect(self.reading.open)
        self.window.closing.connect(self._closing)
        self.session.volume_changed.connect(self.inferring.choose_fitting)
        self.session.menu_asked.connect(self.window.pop_up)
        self.session.series_dropped.connect(self.cataloguing.show_series)
        self.studies.queue_asked.connect(self.queue_dialogs.ask_of_studies)
        self.sides.queue.folder_chosen.connect(self.queue_dialogs.ask_of_folder)
        self.queueing.adjudication_asked.connect(self.queue_dialogs.open_adjudication)
        self.sides.questions.left.connect(self.viewports.setFocus)
        for signal in (
            self.session.volume_changed,
            self.session.view_changed,
            self.session.playing_changed,
            self.session.panes_changed,
            self.session.hand.changed,
            self.session.marks.changed,
            self.session.workbench.options_changed,
            self.session.workbench.proposal_changed,
            self.links.changed,
            self.session.measurements.changed,
            self.session.measurements.selected_changed,
            self.segmentation.history_changed,
            self.segmentation.labels_changed,
            self.findings.changed,
            self.studies.changed,
            self.studies.picked_changed,
            self.studies.indexing_changed,
            self.worklist.changed,
            self.worklist.current_changed,
        ):
            signal.connect(self.window.refresh)

    def _closing(self) -> None:
        self.window.allow_close = self.queueing.leave()
        if self.window.allow_close:
            self._end()
        else:
            LeavingQuestion(self.annotating.held, self.notices.all[-1].text, self._leave, self.window).open()

    def _leave(self) -> None:
        """Close with changes that are not in the library."""
        self.window.closing.disconnect(self._closing)
        self.window.close()
        self._end()

    def _end(self) -> None:
        self.side_windows.keep()
        self.remembering.keep()
        self.shut_down()


def _ignore(_: object) -> None:
    """A library that cannot be loaded says so when it is needed."""


def application() -> QApplication:
    """The one QApplication, themed.

    Raises:
        SystemExit: versions that are known to crash or to be unsafe; says which.
    """
    problem = runtime.installed_problem()
    if problem:
        raise SystemExit(problem)
    existing = QApplication.instance()
    made = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    made.setApplicationName("Wetread")
    assets.apply_theme(made)
    sys.setswitchinterval(SWITCH_S)
    return made


def run(paths: Sequence[Path] = (), phantom: bool = False) -> int:
    """Open the window on ``paths`` (or on the built-in study) and stay until it closes; the exit status."""
    qt = application()
    main = Application()
    main.start(paths)
    if phantom:
        main.reading.open_phantom(main.places.cache / "phantom")
    return qt.exec()
