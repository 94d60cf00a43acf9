"""Correcting: labels, tools' size, opacity, what is saved."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QSlider,
    QWidget,
)

from viewer.assets import inset
from viewer.commands.annotating import Annotating
from viewer.panels.layout import button, column, heading, muted, percent_slider
from viewer.panels.segments_box import SegmentsBox
from viewer.state.hand import MAX_RADIUS_MM, MIN_RADIUS_MM, Hand
from viewer.state.segmentation import Segmentation


class AnnotationPanel(QWidget):
    """The segments, the brush, and what is kept."""

    def __init__(self, segmentation: Segmentation, hand: Hand, annotating: Annotating, segments: SegmentsBox) -> None:
        super().__init__()
        self._segmentation, self._hand, self._annotating = segmentation, hand, annotating
        self.segments = segments
        self.radius = inset(QDoubleSpinBox())
        self.radius.setRange(MIN_RADIUS_MM, MAX_RADIUS_MM)
        self.radius.setDecimals(1)
        self.radius.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.radius.setAccessibleName("Radius of brush and eraser")
        self.radius.valueChanged.connect(hand.set_radius_mm)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Radius of brush and eraser")
        self.slider.setRange(round(MIN_RADIUS_MM * 10), 300)
        self.slider.valueChanged.connect(lambda tenths: hand.set_radius_mm(tenths / 10))
        self.visible = QCheckBox("Show annotation")
        self.visible.toggled.connect(segmentation.set_visible)
        self.state = muted()
        self._lay_out()
        segmentation.labels_changed.connect(self._show_visible)
        segmentation.history_changed.connect(self._show_state)
        hand.changed.connect(self._show_radius)
        self._show_visible()
        self._show_state()
        self._show_radius()

    def _lay_out(self) -> None:
        layout = column(self)
        layout.addWidget(heading("Segments"))
        layout.addWidget(self.segments)
        layout.addWidget(heading("Brush and eraser"))
        brush = QGridLayout()
        self.unit = QLabel("Radius")
        brush.addWidget(self.unit, 0, 0)
        brush.addWidget(self.slider, 0, 1)
        brush.addWidget(self.radius, 0, 2)
        layout.addLayout(brush)
        layout.addWidget(heading("Display"))
        shown = QGridLayout()
        shown.addWidget(self.visible, 0, 0)
        opacity = percent_slider(self._segmentation.opacity, self._segmentation.set_opacity)
        opacity.setAccessibleName("Opacity of the annotation")
        shown.addWidget(opacity, 0, 1)
        layout.addLayout(shown)
        layout.addWidget(heading("Kept"))
        layout.addWidget(self.state)
        self.save = button("Save annotation", self._annotating.save, "Keep a new revision in the library (Ctrl+S)",
                           primary=True)  # fmt: skip
        layout.addWidget(self.save)
        layout.addStretch(1)

    def _show_visible(self) -> None:
        with QSignalBlocker(self.visible):
            self.visible.setChecked(self._segmentation.visible)

    def _show_radius(self) -> None:
        with QSignalBlocker(self.radius), QSignalBlocker(self.slider):
            self.radius.setValue(self._hand.radius_mm)
            self.slider.setValue(round(self._hand.radius_mm * 10))

    def _show_state(self) -> None:
        state = self._segmentation
        geometry = state.geometry
        self.radius.setSuffix(" mm" if geometry is not None and geometry.has_mm else " px")
        if geometry is None:
            text = "Nothing is open."
        elif not state.saved:
            text = "Every change is kept as you make it. Saving, or leaving this series, makes a revision of them."
        else:
            text = "All changes are in the library."
        legend = state.mask.legend
        if legend.model:
            text += f" Based on {legend.model} {legend.model_version}."
        self.state.setText(text)
        self.save.setEnabled(geometry is not None and not state.saved)
