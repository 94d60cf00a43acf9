"""The tabs left and right of the viewports, brought to the front when they are asked for."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QTabWidget

from viewer.main_window import MainWindow
from viewer.panels.annotation_panel import AnnotationPanel
from viewer.panels.assist_box import AssistBox
from viewer.panels.classification_panel import ClassificationPanel
from viewer.panels.editing_panel import EditingPanel
from viewer.panels.findings_panel import FindingsPanel
from viewer.panels.measurement_panel import MeasurementPanel
from viewer.panels.queue_panel import QueuePanel
from viewer.panels.segments_box import SegmentsBox
from viewer.panels.series_list import SeriesList
from viewer.panels.study_browser import StudyBrowser
from viewer.panels.training_panel import TrainingPanel
from viewer.panels.view_panel import ViewPanel
from viewer.workroom import Workroom

TABS = ("Open", "Studies", "Queue", "Findings", "Segments", "Answers", "Edit", "Measures", "View", "Train")
"""Titles of the tabs, from left to right."""


class Sides:
    """The panels of a window, in tabs.

    Attributes:
        left: the tabs of what there is to be read.
        right: the tabs of what is said and done about it.
    """

    def __init__(self, room: Workroom, window: MainWindow) -> None:
        self._queueing, self._window = room.queueing, window
        self.browser = StudyBrowser(room.studies, room.cataloguing, room.indexing, room.thumbnailing)
        self.queue = QueuePanel(room.worklist, room.queueing, room.enlisting)
        self.measures = MeasurementPanel(room.session, room.measuring)
        self.questions = ClassificationPanel(room.classification, room.classifying)
        opened = SeriesList(room.session, room.reading, room.overlaying, room.studies, room.thumbnailing)
        self.left = window.add_left((("Open", opened), ("Studies", self.browser), ("Queue", self.queue)))
        self.left.setCurrentWidget(self.browser)
        self.right = window.add_right(
            (
                ("Findings", FindingsPanel(room.session, room.findings, room.models, room.inferring, room.annotating)),
                ("Segments", _segments(room)),
                ("Answers", self.questions),
                ("Edit", _editing(room)),
                ("Measures", self.measures),
                ("View", ViewPanel(room.session, room.links, room.fusing, room.reading)),
                ("Train", TrainingPanel(room.learning, room.models, room.teaching)),
            )
        )
        self._connect(room)

    def show_queue(self) -> None:
        """Bring the work queue to the front, as it is now."""
        self.left.setCurrentWidget(self.queue)
        self._queueing.refresh()

    def open_tab(self, title: str) -> None:
        """Bring a tab to the front, and give it the keyboard: arrows go to its neighbours, Tab into it."""
        for holder in (self.left, self.right):
            for number in range(holder.count()):
                if holder.tabText(number) == title:
                    holder.setCurrentIndex(number)
                    self._give_keyboard(holder)

    def turn_to(self, holder: QTabWidget) -> None:
        """Give the keyboard to the tabs of one side, or back to the picture."""
        focused = QApplication.focusWidget()
        if focused is not None and holder.isAncestorOf(focused):
            self._window.focus_picture()
        else:
            self._give_keyboard(holder)

    def _give_keyboard(self, holder: QTabWidget) -> None:
        if not holder.isVisible():
            self._window.toggle_panels()
        self._window.activateWindow()
        holder.tabBar().setFocus(Qt.FocusReason.TabFocusReason)

    def _connect(self, room: Workroom) -> None:
        room.session.study_changed.connect(self._show_opened)
        room.studies.search_asked.connect(self._search)
        room.studies.priors_asked.connect(self._show_priors)
        room.studies.queue_asked.connect(self.show_queue)
        for asked in (room.session.measurements.name_wanted, room.session.measurements.length_wanted):
            asked.connect(lambda _: self.right.setCurrentWidget(self.measures))
        room.classification.asked_for.connect(self._answer_questions)

    def _show_opened(self) -> None:
        """Bring what is open to the front, unless it is a case of the queue."""
        if not self._queueing.showing:
            self.left.setCurrentIndex(0)

    def _search(self) -> None:
        self.left.setCurrentWidget(self.browser)
        self.browser.focus_search()

    def _show_priors(self) -> None:
        self.left.setCurrentWidget(self.browser)
        self.browser.show_priors()

    def _answer_questions(self) -> None:
        self.right.setCurrentWidget(self.questions)
        self.questions.begin()


def _segments(room: Workroom) -> AnnotationPanel:
    segments = SegmentsBox(room.segmentation, room.segmenting, room.segment_measures)
    return AnnotationPanel(room.segmentation, room.session.hand, room.annotating, segments)


def _editing(room: Workroom) -> EditingPanel:
    assist = AssistBox(room.session, room.segmentation, room.refining, room.keyframing)
    return EditingPanel(room.session, room.segmentation, room.findings, room.editing, assist)
