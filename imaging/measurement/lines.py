"""Figures made of straight lines: lengths, angles, two diameters, the cardiothoracic ratio."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Triple
from imaging.measurement.figure import Figure, Value
from imaging.measurement.ruler import Ground, Ruler, quantity, slice_of

_NO_ANGLE = "no angle: the directions have different units"


@dataclass(frozen=True)
class Length(Figure):
    """The distance of two points; in M-mode and spectra the two differences."""

    def values(self, ground: Ground) -> tuple[Value, ...]:
        """The length, or how far the points are apart down and across."""
        ruler = ground.ruler(self.points)
        one, other = ruler.placed(self.points)
        if ruler.unit:
            return (Value("Length", float(np.linalg.norm(other - one)), ruler.unit, ruler.words),)
        _, down, across = np.abs(other - one)
        return (
            Value(f"Δ{quantity(ruler.units[0])}", float(down), ruler.units[0], ruler.words),
            Value(f"Δ{quantity(ruler.units[1])}", float(across), ruler.units[1], ruler.words),
        )


@dataclass(frozen=True)
class KnownLength(Figure):
    """A line whose length is known: it calibrates the other measurements of its series."""

    known_mm: float

    def values(self, ground: Ground) -> tuple[Value, ...]:
        """The length that was given."""
        unused = "; not used, positions in the patient are known" if ground.frame == "lps" else ""
        return (Value("Known length", self.known_mm, "mm", f"given by the user{unused}"),)

    def column_mm(self, ground: Ground) -> float:
        """Millimetres per column that make this line as long as it is known to be; 0 for a line without length."""
        last = ground.volume.geometry.shape_kji[0] - 1
        grid = ground.volume.slice_geometry(min(max(slice_of(self.points), 0), last))
        rows, columns = np.subtract(self.points[1], self.points[0])[1:] * (grid.spacing_mm[1] / grid.spacing_mm[2], 1)
        length = float(np.hypot(rows, columns))
        return self.known_mm / length if length > 0 else 0.0


@dataclass(frozen=True)
class Angle(Figure):
    """The angle at the second of three points."""

    def values(self, ground: Ground) -> tuple[Value, ...]:
        """The angle, 0-180 degrees."""
        ruler = ground.ruler(self.points)
        one, apex, other = ruler.placed(self.points)
        return _angle("Angle", one - apex, other - apex, ruler)


@dataclass(frozen=True)
class Cobb(Figure):
    """The angle between two free lines, as between end plates (Cobb, 1948)."""

    def values(self, ground: Ground) -> tuple[Value, ...]:
        """The acute angle of the lines, and what it lacks to 180 degrees."""
        ruler = ground.ruler(self.points)
        a, b, c, d = ruler.placed(self.points)
        found = _angle("Cobb angle", b - a, d - c, ruler)
        if not found or np.isnan(found[0].value):
            return found
        acute = min(found[0].value, 180 - found[0].value)
        return (
            Value("Cobb angle", acute, "°", found[0].calibration),
            Value("Supplement", 180 - acute, "°", found[0].calibration),
        )


def _angle(name: str, one: NDArray[np.float64], other: NDArray[np.float64], ruler: Ruler) -> tuple[Value, ...]:
    if not ruler.unit:
        return (Value(name, float("nan"), "°", _NO_ANGLE),)
    if not (one.any() and other.any()):
        return (Value(name, float("nan"), "°", "no angle: a line without length"),)
    angle = np.degrees(np.arctan2(np.linalg.norm(np.cross(one, other)), one @ other))
    words = "" if ruler.unit == "mm" else ruler.words
    return (Value(name, float(angle), "°", words),)


@dataclass(frozen=True)
class Bidirectional(Figure):
    """A longest diameter and the longest one across it (RECIST 1.1, doi:10.1016/j.ejca.2008.10.026)."""

    def values(self, ground: Ground) -> tuple[Value, ...]:
        """Both diameters, the longer first."""
        ruler = ground.ruler(self.points)
        a, b, c, d = ruler.placed(self.points)
        found = sorted((float(np.linalg.norm(b - a)), float(np.linalg.norm(d - c))), reverse=True)
        if not ruler.unit:
            return (Value("Long axis", float("nan"), "", "no diameters: the directions have different units"),)
        return tuple(
            Value(name, length, ruler.unit, ruler.words)
            for name, length in zip(("Long axis", "Short axis"), found, strict=True)
        )

    def squared(self, ground: Ground) -> Self:
        """With the second diameter turned at right angles to the first, in the plane they span."""
        steps = np.asarray(ground.ruler(self.points).steps)
        a, b, c, d = np.asarray(self.points, float) * steps
        along = b - a
        length = float(along @ along)
        if length == 0:
            return self
        across = (d - c) - along * ((d - c) @ along) / length
        middle = (c + d) / 2
        ends = (middle - across / 2, middle + across / 2)
        rescaled = tuple(_unscaled(end, steps, self.points[0]) for end in ends)
        return self.moved((*self.points[:2], *rescaled))


def _unscaled(place: NDArray[np.float64], steps: NDArray[np.float64], like: Triple) -> Triple:
    """The point of a place in the ruler's units; a coordinate without a size is that of ``like``."""
    k, j, i = (float(p / s) if s else n for p, s, n in zip(place, steps, like, strict=True))
    return k, j, i


@dataclass(frozen=True)
class CardiothoracicRatio(Figure):
    """The heart's transverse width over the chest's (Danzer, 1919): two points each, heart first.

    The heart's width is taken along the line of the chest, however the first line lies.
    """

    def values(self, ground: Ground) -> tuple[Value, ...]:
        """The ratio, then both widths."""
        ruler = ground.ruler(self.points)
        a, b, c, d = ruler.placed(self.points)
        chest = float(np.linalg.norm(d - c))
        if not ruler.unit or chest == 0:
            return (Value("Cardiothoracic ratio", float("nan"), "", "no ratio: the chest has no width"),)
        heart = float(abs((b - a) @ (d - c))) / chest
        return (
            Value("Cardiothoracic ratio", heart / chest, "", view_warning(ground)),
            Value("Heart", heart, ruler.unit, ruler.words),
            Value("Chest", chest, ruler.unit, ruler.words),
        )


def view_warning(ground: Ground) -> str:
    """What the projection does to the heart's width: it is enlarged in AP views; empty for PA."""
    match ground.volume.facts.view_position.upper():
        case "PA":
            return ""
        case "AP":
            return "AP view: the heart is magnified, the ratio reads too high"
        case "":
            return "" if ground.frame == "lps" else "view not stated: valid for PA only"
        case other:
            return f"{other} view: valid for PA only"
