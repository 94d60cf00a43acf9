"""What was read from a report, and the same as text."""

from dataclasses import dataclass

from imaging.measurement.measurement import Measurement, unpacked


@dataclass(frozen=True)
class ReadMeasurements:
    """What a report holds for one image.

    Attributes:
        warnings: groups that could not be taken over, in words.
    """

    measurements: tuple[Measurement, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class PackedMeasurements:
    """The same as text, for the way out of the sandbox.

    Attributes:
        rows: uid and packed measurement.
    """

    rows: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...] = ()

    def unpacked(self) -> ReadMeasurements:
        """The measurements.

        Raises:
            ValueError: a row is none; says what was found.
        """
        return ReadMeasurements(tuple(unpacked(*row) for row in self.rows), self.warnings)
