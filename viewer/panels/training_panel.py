"""Learning from saved annotations: what is there, start and stop, live curves."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from viewer.assets import inset
from viewer.commands.teaching import Teaching
from viewer.panels.layout import button, column, heading, muted
from viewer.state.learning import Learning
from viewer.state.models import Models

if TYPE_CHECKING:
    from viewer.panels.curves import Curves


class TrainingPanel(QWidget):
    """Starts a training run and shows its curves."""

    def __init__(self, learning: Learning, models: Models, teaching: Teaching) -> None:
        super().__init__()
        self._learning, self._models, self._teaching = learning, models, teaching
        self.available = muted()
        self.name = QLineEdit("my-lesions")
        self.parent_model = QComboBox()
        self.parent_model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.epochs = inset(QSpinBox())
        self.epochs.setRange(1, 500)
        self.epochs.setValue(10)
        self.start = button("Train", self._start, "Train in a separate process; reading goes on", primary=True)
        self.stop = button("Stop", teaching.stop, "Stop the run before it releases its model")
        self.message = muted()
        self.curves: Curves | None = None
        self._lay_out()
        learning.changed.connect(self._show)
        models.changed.connect(self._show_models)
        self._show_models()
        self._show()

    def _lay_out(self) -> None:
        layout = column(self)
        layout.addWidget(heading("Learn from saved annotations"))
        layout.addWidget(self.available)
        form = QFormLayout()
        form.addRow("New model", self.name)
        form.addRow("Start from", self.parent_model)
        form.addRow("Epochs", self.epochs)
        layout.addLayout(form)
        buttons = QHBoxLayout()
        buttons.addWidget(self.start)
        buttons.addWidget(self.stop)
        layout.addLayout(buttons)
        layout.addWidget(self.message)
        self._below = QVBoxLayout()
        layout.addLayout(self._below)
        layout.addStretch(1)

    def showEvent(self, event: QShowEvent) -> None:
        """Count what the library holds each time the panel is looked at."""
        super().showEvent(event)
        if self.curves is None:
            from viewer.panels.curves import Curves  # pyqtgraph is half the window's start; loaded when first looked at

            self.curves = Curves()
            self._below.addWidget(self.curves)
            self._show()
        self.available.setText(self._teaching.describe_annotations())

    def _start(self) -> None:
        self._teaching.start(self.name.text().strip(), self.parent_model.currentData(), self.epochs.value())

    def _show_models(self) -> None:
        chosen = self.parent_model.currentData()
        self.parent_model.clear()
        for package in self._models.packages:
            if package.manifest is not None and package.manifest.task == "segmentation" and not package.problem:
                self.parent_model.addItem(f"{package.manifest.title} {package.manifest.version}", package.folder)
        listed = [self.parent_model.itemData(row) for row in range(self.parent_model.count())]
        self.parent_model.setCurrentIndex(listed.index(chosen) if chosen in listed else 0)

    def _show(self) -> None:
        learning = self._learning
        self.start.setEnabled(not learning.running)
        self.stop.setEnabled(learning.running)
        self.message.setText(learning.message)
        self.message.setVisible(bool(learning.message))
        if self.curves is not None:
            self.curves.draw(learning.curves)
