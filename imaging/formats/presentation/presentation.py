"""A way of looking at a series, as far as presentation states can tell it."""

from dataclasses import dataclass

from imaging.measurement.measurement import Measurement, unpacked
from imaging.volume import Shutter, VoiTable, Window


@dataclass(frozen=True)
class Presentation:
    """How a series is looked at.

    Attributes:
        k: the slice that is shown first.
        window: None leaves it as it is.
        table: of grey levels, in place of a window.
        shutter: what of the image is to be seen, in place of the image's own; None leaves that.
        inverted: high values are dark.
        rotation_deg: 0, 90, 180 or 270, clockwise, from the stored rows and columns. mirrored: left and right swapped
            after that.
        area_ji: the pixels at the upper left and the lower right of the display: row, column, row, column, counted
            from 0; None for the whole image.
        drawn: uid and packed measurement of each graphic.
        warnings: what could not be taken over, in words.
    """

    k: int
    window: Window | None = None
    inverted: bool = False
    rotation_deg: int = 0
    mirrored: bool = False
    area_ji: tuple[int, int, int, int] | None = None
    drawn: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    table: VoiTable | None = None
    shutter: Shutter | None = None

    def measurements(self) -> tuple[Measurement, ...]:
        """The graphics as measurements.

        Raises:
            ValueError: a row is none; says what was found.
        """
        return tuple(unpacked(*row) for row in self.drawn)
