"""Figures that point at something: the value at a point, an arrow, a text."""

from dataclasses import dataclass

from imaging.measurement.coordinates import coordinates
from imaging.measurement.figure import Figure, Value
from imaging.measurement.pixels import grey_scale, probed
from imaging.measurement.ruler import Ground

_CHANNELS = ("Red", "Green", "Blue")


@dataclass(frozen=True)
class Probe(Figure):
    """The value of the voxel that one point lies on, and what the place stands for in M-mode and spectra."""

    def values(self, ground: Ground) -> tuple[Value, ...]:
        """Velocity, depth and time where there are any; the value, or red, green and blue outside padding."""
        place = coordinates(ground.volume, self.points[0]) if ground.frame == "kji" else ()
        return (*place, *self._pixel(ground))

    def _pixel(self, ground: Ground) -> tuple[Value, ...]:
        found = probed(ground, self.points[0])
        if found is None:
            return ()
        if ground.volume.is_colour:
            return tuple(Value(name, float(value), "") for name, value in zip(_CHANNELS, found, strict=True))
        factor, unit, words = grey_scale(ground.volume)
        return (Value("Value", float(found[0]) * factor, unit, words),)


@dataclass(frozen=True)
class Arrow(Figure):
    """An arrow from its second point to its first."""


@dataclass(frozen=True)
class Note(Figure):
    """The place of a text, which is the measurement's name."""
