"""A figure with its identity and name, and how it becomes text and comes back."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from imaging.geometry import Triple
from imaging.measurement.areas import Ellipse, Outline, OutlineKind
from imaging.measurement.figure import Figure, Value
from imaging.measurement.lines import Angle, Bidirectional, CardiothoracicRatio, Cobb, KnownLength, Length
from imaging.measurement.marks import Arrow, Note, Probe
from imaging.measurement.ruler import Frame, Ground, Points

_PLAIN: dict[str, tuple[Callable[[Points], Figure], int]] = {
    "length": (Length, 2),
    "angle": (Angle, 3),
    "cobb": (Cobb, 4),
    "bidirectional": (Bidirectional, 4),
    "cardiothoracic": (CardiothoracicRatio, 4),
    "ellipse": (Ellipse, 3),
    "probe": (Probe, 1),
    "arrow": (Arrow, 2),
    "note": (Note, 1),
}
"""Figures that are their points alone, and how many of these they have."""

_NAMES: dict[type, str] = {kind: name for name, (kind, _) in _PLAIN.items() if isinstance(kind, type)}
_KNOWN_LENGTH = "known length"


@dataclass(frozen=True)
class Measurement:
    """One measurement of a series.

    Attributes:
        uid: stays the same through all changes.
        frame: what the figure's points are.
        name: by the person; empty for the kind's own.
    """

    uid: str
    figure: Figure
    frame: Frame
    name: str = ""

    @property
    def kind(self) -> str:
        """The noun of its figure, e.g. ``"length"`` or ``"rectangle"``."""
        match self.figure:
            case Outline(kind=kind):
                return kind
            case KnownLength():
                return _KNOWN_LENGTH
            case figure:
                return _NAMES[type(figure)]

    @property
    def title(self) -> str:
        """Its name, else its kind."""
        return self.name or self.kind.capitalize()

    def values(self, ground: Ground) -> tuple[Value, ...]:
        """Its numbers; none on a ground with points of another frame."""
        return self.figure.values(ground) if self.frame == ground.frame else ()


def calibrated(ground: Ground, measurements: tuple[Measurement, ...]) -> Ground:
    """The ground with the pixel size of the last line of known length, if there is one."""
    lines = [each.figure for each in measurements if isinstance(each.figure, KnownLength)]
    if not lines or ground.frame == "lps":
        return ground
    return Ground(ground.volume, lines[-1].column_mm(ground))


def packed(measurement: Measurement) -> str:
    """The measurement as JSON; every digit of its points is kept."""
    written: dict[str, Any] = {
        "kind": measurement.kind,
        "frame": measurement.frame,
        "points": measurement.figure.points,
        "name": measurement.name,
    }
    if isinstance(measurement.figure, KnownLength):
        written["known_mm"] = measurement.figure.known_mm
    return json.dumps(written, allow_nan=False)


def unpacked(uid: str, text: str) -> Measurement:
    """The measurement that was packed.

    Raises:
        ValueError: the text is no measurement; says what was found.
    """
    try:
        written: dict[str, Any] = json.loads(text)
        points: Points = tuple(_point(point) for point in written["points"])
        frame: Frame = written["frame"]
        figure = _figure(written["kind"], points, written)
        name = str(written["name"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"measurement {uid}: expected kind, frame, points and name, found {text[:80]!r}") from error
    if frame not in get_args(Frame):
        raise ValueError(f"measurement {uid}: expected points in 'lps' or 'kji', found {frame!r}")
    return Measurement(uid, figure, frame, name)


def _figure(kind: str, points: Points, written: dict[str, Any]) -> Figure:
    if kind in get_args(OutlineKind) and len(points) >= 3:
        return Outline(points, kind)  # pyright: ignore[reportArgumentType] - it is one of the literal's own values
    if kind == _KNOWN_LENGTH and len(points) == 2:
        return KnownLength(points, float(written["known_mm"]))
    made, count = _PLAIN[kind]
    if len(points) != count:
        raise ValueError(f"{kind}: expected {count} points, found {len(points)}")
    return made(points)


def _point(values: list[float]) -> Triple:
    x, y, z = (float(value) for value in values)
    return x, y, z
