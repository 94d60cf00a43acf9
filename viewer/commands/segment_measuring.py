"""Statistics of the active segment, worked out in the background after every edit."""

from PySide6.QtCore import QObject, QTimer

from imaging.progress import Report
from imaging.statistics import SegmentStatistics, segment_statistics
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.state.notices import Notices
from viewer.state.segment_measures import SegmentMeasures
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

KEY = "segment-statistics"
PAUSE_MS = 250
"""Strokes that follow one another this quickly are measured once."""


class SegmentMeasuring(QObject):
    """Measures when the mask has come to rest. The mask is not copied: an edit meanwhile starts the work anew."""

    def __init__(
        self, session: Session, segmentation: Segmentation, measures: SegmentMeasures, notices: Notices, runner: Runner
    ) -> None:
        super().__init__()
        self._session, self._segmentation, self._measures = session, segmentation, measures
        self._notices, self._runner = notices, runner
        self._rest = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._rest.timeout.connect(self._measure)
        segmentation.changed.connect(self._begin)
        segmentation.labels_changed.connect(self._on_labels)
        session.completed.connect(self._begin)

    def _on_labels(self) -> None:
        if self._segmentation.active != self._measures.value:
            self._begin()

    def _begin(self) -> None:
        self._runner.cancel(KEY)
        self._measures.wait(self._segmentation.active)
        self._rest.start()

    def _measure(self) -> None:
        volume, state = self._session.volume, self._segmentation
        geometry, mask, value = state.geometry, state.array, state.active
        if volume is None or geometry is None or mask.shape != volume.array.shape[:3] or not value:
            self._measures.show(None)
            return
        image = volume.array if self._session.complete and not volume.is_colour else None
        unit, regular = volume.unit, volume.kind == "volume"

        def work(report: Report) -> SegmentStatistics | None:
            report(0, 0, "Measuring the segment")
            return segment_statistics(mask, value, geometry, image, unit, regular, volume.padding_at)

        self._runner.start(KEY, "", work, self._measures.show, self._failed)

    def _failed(self, error: BaseException) -> None:
        self._measures.show(None)
        self._notices.add("error", f"The segment could not be measured: {words(error)}")
