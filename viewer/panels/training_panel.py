"""Learning from saved annotations: what is there, start and stop, live curves."""

import pyqtgraph as pg
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from viewer.assets import MUTED, SURFACE, TEXT
from viewer.commands.teaching import Teaching
from viewer.panels.layout import button, column, heading, muted
from viewer.state.learning import Learning
from viewer.state.models import Models

_COLOURS = ("#4da3ff", "#f2b84b", "#5bd08c", "#ff6b60", "#c58af9", "#9aa0a8")


class TrainingPanel(QWidget):
    """Starts a training run and shows its curves."""

    def __init__(self, learning: Learning, models: Models, teaching: Teaching) -> None:
        super().__init__()
        self._learning, self._models, self._teaching = learning, models, teaching
        self.available = muted()
        self.name = QLineEdit("my-lesions")
        self.parent_model = QComboBox()
        self.parent_model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.epochs = QSpinBox()
        self.epochs.setRange(1, 500)
        self.epochs.setValue(10)
        self.start = button("Train", self._start, "Train in a separate process; reading goes on", primary=True)
        self.stop = button("Stop", teaching.stop, "Stop the run; nothing is released")
        self.message = muted()
        self.loss_plot = _plot("loss")
        self.metric_plot = _plot("held-out metric")
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
        layout.addWidget(self.loss_plot)
        layout.addWidget(self.metric_plot)
        layout.addStretch(1)

    def showEvent(self, event: object) -> None:
        """Count what the library holds each time the panel is looked at."""
        super().showEvent(event)  # pyright: ignore[reportArgumentType]  QShowEvent, typed as object for the stub
        self.available.setText(self._teaching.describe_annotations())

    def _start(self) -> None:
        self._teaching.start(self.name.text().strip(), self.parent_model.currentData(), self.epochs.value())

    def _show_models(self) -> None:
        chosen = self.parent_model.currentIndex()
        self.parent_model.clear()
        for package in self._models.packages:
            if package.manifest is not None and package.manifest.task == "segmentation" and not package.problem:
                self.parent_model.addItem(f"{package.manifest.title} {package.manifest.version}", package.folder)
        self.parent_model.setCurrentIndex(max(0, min(chosen, self.parent_model.count() - 1)))

    def _show(self) -> None:
        learning = self._learning
        self.start.setEnabled(not learning.running)
        self.stop.setEnabled(learning.running)
        self.message.setText(learning.message)
        self.message.setVisible(bool(learning.message))
        _draw(self.loss_plot, {name: points for name, points in learning.curves.items() if "loss" in name})
        _draw(self.metric_plot, {name: points for name, points in learning.curves.items() if "loss" not in name})


def _plot(title: str) -> pg.PlotWidget:
    plot = pg.PlotWidget(background=SURFACE)
    plot.setTitle(title, color=TEXT, size="10pt")
    plot.setLabel("bottom", "epoch", color=MUTED)
    plot.showGrid(x=True, y=True, alpha=0.15)
    plot.setMinimumHeight(170)
    plot.setMouseEnabled(x=False, y=False)
    plot.addLegend(offset=(-8, 8), labelTextSize="8pt")
    return plot


def _draw(plot: pg.PlotWidget, curves: dict[str, list[tuple[float, float]]]) -> None:
    plot.clear()
    for colour, (name, points) in zip(_COLOURS, sorted(curves.items()), strict=False):
        steps, values = zip(*points, strict=True)
        plot.plot(steps, values, pen=pg.mkPen(colour, width=2), name=name.replace("_", " "), symbol="o",
                  symbolSize=5, symbolBrush=colour, symbolPen=None)  # fmt: skip
