"""The only place where objects are created and connected."""

import importlib
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from imaging.library.catalogue import Catalogue
from imaging.library.store import Library
from imaging.sandbox import Sandbox
from inference.registry import Registry
from viewer import assets, runtime
from viewer.canvas.slice_view import SliceView
from viewer.canvas.viewports import Viewports
from viewer.commands.action import Action
from viewer.commands.actions import Desk, actions
from viewer.commands.annotating import Annotating
from viewer.commands.binding import Binding
from viewer.commands.calibrating import Calibrating
from viewer.commands.cataloguing import Cataloguing
from viewer.commands.cornering import Cornering
from viewer.commands.cutting import Cutting
from viewer.commands.editing import Editing
from viewer.commands.editing_actions import editing_actions
from viewer.commands.exchanging import Exchanging
from viewer.commands.fusing import Fusing
from viewer.commands.hanging import Hanging
from viewer.commands.indexing import FolderIndexing
from viewer.commands.inferring import Inferring
from viewer.commands.inspecting import Inspecting
from viewer.commands.journalling import Journalling
from viewer.commands.linking import Linking
from viewer.commands.loading import Loading
from viewer.commands.marking import Marking
from viewer.commands.marking_actions import marking_actions
from viewer.commands.measuring import Measuring
from viewer.commands.measuring_actions import measuring_actions
from viewer.commands.naming_terms import terminologies
from viewer.commands.overlaying import Overlaying
from viewer.commands.presenting import Presenting
from viewer.commands.presetting import Presetting
from viewer.commands.reading import Reading
from viewer.commands.revising import Revising
from viewer.commands.segment_actions import segment_actions
from viewer.commands.segment_measuring import SegmentMeasuring
from viewer.commands.segmenting import Segmenting
from viewer.commands.study_actions import study_actions
from viewer.commands.teaching import Teaching
from viewer.commands.thumbnailing import Thumbnailing
from viewer.dialogs.dialog_actions import dialog_actions
from viewer.dialogs.dialogs import Dialogs
from viewer.dialogs.document_text import DocumentText
from viewer.dialogs.exchange_files import ExchangeFiles, exchange_actions
from viewer.dialogs.history import MaskHistory
from viewer.jobs.inference_process import InferenceProcess
from viewer.jobs.runner import Runner
from viewer.main_window import MainWindow
from viewer.panels.annotation_panel import AnnotationPanel
from viewer.panels.editing_panel import EditingPanel
from viewer.panels.findings_panel import FindingsPanel
from viewer.panels.measurement_panel import MeasurementPanel
from viewer.panels.segments_box import SegmentsBox
from viewer.panels.series_list import SeriesList
from viewer.panels.status import StatusBar
from viewer.panels.study_browser import StudyBrowser
from viewer.panels.training_panel import TrainingPanel
from viewer.panels.view_panel import ViewPanel
from viewer.places import Places, places
from viewer.settings import Settings
from viewer.state.findings import Findings
from viewer.state.header import Header
from viewer.state.key_images import KeyImages
from viewer.state.learning import Learning
from viewer.state.links import Links
from viewer.state.models import Models
from viewer.state.notices import Notices
from viewer.state.presets import Presets
from viewer.state.segment_measures import SegmentMeasures
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session
from viewer.state.studies import Studies
from viewer.state.view import View

log = logging.getLogger(__name__)
WARM_UP_MS = 400


