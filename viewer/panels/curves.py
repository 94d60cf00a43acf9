"""Learning curves: losses above, held-out metrics below."""

from collections.abc import Mapping, Sequence

import pyqtgraph as pg
from PySide6.QtWidgets import QVBoxLayout, QWidget

from viewer.assets import MUTED, SURFACE, TEXT
from viewer.state.learning import Point

COLOURS = ("#4da3ff", "#f2b84b", "#5bd08c", "#ff6b60", "#c58af9", "#9aa0a8")


class Curves(QWidget):
    """Two plots over epochs."""

    def __init__(self) -> None:
        super().__init__()
        self.losses, self.metrics = _plot("loss"), _plot("held-out metric")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.losses)
        layout.addWidget(self.metrics)

    def draw(self, curves: Mapping[str, Sequence[Point]]) -> None:
        """Show these curves, by name; a name with "loss" in it goes above."""
        _draw(self.losses, {name: points for name, points in curves.items() if "loss" in name})
        held_out = {name: points for name, points in curves.items() if "loss" not in name}
        _draw(self.metrics, held_out)
        self.metrics.setVisible(bool(held_out))


def _plot(title: str) -> pg.PlotWidget:
    plot = pg.PlotWidget(background=SURFACE)
    plot.setTitle(title, color=TEXT, size="10pt")
    plot.setLabel("bottom", "epoch", color=MUTED)
    plot.showGrid(x=True, y=True, alpha=0.15)
    plot.setFixedHeight(210)
    plot.setMouseEnabled(x=False, y=False)
    plot.addLegend(offset=(-8, 8), labelTextSize="8pt")
    return plot


def _draw(plot: pg.PlotWidget, curves: Mapping[str, Sequence[Point]]) -> None:
    plot.clear()
    for colour, (name, points) in zip(COLOURS, sorted(curves.items()), strict=False):
        steps, values = zip(*points, strict=True)
        pen = pg.mkPen(colour, width=2)
        plot.plot(
            steps,
            values,
            pen=pen,
            name=name.replace("_", " "),
            symbol="o",
            symbolSize=5,
            symbolBrush=colour,
            symbolPen=None,
        )
