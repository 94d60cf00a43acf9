"""What every figure has: points, and numbers that follow from them."""

from dataclasses import dataclass, replace
from math import isnan
from typing import Self

from imaging.measurement.ruler import Ground, Points


@dataclass(frozen=True)
class Value:
    """One number with all that is needed to read it right.

    Attributes:
        unit: ``"mm"``, ``"mm²"``, ``"°"``, ``"HU"`` … or empty for ratios and raw values.
        calibration: what the number rests on, in words; empty where nothing is assumed.
    """

    name: str
    value: float
    unit: str
    calibration: str = ""

    @property
    def text(self) -> str:
        """The number and its unit for a person, e.g. ``"12.3 mm"``; a dash where there is no number."""
        if isnan(self.value):
            return "–"
        if not self.unit and self.value.is_integer():
            return f"{self.value:.0f}"
        size = abs(self.value)
        digits = 1 if self.unit in ("mm", "mm²", "px", "px²", "°", "HU") or size >= 100 else 3 if size < 1 else 2
        number = f"{self.value:.{digits}f}"
        gap = "" if self.unit in ("", "°") else " "
        return f"{number}{gap}{self.unit}"


@dataclass(frozen=True)
class Figure:
    """A drawn figure: points in the frame of the ground it was drawn on."""

    points: Points

    def moved(self, points: Points) -> Self:
        """The same figure through other points."""
        return replace(self, points=points)

    def values(self, ground: Ground) -> tuple[Value, ...]:  # noqa: ARG002 - figures that measure need it
        """Its numbers on a volume, the most wanted first; none for figures that only point at something."""
        return ()
