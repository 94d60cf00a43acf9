"""Correcting: labels, tools' size, opacity, what is saved."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSlider,
    QWidget,
)

from imaging.labelmap import Label
from viewer.commands.annotating import Annotating
from viewer.panels.layout import button, column, heading, muted, percent_slider
from viewer.state.hand import MAX_RADIUS_MM, MIN_RADIUS_MM, Hand
from viewer.state.segmentation import Segmentation

_VALUE = Qt.ItemDataRole.UserRole


class AnnotationPanel(QWidget):
    """The mask's labels and the brush."""

    def __init__(self, segmentation: Segmentation, hand: Hand, annotating: Annotating) -> None:
        super().__init__()
        self._segmentation, self._hand, self._annotating = segmentation, hand, annotating
        self.labels = QListWidget()
        self.labels.setMaximumHeight(150)
        self.labels.currentItemChanged.connect(self._chosen)
        self.name = QLineEdit()
        self.name.setPlaceholderText("New label")
        self.name.returnPressed.connect(self._add)
        self.radius = QDoubleSpinBox()
        self.radius.setRange(MIN_RADIUS_MM, MAX_RADIUS_MM)
        self.radius.setDecimals(1)
        self.radius.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.radius.valueChanged.connect(hand.set_radius_mm)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(round(MIN_RADIUS_MM * 10), 300)
        self.slider.valueChanged.connect(lambda tenths: hand.set_radius_mm(tenths / 10))
        self.visible = QCheckBox("Show annotation")
        self.visible.toggled.connect(segmentation.set_visible)
        self.state = muted()
        self._lay_out()
        segmentation.labels_changed.connect(self._show_labels)
        segmentation.history_changed.connect(self._show_state)
        hand.changed.connect(self._show_radius)
        self._show_labels()
        self._show_state()
        self._show_radius()

    def _lay_out(self) -> None:
        layout = column(self)
        layout.addWidget(heading("Labels"))
        layout.addWidget(self.labels)
        grid = QGridLayout()
        grid.addWidget(self.name, 0, 0)
        grid.addWidget(button("Add", self._add), 0, 1)
        layout.addLayout(grid)
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
        shown.addWidget(percent_slider(self._segmentation.opacity, self._segmentation.set_opacity), 0, 1)
        layout.addLayout(shown)
        layout.addWidget(heading("Kept"))
        layout.addWidget(self.state)
        self.save = button("Save annotation", self._annotating.save, "Keep a new revision in the library (Ctrl+S)",
                           primary=True)  # fmt: skip
        layout.addWidget(self.save)
        layout.addStretch(1)

    def _add(self) -> None:
        name = self.name.text().strip()
        if name:
            self._annotating.add_label(name)
            self.name.clear()
            self.name.clearFocus()

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._segmentation.set_active(item.data(_VALUE))

    def _show_labels(self) -> None:
        with QSignalBlocker(self.labels), QSignalBlocker(self.visible):
            self.labels.clear()
            for label in self._segmentation.labels:
                item = QListWidgetItem(_swatch(label), label.name)
                item.setData(_VALUE, label.value)
                self.labels.addItem(item)
                if label.value == self._segmentation.active:
                    self.labels.setCurrentItem(item)
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


def _swatch(label: Label) -> QIcon:
    pixmap = QPixmap(16, 16)
    pixmap.fill(QColor(*label.colour))
    return QIcon(pixmap)
