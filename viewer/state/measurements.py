"""The measurements of every series that is shown, and the figure that is being drawn."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from imaging.formats.measurement_report.packed import ReportedSegment
from imaging.geometry import Triple
from imaging.measurement.edit import MeasurementEdit
from imaging.measurement.figure import Figure, Value
from imaging.measurement.lines import KnownLength
from imaging.measurement.measurement import Measurement, calibrated
from imaging.measurement.ruler import Ground, Points
from imaging.volume import Volume


@dataclass(frozen=True)
class Sketch:
    """A figure that is being drawn.

    Attributes:
        tool: what it will be.
        points: those that are set.
        free: the one under the mouse.
    """

    tool: str
    series_uid: str
    points: Points
    free: Triple

    @property
    def ended_by_hand(self) -> bool:
        """True for figures of as many points as the person sets."""
        return self.tool == "polygon"

    @property
    def all(self) -> Points:
        """The points as they are shown."""
        return (*self.points, self.free)


class Measurements(QObject):
    """The lists, one per series; changes are made in that of the series that is worked on.

    Signals:
        changed: a list, a figure, a name, or whether they are shown.
        looks_changed: what is being drawn or hovered.
        selected_changed: another measurement, or none, is selected.
        made: a change was made by the person; carries its name for the undo line and the :class:`MeasurementEdit`.
        edited: a change was made, taken back or done again; carries the :class:`MeasurementEdit`.
        name_wanted: a measurement needs words from the person; carries its uid.
        length_wanted: a line needs its known length from the person; carries its uid.

    Attributes:
        series_uid: of the series that is worked on.
        shown: False while a person hides them.
        sketch: the figure that is being drawn.
        hovered: uid of the measurement under the mouse, or empty.
    """

    changed = Signal()
    looks_changed = Signal()
    selected_changed = Signal()
    made = Signal(str, object)
    edited = Signal(object)
    name_wanted = Signal(str)
    length_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.series_uid = ""
        self.shown = True
        self.sketch: Sketch | None = None
        self.hovered = ""
        self._reported: dict[str, tuple[ReportedSegment, ...]] = {}
        self._lists: dict[str, dict[str, Measurement]] = {}
        self._selected = ""
        self._readings: dict[tuple[Measurement, float], tuple[Volume, tuple[Value, ...]]] = {}

    @property
    def all(self) -> tuple[Measurement, ...]:
        """The measurements of the series that is worked on, in the order of drawing."""
        return self.of(self.series_uid)

    @property
    def selected(self) -> Measurement | None:
        """The one that is worked on."""
        return self.find(self._selected)

    @property
    def reported(self) -> tuple[ReportedSegment, ...]:
        """What reports that were read state of segments of the series that is worked on."""
        return self._reported.get(self.series_uid, ())

    def add_reported(self, segments: tuple[ReportedSegment, ...]) -> None:
        """Show what a report states of segments; what is known already is not shown twice."""
        known = self.reported
        self._reported[self.series_uid] = (*known, *(each for each in segments if each not in known))
        self.changed.emit()

    def of(self, series_uid: str) -> tuple[Measurement, ...]:
        """The measurements of a series that is or was shown."""
        return tuple(self._lists.get(series_uid, {}).values())

    def find(self, uid: str) -> Measurement | None:
        """The measurement with this uid in the series that is worked on."""
        return self._lists.get(self.series_uid, {}).get(uid)

    def load(self, series_uid: str, measurements: tuple[Measurement, ...]) -> None:
        """Work on a series with its kept measurements; no step of an undo line."""
        self._lists[series_uid] = {each.uid: each for each in measurements}
        self.series_uid = series_uid
        self._selected, self.sketch, self.hovered = "", None, ""
        self._readings.clear()
        self.changed.emit()
        self.selected_changed.emit()

    def values(self, measurement: Measurement, volume: Volume, complete: bool = True) -> tuple[Value, ...]:
        """The numbers of a measurement on a volume, worked out once for each state of both.

        Args:
            complete: False while pixels are still arriving, when numbers may change.
        """
        beside = next((each for each in self._lists.values() if measurement.uid in each), {})
        ground = calibrated(Ground(volume), tuple(beside.values()))
        key = measurement, ground.user_mm
        known = self._readings.get(key)
        if known is not None and known[0] is volume and complete:
            return known[1]
        found = measurement.values(ground)
        self._readings[key] = volume, found
        if len(self._readings) > 2000:
            self._readings.clear()
        return found

    def select(self, uid: str) -> None:
        """Work on this one; on none with an empty uid."""
        if uid != self._selected:
            self._selected = uid
            self.selected_changed.emit()
            self.looks_changed.emit()

    def add(self, measurement: Measurement) -> None:
        """One more, selected, as one step of the undo line."""
        self._selected = measurement.uid
        self._make(f"Draw {measurement.kind}", None, measurement)
        self.selected_changed.emit()

    def remove(self, uid: str) -> None:
        """Take one away, as one step of the undo line."""
        found = self.find(uid)
        if found is not None:
            self._make(f"Delete {found.kind}", found, None)

    def rename(self, uid: str, name: str) -> None:
        """Another name, as one step of the undo line."""
        found = self.find(uid)
        if found is not None and name != found.name:
            self._make(f"Name {found.kind}", found, replace(found, name=name))

    def set_known_length(self, uid: str, known_mm: float) -> None:
        """The length that a line is known to have, as one step of the undo line."""
        found = self.find(uid)
        if found is not None and isinstance(found.figure, KnownLength) and known_mm > 0:
            self._make("Calibrate", found, replace(found, figure=replace(found.figure, known_mm=known_mm)))

    def preview(self, uid: str, figure: Figure) -> None:
        """Show a figure while it is dragged; nothing is kept before :meth:`settle`."""
        found = self.find(uid)
        if found is not None:
            self._lists[self.series_uid][uid] = replace(found, figure=figure)
            self.changed.emit()

    def settle(self, before: Measurement) -> None:
        """Keep what the drag of ``before`` came to, as one step of the undo line."""
        after = self.find(before.uid)
        if after is not None and after != before:
            self._make(f"Move {before.kind}", before, after)

    def draw(self, sketch: Sketch | None) -> None:
        """Show a figure that is being drawn; none when it is done or given up."""
        self.sketch = sketch
        self.looks_changed.emit()

    def hover(self, uid: str) -> None:
        """Say which measurement is under the mouse; none with an empty uid."""
        if uid != self.hovered:
            self.hovered = uid
            self.looks_changed.emit()

    def set_shown(self, shown: bool) -> None:
        """Show or hide all of them."""
        self.shown = shown
        self.changed.emit()

    def replay(self, edit: object) -> None:
        """Make a change of the undo line, if it is one of measurements."""
        if not isinstance(edit, MeasurementEdit):
            return
        known = self._lists.setdefault(edit.series_uid, {})
        if edit.after is not None:
            known[edit.after.uid] = edit.after
        elif edit.before is not None:
            known.pop(edit.before.uid, None)
        self.edited.emit(edit)
        self.changed.emit()
        self.selected_changed.emit()

    def _make(self, name: str, before: Measurement | None, after: Measurement | None) -> None:
        edit = MeasurementEdit(self.series_uid, before, after)
        self.replay(edit)
        self.made.emit(name, edit)
