"""Help while correcting: refining with a model, and keyframes between which the picture carries the label along."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from viewer.commands.keyframing import FEWEST, Keyframing
from viewer.commands.refining import Refining
from viewer.panels.layout import button, heading, muted, pairs
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session
from viewer.state.workbench import Merge

MERGES: tuple[tuple[Merge, str], ...] = (
    ("both", "adds and removes"),
    ("add", "only adds"),
    ("take", "only removes"),
)
MOST_LISTED = 12


class AssistBox(QWidget):
    """Refine, and what it may do; the keyframes of the active label."""

    def __init__(
        self,
        session: Session,
        segmentation: Segmentation,
        refining: Refining,
        keyframing: Keyframing,
    ) -> None:
        super().__init__()
        self._session, self._bench = session, session.workbench
        self._segmentation, self._keyframing = segmentation, keyframing
        self.refine = button("Refine", refining.run, "The model draws the label again; your strokes stay (Ctrl+Alt+J)")
        self.merge = QComboBox()
        self.merge.setAccessibleName("What the model may change")
        for choice, text in MERGES:
            self.merge.addItem(text, choice)
        self.merge.activated.connect(lambda: self._bench.set_options(merge=self.merge.currentData()))
        self.listed = muted()
        self.mark = button("Mark frame", keyframing.toggle, "Make this frame a keyframe, or none (Ctrl+Alt+M)")
        self.fill = button("Fill between", keyframing.fill, "The label moves with the picture between (Ctrl+Alt+N)")
        self.before = button("Keyframe before", lambda: keyframing.step(-1), "Go to it (Ctrl+Alt+Left)")
        self.after = button("Keyframe after", lambda: keyframing.step(1), "Go to it (Ctrl+Alt+Right)")
        self._lay_out()
        self._bench.options_changed.connect(self._show)
        session.view_changed.connect(self._show)
        for signal in (session.volume_changed, segmentation.labels_changed, segmentation.history_changed):
            signal.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(heading("Model"))
        layout.addLayout(pairs([self.refine, self.merge]))
        layout.addWidget(heading("Keyframes"))
        layout.addWidget(self.listed)
        layout.addLayout(pairs([self.mark, self.fill, self.before, self.after]))

    def showEvent(self, event: QShowEvent) -> None:
        """Out of sight it is not kept up to date."""
        super().showEvent(event)
        self._show()

    def _show(self) -> None:
        if not self.isVisible():
            return
        with QSignalBlocker(self.merge):
            self.merge.setCurrentIndex(max(0, self.merge.findData(self._bench.options.merge)))
        frames, shown, k = self._keyframing.frames, self._session.volume is not None, self._session.view.k
        self.listed.setText(_list_of(frames))
        self.mark.setText("Unmark frame" if k in frames else "Mark frame")
        for made in (self.refine, self.mark):
            made.setEnabled(shown and self._segmentation.active_label is not None)
        self.fill.setEnabled(len(frames) >= FEWEST)
        self.before.setEnabled(any(frame < k for frame in frames))
        self.after.setEnabled(any(frame > k for frame in frames))


def _list_of(frames: tuple[int, ...]) -> str:
    """The keyframes as the corners count them, from 1."""
    if not frames:
        return "None yet: draw the label on a frame, and it is one."
    listed = ", ".join(str(k + 1) for k in frames[:MOST_LISTED])
    return f"{listed} and {len(frames) - MOST_LISTED} more" if len(frames) > MOST_LISTED else listed
