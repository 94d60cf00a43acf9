"""What was read from a report, and the same as text."""

from dataclasses import dataclass

from imaging.measurement.measurement import Measurement, unpacked


@dataclass(frozen=True)
class ReportedNumber:
    """One number of a report: a quantity, its value and its unit, as it says."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True)
class ReportedSegment:
    """Numbers that a report states of a segment.

    Attributes:
        name: by which it is tracked, else what was found.
        segmentation: SOP Instance UID of the segmentation that it refers to.
        number: of the segment there; 0 where the report refers to a frame instead.
    """

    name: str
    segmentation: str
    number: int
    numbers: tuple[ReportedNumber, ...]


@dataclass(frozen=True)
class ReadMeasurements:
    """What a report holds for one image.

    Attributes:
        warnings: groups that could not be taken over, in words.
        segments: groups without a figure of their own, about segments of a segmentation.
    """

    measurements: tuple[Measurement, ...]
    warnings: tuple[str, ...] = ()
    segments: tuple[ReportedSegment, ...] = ()


@dataclass(frozen=True)
class PackedMeasurements:
    """The same as text, for the way out of the sandbox.

    Attributes:
        rows: uid and packed measurement.
    """

    rows: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...] = ()
    segments: tuple[ReportedSegment, ...] = ()

    def unpacked(self) -> ReadMeasurements:
        """The measurements.

        Raises:
            ValueError: a row is none; says what was found.
        """
        return ReadMeasurements(tuple(unpacked(*row) for row in self.rows), self.warnings, self.segments)