class Application(QObject):
    """The window with everything behind it."""

    def __init__(self, where: Places | None = None) -> None:
        super().__init__()
        self.places = where or places()
        self.session, self.links, self.segmentation = Session(), Links(), Segmentation()
        self.findings, self.models, self.learning, self.notices = Findings(), Models(), Learning(), Notices()
        self.runner, self.process, self.sandbox = Runner(), InferenceProcess(), Sandbox(cache=self.places.cache)
        self.library = Library(self.places.library)
        self.registry = Registry(self.places.model_folders)
        self.journalling = Journalling(
            self.segmentation, self.notices, self.places.data / "journals", self.library.name
        )
        self.revising = Revising(
            self.session, self.segmentation, self.findings, self.notices, self.library, self.runner
        )
        self.annotating = Annotating(
            self.session,
            self.segmentation,
            self.findings,
            self.notices,
            self.models,
            self.library,
            self.journalling,
            self.revising,
        )
        self.session.volume_changed.connect(self.annotating.follow)
        self.measuring = Measuring(self.session, self.segmentation, self.notices, self.library)
        self.loading = Loading(self.session, self.notices, self.runner, self.library, self.sandbox)
        self.key_images = KeyImages()
        self.marking = Marking(
            self.session,
            self.key_images,
            self.notices,
            self.library,
            self.loading,
            self.runner,
            lambda pane, text, drawn, longest_px: self.viewports.png(pane, text, drawn, longest_px),
        )
        self.linking = Linking(self.session, self.links)
        self.settings, self.presets = Settings(self.places.settings), Presets()
        self.cornering = Cornering(self.session.marks, self.settings, self.notices)
        self.calibrating = Calibrating(self.session.monitors, self.settings, self.notices)
        self.segmenting = Segmenting(
            self.session, self.segmentation, self.notices, terminologies(self.settings, self.notices)
        )
        self.presetting = Presetting(self.session, self.presets, self.settings, self.notices)
        self.header = Header()
        self.inspecting = Inspecting(self.session, self.header, self.runner, self.sandbox)
        self.binding = Binding(self.session.bindings, self.session.hand, self.settings, self.notices)
        self.hanging = Hanging(
            self.session, self.loading, self.annotating, self.presets, self.notices, self.places.settings / "hanging"
        )
        self.reading = Reading(
            self.session, self.notices, self.runner, self.annotating, self.loading, self.hanging, self.sandbox
        )
        self.cutting = Cutting(self.session, self.runner)
        self.fusing = Fusing(self.session, self.loading, self.notices)
        self.presenting = Presenting(self.session, self.notices, self.runner, self.sandbox)
        self.overlaying = Overlaying(
            self.session, self.findings, self.notices, self.runner, self.sandbox, self.reading, self.presenting
        )
        self.exchanging = Exchanging(
            self.session,
            self.segmentation,
            self.notices,
            self.runner,
            self.sandbox,
            self.overlaying,
            lambda pane, text, drawn, longest_px: self.viewports.png(pane, text, drawn, longest_px),
        )
        self.inferring = Inferring(
            self.session, self.findings, self.models, self.notices, self.runner, self.registry, self.process
        )
        self.editing = Editing(self.session, self.segmentation, self.findings, self.notices, self.runner)
        self.teaching = Teaching(
            self.learning, self.notices, self.runner, self.library, self.inferring, self.places.models, self.places.runs
        )
        self.viewports = Viewports(self.session, self.segmentation, self.findings)
        self.studies, self.background, catalogue = Studies(), Runner(), Catalogue(self.library)
        self.segment_measures = SegmentMeasures()
        self.segment_measuring = SegmentMeasuring(
            self.session, self.segmentation, self.segment_measures, self.notices, self.background
        )
        self.cataloguing = Cataloguing(
            self.session, self.studies, self.notices, self.background, catalogue, self.sandbox, self.reading
        )
        self.indexing = FolderIndexing(
            self.studies, self.notices, self.background, catalogue, self.sandbox, self.cataloguing
        )
        self.thumbnailing = Thumbnailing(
            self.session,
            self.studies,
            self.notices,
            self.runner,
            self.background,
            self.sandbox,
            self.places.cache / "thumbnails",
        )
        self.window = self._make_window()
        self._connect()
        self.inferring.refresh()

    @property
    def view(self) -> View:
        """How the active viewport looks at its volume."""
        return self.session.view

    @property
    def canvas(self) -> SliceView:
        """The active viewport."""
        return self.viewports.active

    def start(self, paths: Sequence[Path] = ()) -> None:
        """Show the window, open ``paths``, and get the model process ready once the window is painted."""
        self.window.show()
        self.cataloguing.begin()
        self.indexing.resume()
        if paths:
            self.reading.open(paths)
        QTimer.singleShot(WARM_UP_MS, self, self._warm_up)

    def _warm_up(self) -> None:
        """What the first mask and the first prediction need, once the window stands and before anybody waits for it."""
        importlib.import_module("pyqtgraph")
        self.inferring.warm_up()

    def shut_down(self) -> None:
        """Stop all work and processes, and close the windows beside the main one."""
        self.document_text.close()
        self.history.close()
        self.dialogs.close()
        self.runner.cancel_all()
        self.background.shut_down()
        self.process.shut_down()
        self.runner.shut_down()
        self.sandbox.close()
        self.journalling.shut_down()
        self.library.close()

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
            *actions(desk),
            *editing_actions(self.session, self.editing),
            *segment_actions(self.segmentation, self.segmenting),
            *measuring_actions(self.session, self.measuring),
            *marking_actions(self.session, self.marking, lambda: self.dialogs.open_key_images()),
            *dialog_actions(self.session, lambda: self.dialogs),
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
        )
        self.browser = StudyBrowser(self.studies, self.cataloguing, self.indexing, self.thumbnailing)
        listed = SeriesList(self.session, self.reading, self.overlaying, self.studies, self.thumbnailing)
        self.left = window.add_left((("Open", listed), ("Studies", self.browser)))
        self.left.setCurrentWidget(self.browser)
        self.measures = MeasurementPanel(self.session, self.measuring)
        self.tabs = window.add_right(
            (
                (
                    "Findings",
                    FindingsPanel(self.session, self.findings, self.models, self.inferring, self.annotating),
                ),
                (
                    "Labels",
                    AnnotationPanel(
                        self.segmentation,
                        self.session.hand,
                        self.annotating,
                        SegmentsBox(self.segmentation, self.segmenting, self.segment_measures),
                    ),
                ),
                ("Edit", EditingPanel(self.session, self.segmentation, self.editing)),
                ("Measures", self.measures),
                ("View", ViewPanel(self.session, self.links, self.fusing, self.reading)),
                ("Training", TrainingPanel(self.learning, self.models, self.teaching)),
            )
        )
        self.document_text = DocumentText(self.session, window)
        self.history = MaskHistory(self.segmentation, self.revising, window)
        window.setStatusBar(StatusBar(self.session, self.runner, self.notices))
        return window

    def _file_actions(self) -> tuple[Action, ...]:
        return (
            Action("open", "Open files…", "File", lambda: self.window.choose_files(), ("Ctrl+O",), tool=True,
                   hint="DICOM, NIfTI, pictures or clips; or drop them on the window", short="Open"),
            Action("open-folder", "Open folder…", "File", lambda: self.window.choose_folder(), ("Ctrl+Shift+O",)),
            Action("open-phantom", "Open the built-in study", "File",
                   lambda: self.reading.open_phantom(self.places.cache / "phantom"), ("Ctrl+B",)),
            Action("history", "History of the mask…", "Edit", lambda: self.history.open_anew(), ("Ctrl+Shift+H",),
                   lambda: self.session.series is not None, hint="Revisions: compare, merge, bring back, approve"),
            Action("panels", "Hide or show the panels", "View", lambda: self.window.toggle_panels(), ("F9",),
                   hint="Without them the pictures have the whole window"),
            Action("quit", "Quit", "File", lambda: self.window.close(), ("Ctrl+Q",)),
        )  # fmt: skip

    def _study_actions(self) -> tuple[Action, ...]:
        return study_actions(self.studies, self.cataloguing, self.indexing, lambda: self.browser.choose_folder())

    def _connect(self) -> None:
        self.session.bindings.changed.connect(lambda: self.window.use_keys(self.session.bindings.keys))
        self.presets.changed.connect(self.window.refresh)
        self.window.dropped.connect(self.reading.open)
        self.window.closing.connect(self._closing)
        self.session.volume_changed.connect(self.inferring.choose_fitting)
        self.session.series_dropped.connect(self.cataloguing.show_series)
        self.studies.search_asked.connect(self._search)
        self.studies.priors_asked.connect(self._show_priors)
        self.session.study_changed.connect(lambda: self.left.setCurrentIndex(0))
        for asked in (self.session.measurements.name_wanted, self.session.measurements.length_wanted):
            asked.connect(lambda _: self.tabs.setCurrentWidget(self.measures))
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
        ):
            signal.connect(self.window.refresh)

    def _search(self) -> None:
        self.left.setCurrentWidget(self.browser)
        self.browser.focus_search()

    def _show_priors(self) -> None:
        self.left.setCurrentWidget(self.browser)
        self.browser.show_priors()

    def _closing(self) -> None:
        self.window.allow_close = self.annotating.keep()
        if self.window.allow_close:
            self.shut_down()


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
    return made


def run(paths: Sequence[Path] = (), phantom: bool = False) -> int:
    """Open the window on ``paths`` (or on the built-in study) and stay until it closes; the exit status."""
    qt = application()
    main = Application()
    main.start(paths)
    if phantom:
        main.reading.open_phantom(main.places.cache / "phantom")
    return qt.exec()
