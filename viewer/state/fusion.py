"""A second volume over the first, and how it is shown."""

from dataclasses import dataclass

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
