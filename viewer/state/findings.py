"""What the model said: its prediction, the proposed mask, the heat map, and how they are shown."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from inference.prediction import HeatMap, Prediction

FROM_FILE = "file"
"""The task of a prediction that no model of ours made."""
IMPORTED = "Imported: "
"""Goes before the name of a file that does not say who or what made its mask."""
COMPARED = "comparison"
"""The task of one that shows other masks to be looked at, as where two differ: it cannot become the mask."""


@dataclass(frozen=True)
class Said:
    """What was said about one series, to come back to."""

    prediction: Prediction | None = None
    heat: HeatMap | None = None


class Findings(QObject):
    """The last prediction for the shown volume and its evidence.

    Signals:
        changed: another prediction or heat map, or another way to show them.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.prediction: Prediction | None = None
        self.heat: HeatMap | None = None
        self.proposal_visible = True
        self.heat_visible = True
        self.heat_opacity = 0.5

    @property
    def said(self) -> Said:
        """Prediction and heat map as they are."""
        return Said(self.prediction, self.heat)

    @property
    def acceptable(self) -> bool:
        """True while a mask is proposed that can become the mask."""
        prediction = self.prediction
        return prediction is not None and prediction.mask is not None and prediction.task != COMPARED

    def clear(self) -> None:
        """Forget prediction and heat map, as for a new volume."""
        self.resume(Said())

    def resume(self, said: Said) -> None:
        """Show what was said about another series."""
        self.prediction, self.heat = said.prediction, said.heat
        self.changed.emit()

    def show_prediction(self, prediction: Prediction | None) -> None:
        """Show another prediction; the heat map of the old one goes with it."""
        self.prediction, self.heat = prediction, None
        self.proposal_visible = True
        self.changed.emit()

    def show_heat(self, heat: HeatMap | None) -> None:
        """Show another heat map."""
        self.heat = heat
        self.heat_visible = True
        self.changed.emit()

    def set_proposal_visible(self, visible: bool) -> None:
        """Show or hide the proposed mask."""
        self.proposal_visible = visible
        self.changed.emit()

    def set_heat_visible(self, visible: bool) -> None:
        """Show or hide the heat map."""
        self.heat_visible = visible
        self.changed.emit()

    def set_heat_opacity(self, opacity: float) -> None:
        """Opacity of the heat map, 0-1."""
        self.heat_opacity = max(0.0, min(opacity, 1.0))
        self.changed.emit()
