"""A change of a measurement as a value."""

from dataclasses import dataclass

from imaging.measurement.measurement import Measurement


@dataclass(frozen=True)
class MeasurementEdit:
    """One measurement of a series before and after a change; None where there was or is none."""

    series_uid: str
    before: Measurement | None
    after: Measurement | None

    @property
    def nbytes(self) -> int:
        """Memory that remembering this change costs, in bytes."""
        return sum(100 + 100 * len(each.figure.points) for each in (self.before, self.after) if each)

    def reverted(self) -> "MeasurementEdit":
        """The change that takes this one back."""
        return MeasurementEdit(self.series_uid, self.after, self.before)
