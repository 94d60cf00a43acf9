"""The measurements of the shown series: a table that jumps to them, their numbers, export."""

from itertools import groupby
from pathlib import Path

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from imaging.formats.measurement_report.packed import ReportedSegment
from imaging.measurement.areas import Ellipse, Outline
from imaging.measurement.figure import Value
from imaging.measurement.lines import KnownLength
from imaging.measurement.measurement import Measurement
from imaging.measurement.pixels import grey_scale, histogram
from imaging.measurement.ruler import Ground
from imaging.measurement.table import slice_number
from viewer.assets import inset
from viewer.commands.measuring import Measuring
from viewer.panels.figures import rounded
from viewer.panels.histogram import Histogram
from viewer.panels.layout import button, column, heading, muted, plain, plain_tip
from viewer.state.measurements import Measurements
from viewer.state.session import Session

_UID = Qt.ItemDataRole.UserRole
_DELETES = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
NAME, VALUE, SLICE, CALIBRATED_BY = range(4)
WIDTHS_PX = {NAME: 96, SLICE: 38}


class Rows(QTreeWidget):
    """The table.

    Signals:
        delete_pressed: Delete or Backspace, before the window's shortcuts take it.
    """

    delete_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Measurements")
        self.setHeaderLabels(["Name", "Value", "Slice", "Calibration"])
        self.setRootIsDecorated(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMinimumHeight(180)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.header()
        for number, width in WIDTHS_PX.items():
            header.resizeSection(number, width)
        header.setSectionResizeMode(VALUE, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(CALIBRATED_BY, QHeaderView.ResizeMode.Stretch)

    def event(self, event: QEvent) -> bool:
        """Keep Delete from the window, where it clears the mask of a slice."""
        if isinstance(event, QKeyEvent) and event.key() in _DELETES:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.delete_pressed.emit()
                return True
        return super().event(event)


class MeasurementPanel(QWidget):
    """Lists the measurements; a click jumps to one, a double click names it."""

    def __init__(self, session: Session, measuring: Measuring) -> None:
        super().__init__()
        self._session, self._measuring = session, measuring
        self._state: Measurements = session.measurements
        self.rows = Rows()
        self.rows.currentItemChanged.connect(self._chosen)
        self.rows.itemClicked.connect(self._chosen)
        self.rows.itemDoubleClicked.connect(lambda item: self.rows.editItem(item, NAME))
        self.rows.itemChanged.connect(self._named)
        self.rows.delete_pressed.connect(measuring.delete_selected)
        self.known_mm = inset(QDoubleSpinBox())
        self.known_mm.setAccessibleName("True length of the measurement")
        self.known_mm.setRange(0.01, 10_000)
        self.known_mm.setDecimals(2)
        self.known_mm.setSuffix(" mm")
        self.known_mm.setKeyboardTracking(False)
        self.known_mm.valueChanged.connect(self._known_length)
        self.known_row, self.details, self.histogram = QWidget(), plain(), Histogram()
        self.details.setWordWrap(True)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.reported_title, self.reported = heading("Segments, as reports say"), plain()
        self.reported.setWordWrap(True)
        self.reported.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        self._state.changed.connect(self._fill)
        self._state.selected_changed.connect(self._show_selected)
        self._state.selected_changed.connect(self._show_histogram)
        self._state.name_wanted.connect(self.edit_name)
        self._state.length_wanted.connect(self._ask_length)
        session.completed.connect(self._fill)
        self._fill()

    def edit_name(self, uid: str) -> None:
        """Let the person write the name of a measurement."""
        item = self._item(uid)
        if item is not None:
            self.rows.setFocus()
            self.rows.editItem(item, NAME)

    def rename_selected(self) -> None:
        """Let the person write the name of the selected measurement."""
        if self._state.selected is not None:
            self.edit_name(self._state.selected.uid)

    def ask_file(self) -> None:
        """Ask where to write the measurements, and write them."""
        name, _ = QFileDialog.getSaveFileName(
            self, "Export measurements", "measurements.csv", "CSV (*.csv);;JSON (*.json)"
        )
        if name:
            self._measuring.export(Path(name))

    def _lay_out(self) -> None:
        layout = column(self)
        layout.addWidget(heading("Measurements of this series"))
        layout.addWidget(self.rows)
        buttons = QHBoxLayout()
        self.rename = button("Rename", self.rename_selected, "Or double-click the name")
        self.delete = button("Delete", self._measuring.delete_selected, "Delete or Backspace; undo brings it back")
        self.export = button("Export…", self.ask_file, "As CSV or JSON, every number with its calibration")
        for each in (self.rename, self.delete, self.export):
            buttons.addWidget(each)
        layout.addLayout(buttons)
        known = QHBoxLayout(self.known_row)
        known.setContentsMargins(0, 0, 0, 0)
        known.addWidget(plain("Its true length"))
        known.addWidget(self.known_mm)
        layout.addWidget(self.known_row)
        layout.addWidget(heading("Numbers"))
        layout.addWidget(self.details)
        layout.addWidget(self.histogram)
        layout.addWidget(self.reported_title)
        layout.addWidget(self.reported)
        layout.addWidget(muted("Research use only – not a medical device. Saved in the library at once."))
        layout.addStretch(1)

    def _fill(self) -> None:
        """Bring the rows up to date; those that stay keep their place, so that a name being written is kept."""
        with QSignalBlocker(self.rows):
            wanted = {each.uid: each for each in self._state.all}
            for number in reversed(range(self.rows.topLevelItemCount())):
                item = self.rows.topLevelItem(number)
                if item is not None and item.data(NAME, _UID) not in wanted:
                    self.rows.takeTopLevelItem(number)
            for each in wanted.values():
                self._show_row(self._item(each.uid) or self._new_item(each.uid), each)
        self._show_selected()

    def _new_item(self, uid: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem()
        item.setData(NAME, _UID, uid)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        self.rows.addTopLevelItem(item)
        return item

    def _show_row(self, item: QTreeWidgetItem, measurement: Measurement) -> None:
        values, volume = self._values(measurement), self._session.volume
        number = None if volume is None else slice_number(measurement, Ground(volume))
        rests_on = next((value.calibration for value in values if value.calibration), "")
        texts = (measurement.title, values[0].text if values else "", "" if number is None else str(number), rests_on)
        for place, text in enumerate(texts):
            if item.text(place) != text:
                item.setText(place, text)
                item.setToolTip(place, plain_tip(text))

    def _values(self, measurement: Measurement) -> tuple[Value, ...]:
        volume = self._session.volume
        return () if volume is None else self._state.values(measurement, volume, self._session.complete)

    def _show_selected(self) -> None:
        selected = self._state.selected
        with QSignalBlocker(self.rows), QSignalBlocker(self.known_mm):
            item = self._item(selected.uid) if selected else None
            self.rows.setCurrentItem(item)  # pyright: ignore[reportArgumentType] - None selects nothing
            known = selected.figure if selected and isinstance(selected.figure, KnownLength) else None
            self.known_row.setVisible(known is not None)
            if known is not None:
                self.known_mm.setValue(known.known_mm)
        for each in (self.rename, self.delete):
            each.setEnabled(selected is not None)
        self.export.setEnabled(bool(self._state.all))
        self.details.setText(self._details(selected))
        reported = self._state.reported
        self.reported.setText("\n".join(line for each in reported for line in reported_lines(each)))
        for each in (self.reported, self.reported_title):
            each.setVisible(bool(reported))

    def _details(self, selected: Measurement | None) -> str:
        if selected is None:
            return "Choose a tool in the Measure menu and draw on the picture." if not self._state.all else ""
        lines: list[str] = []
        for words, values in groupby(self._values(selected), key=lambda value: value.calibration):
            lines += [f"{value.name}: {value.text}" for value in values]
            lines += [f"    {words}"] if words else []
        return "\n".join(lines)

    def _show_histogram(self) -> None:
        """Not while a figure is dragged: counting takes longer than a frame."""
        selected, volume = self._state.selected, self._session.volume
        if volume is None or selected is None or not isinstance(selected.figure, Ellipse | Outline):
            self.histogram.setVisible(False)
            return
        ground = Ground(volume)
        if selected.frame == ground.frame:
            self.histogram.show_counts(*histogram(ground, selected.figure), grey_scale(volume)[1])

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self._measuring.go_to(item.data(NAME, _UID))

    def _named(self, item: QTreeWidgetItem, place: int) -> None:
        found = self._state.find(item.data(NAME, _UID))
        if found is not None and place == NAME and item.text(NAME).strip() != found.title:
            self._state.rename(found.uid, item.text(NAME).strip())

    def _known_length(self, known_mm: float) -> None:
        if self._state.selected is not None:
            self._state.set_known_length(self._state.selected.uid, known_mm)

    def _ask_length(self, uid: str) -> None:
        self._state.select(uid)
        self.known_mm.setFocus()
        self.known_mm.selectAll()

    def _item(self, uid: str) -> QTreeWidgetItem | None:
        items = (self.rows.topLevelItem(number) for number in range(self.rows.topLevelItemCount()))
        return next((item for item in items if item is not None and item.data(NAME, _UID) == uid), None)


def reported_lines(segment: ReportedSegment) -> tuple[str, ...]:
    """What a report states of a segment, in words."""
    numbers = (f"    {each.name}: {rounded(each.value, 4)} {each.unit}".rstrip() for each in segment.numbers)
    return (segment.name, *numbers)
