"""The windows: widgets and actions over the workroom, created and connected here only."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog

from viewer.all_dialogs import Dialogs, dialog_actions
from viewer.canvas.slice_view import SliceView
from viewer.canvas.viewports import Viewports
from viewer.commands.action import Action
from viewer.commands.assisting_actions import assisting_actions
from viewer.commands.classifying_actions import classifying_actions
from viewer.commands.colour_actions import colour_actions
from viewer.commands.editing import KEY as EDITING
from viewer.commands.editing_actions import editing_actions
from viewer.commands.exchanging import Exchanging
from viewer.commands.fusing_actions import fusing_actions
from viewer.commands.layout_actions import layout_actions
from viewer.commands.marking import Marking
from viewer.commands.marking_actions import marking_actions
from viewer.commands.mask_actions import mask_actions
from viewer.commands.measuring_actions import measuring_actions
from viewer.commands.model_actions import model_actions
from viewer.commands.preset_actions import preset_actions
from viewer.commands.queue_actions import queue_actions
from viewer.commands.segment_actions import segment_actions
from viewer.commands.selecting import Selecting
from viewer.commands.study_actions import study_actions
from viewer.commands.tool_actions import tool_actions
from viewer.commands.view_actions import view_actions
from viewer.dialogs.document_text import DocumentText
from viewer.dialogs.exchange_files import ExchangeFiles, exchange_actions
from viewer.dialogs.history import MaskHistory
from viewer.dialogs.queue_dialogs import QueueDialogs
from viewer.dialogs.resampling import ask_before_resampling
from viewer.main_window import MainWindow
from viewer.panels.status import StatusBar
from viewer.places import Places
from viewer.side_windows import SideWindows
from viewer.sides import TABS, Sides
from viewer.workroom import Workroom


class Workplace(Workroom):
    """The windows with everything behind them.

    Attributes:
        table: everything a person can do; menus, toolbar, keys and the palette are made from it.
    """

    def __init__(self, where: Places | None = None) -> None:
        super().__init__(where)
        self.viewports = Viewports(self.session, self.segmentation, self.findings)
        self.marking = Marking(
            self.session,
            self.key_images,
            self.notices,
            self.shelf,
            self.loading,
            self.viewports.png,
        )
        self.selecting = Selecting(
            self.session, self.key_images, self.marking, self.notices, self.loading, self.runner, self.sandbox
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
        self.table = self._actions()
        self.window = self._make_window()
        self.side_windows = SideWindows(
            self.session,
            self.viewports,
            self.window,
            tuple(self.window.actions_by_id.values()),
            self.settings,
            self.notices,
        )
        ask_before_resampling(self.overlaying, self.window)
        self._connect()

    @property
    def canvas(self) -> SliceView:
        """The active viewport."""
        return self.viewports.active

    def shut_down(self) -> None:
        """Stop all work and processes, and close what would stay open without the main window."""
        self.side_windows.close_all()
        for dialog in self.window.findChildren(QDialog):
            dialog.close()
        super().shut_down()

    def _actions(self) -> tuple[Action, ...]:
        """Everything a person can do, in the order of the menus; what speaks to a widget asks for it when it is run."""
        files = ExchangeFiles(lambda: self.window, self.exchanging, self.measuring, self.presenting)
        return (
            *self._file_actions(),
            *exchange_actions(self.session, files),
            *study_actions(self.studies, self.cataloguing, self.indexing, lambda: self.sides.browser.choose_folder()),
            *queue_actions(
                self.worklist,
                self.queueing,
                lambda: self.sides.show_queue(),
                lambda: self.queue_dialogs.open_adjudication(),
            ),
            *view_actions(self.session, self.reading, self.windowing),
            *layout_actions(self.session, self.links, self.reading, self.hanging),
            *colour_actions(self.session),
            *tool_actions(self.session),
            *preset_actions(self.session, self.windowing, self.presetting),
            *mask_actions(self.session, self.segmentation, self.annotating),
            *model_actions(self.session, self.findings, self.annotating, self.inferring),
            *fusing_actions(self.session, self.fusing),
            *editing_actions(self.session, self.editing),
            *assisting_actions(self.session, self.refining, self.keyframing),
            *segment_actions(self.segmentation, self.segmenting, self.seeking),
            *measuring_actions(self.session, self.measuring),
            *classifying_actions(self.classification, self.classifying),
            *marking_actions(self.session, self.marking, lambda: self.dialogs.key_images.open_anew()),
            *dialog_actions(self.session, lambda: self.dialogs),
            *self._window_actions(),
        )

    def _make_window(self) -> MainWindow:
        window = MainWindow(self.table, self.viewports)
        self.binding.begin(self.table)
        window.use_keys(self.session.bindings.keys)
        self.dialogs = Dialogs(self, self.marking, self.selecting, window, self.table)
        self.sides = Sides(self, window)
        self.document_text = DocumentText(self.session, window)
        self.history = MaskHistory(self.segmentation, self.revising, self.seeking, window)
        self.queue_dialogs = QueueDialogs(self.worklist, self.enlisting, self.adjudicating, self.seeking, window)
        status = StatusBar(self.session, self.runner, self.notices)
        status.message.clicked.connect(lambda: self.dialogs.messages.open_anew())
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
                   self.session.has_volume, hint="To the clipboard, without the patient's name"),
            Action("fidelity", "What was done to the pixels", "View/Marks", lambda: self.canvas.fidelity_mark.tell(),
                   ("Shift+F1",), self.session.has_volume,
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

    def _connect(self) -> None:
        self.session.bindings.changed.connect(lambda: self.window.use_keys(self.session.bindings.keys))
        self.presets.changed.connect(self.window.refresh)
        for drops in (self.window.dropped, self.side_windows.dropped):
            drops.connect(self.reading.open)
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
        for signal in (self.runner.started, self.runner.ended):
            signal.connect(self._refresh_for)

    def _refresh_for(self, key: str) -> None:
        """While an edit is worked out, its key stops it."""
        if key == EDITING:
            self.window.refresh()
