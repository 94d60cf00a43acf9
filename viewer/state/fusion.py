"""A second volume over the first, and how it is shown."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from imaging.geometry import Geometry
from imaging.reslicing import Reslicer, outside_of
from imaging.volume import Window
from viewer.state.opened import OpenSeries


@dataclass(frozen=True)
class Fusion:
    """A volume laid over another one's planes by its place in the patient.

    Attributes:
        window: values up to its lower end are clear.
        colours: name of the colour table.
        opacity: of what is not clear, 0-1.
        same_frame: False where the two have no common frame of reference, so that only coordinates place them.
    """

    opened: OpenSeries
    window: Window
    colours: str = "Hot Iron"
    opacity: float = 0.5
    same_frame: bool = True

    def values(self, plane: Geometry) -> NDArray[Any]:
        """(R, C) values of the volume, resampled onto a grid of one plane.

        Raises:
            GeometryError: the plane has no place in the patient.
        """
        volume = self.opened.volume
        return Reslicer(volume.array, volume.geometry, outside_of(volume)).plane(plane, 0)
