"""The measurements of the series that is worked on, and the one that is being drawn."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from imaging.geometry import Triple
from imaging.measurement.figure import Figure
from imaging.measurement.lines import KnownLength
from imaging.measurement.measurement import Measurement, calibrated
from imaging.measurement.ruler import Ground, Points
from imaging.volume import Volume
from viewer.state.segmentation import Segmentation


@dataclass(frozen=True)
class MeasurementEdit:
    """One measurement before and after a change; None where there was or is none."""

    before: Measurement | None
    after: Measurement | None

    @property
    def nbytes(self) -> int:
        """Memory that remembering this change costs, in bytes."""
        return sum(100 + 100 * len(each.figure.points) for each in (self.before, self.after) if each)

    def reverted(self) -> "MeasurementEdit":
        """The change that takes this one back."""
        return MeasurementEdit(self.after, self.before)


class Measurements(QObject):
    """The list, what is selected in it, and the drag under way.

    Signals:
        changed: the list, a figure, a name, or what is shown while drawing.
        selected_changed: another measurement, or none, is selected.
        edited: a change was made, taken back or done again; carries the :class:`MeasurementEdit`.
        name_wanted: a measurement needs words from the person; carries its uid.
        length_wanted: a line needs its known length from the person; carries its uid.

    Attributes:
        shown: False while a person hides them.
        drawn: points of the figure that is being drawn, the last one under the mouse; empty otherwise.
        hovered: uid of the measurement under the mouse, or empty.
    """

    changed = Signal()
    selected_changed = Signal()
    edited = Signal(object)
    name_wanted = Signal(str)
    length_wanted = Signal(str)

    def __init__(self, segmentation: Segmentation) -> None:
        super().__init__()
        self.shown = True
        self.drawn: Points = ()
        self.hovered = ""
        self._all: dict[str, Measurement] = {}
        self._selected = ""
        self._history = segmentation
        segmentation.replayed.connect(self._replay)

    @property
    def all(self) -> tuple[Measurement, ...]:
        """The measurements, in the order of drawing."""
        return tuple(self._all.values())

    @property
    def selected(self) -> Measurement | None:
        """The one that is worked on."""
        return self._all.get(self._selected)

    def find(self, uid: str) -> Measurement | None:
        """The measurement with this uid."""
        return self._all.get(uid)

    def load(self, measurements: tuple[Measurement, ...]) -> None:
        """Work on another series: its kept measurements; no step of an undo line."""
        self._all = {each.uid: each for each in measurements}
        self._selected, self.drawn, self.hovered = "", (), ""
        self.changed.emit()
        self.selected_changed.emit()

    def ground(self, volume: Volume) -> Ground:
        """What numbers are taken on: the volume, with the pixel size that a person gave it."""
        return calibrated(Ground(volume), self.all)

    def select(self, uid: str) -> None:
        """Work on this one; on none with an empty uid."""
        if uid != self._selected:
            self._selected = uid
            self.selected_changed.emit()
            self.changed.emit()

    def add(self, measurement: Measurement) -> None:
        """One more, selected, as one step of the undo line."""
        self._selected = measurement.uid
        self._make(f"Draw {measurement.kind}", MeasurementEdit(None, measurement))
        self.selected_changed.emit()

    def remove(self, uid: str) -> None:
        """Take one away, as one step of the undo line."""
        found = self._all.get(uid)
        if found is not None:
            self._make(f"Delete {found.kind}", MeasurementEdit(found, None))

    def rename(self, uid: str, name: str) -> None:
        """Another name, as one step of the undo line."""
        found = self._all.get(uid)
        if found is not None and name != found.name:
            self._make(f"Name {found.kind}", MeasurementEdit(found, replace(found, name=name)))

    def set_known_length(self, uid: str, known_mm: float) -> None:
        """The length that a line is known to have, as one step of the undo line."""
        found = self._all.get(uid)
        if found is not None and isinstance(found.figure, KnownLength) and known_mm > 0:
            figure = replace(found.figure, known_mm=known_mm)
            self._make("Calibrate", MeasurementEdit(found, replace(found, figure=figure)))

    def preview(self, uid: str, figure: Figure) -> None:
        """Show a figure while it is dragged; nothing is kept before :meth:`settle`."""
        found = self._all.get(uid)
        if found is not None:
            self._all[uid] = replace(found, figure=figure)
            self.changed.emit()

    def settle(self, before: Measurement) -> None:
        """Keep what the drag of ``before`` came to, as one step of the undo line."""
        after = self._all.get(before.uid)
        if after is not None and after != before:
            self._make(f"Move {before.kind}", MeasurementEdit(before, after))

    def draw(self, points: Points) -> None:
        """Show the points of a figure that is being drawn; none when it is done or given up."""
        self.drawn = points
        self.changed.emit()

    def hover(self, uid: str) -> None:
        """Say which measurement is under the mouse; none with an empty uid."""
        if uid != self.hovered:
            self.hovered = uid
            self.changed.emit()

    def set_shown(self, shown: bool) -> None:
        """Show or hide all of them."""
        self.shown = shown
        self.changed.emit()

    def _make(self, name: str, edit: MeasurementEdit) -> None:
        self._replay(edit)
        self._history.push(name, edit)

    def _replay(self, edit: object) -> None:
        if not isinstance(edit, MeasurementEdit):
            return
        uid = (edit.after or edit.before or _NOTHING).uid
        if edit.after is None:
            self._all.pop(uid, None)
        else:
            self._all[uid] = edit.after
        self.edited.emit(edit)
        self.changed.emit()
        if uid == self._selected:
            self.selected_changed.emit()


_NOTHING = Measurement("", Figure(()), "lps")


def middle(points: Points) -> Triple:
    """The middle of some points."""
    count = max(len(points), 1)
    x, y, z = (sum(point[axis] for point in points) / count for axis in range(3))
    return x, y, z
