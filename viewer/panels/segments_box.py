"""Segments: the table, what can be done with the active one, its numbers."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QComboBox, QGridLayout, QLineEdit, QSlider, QVBoxLayout, QWidget

from imaging.labelmap import SegmentState
from imaging.statistics import SegmentStatistics
from viewer.commands.segmenting import Segmenting
from viewer.panels.figures import rounded
from viewer.panels.layout import button, heading, muted, percent_slider, plain
from viewer.panels.segment_table import SegmentTable
from viewer.panels.term_box import TermBox
from viewer.state.segment_measures import SegmentMeasures
from viewer.state.segmentation import Segmentation


class SegmentsBox(QWidget):
    """The list of segments and everything about the active one."""

    def __init__(self, segmentation: Segmentation, segmenting: Segmenting, measures: SegmentMeasures) -> None:
        super().__init__()
        self._segmentation, self._segmenting, self._measures = segmentation, segmenting, measures
        self.table = SegmentTable(segmentation, segmenting)
        self.table.asked_for.connect(segmenting.go_to)
        self.name, self.state, self.terms = QLineEdit(), QComboBox(), TermBox(segmenting)
        self.name.setAccessibleName("Name of a new segment")
        self.state.setAccessibleName("State of the segment")
        self.name.setPlaceholderText("New segment")
        self.name.returnPressed.connect(self._add)
        self.state.addItems([state.value for state in SegmentState])
        self.state.activated.connect(
            lambda: segmenting.set_state(segmentation.active, SegmentState(self.state.currentText()))
        )
        self.opacity: QSlider = percent_slider(1.0, lambda part: segmenting.set_opacity(segmentation.active, part))
        self.opacity.setAccessibleName("Opacity of the segment")
        self.opacity.setTracking(False)
        self.solo = button("Alone", segmenting.toggle_solo, "Show this segment alone (Ctrl+Alt+S)")
        self.solo.setCheckable(True)
        self.numbers, self.derivation, self.code = muted(), muted(), muted()
        self._lay_out()
        segmentation.labels_changed.connect(self._show)
        measures.changed.connect(self._show_numbers)
        self._show()
        self._show_numbers()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        buttons = QGridLayout()
        segmenting = self._segmenting
        self._of_active = (
            button("Rename", self.table.edit_name),
            button("Colour…", self._choose_colour),
            button("Delete", segmenting.delete, "With its voxels; undo brings them back"),
            button("Up", lambda: segmenting.move(-1)),
            button("Down", lambda: segmenting.move(1)),
            self.solo,
        )
        for place, each in enumerate(self._of_active):
            buttons.addWidget(each, place // 3, place % 3)
        layout.addLayout(buttons)
        layout.addWidget(self.code)
        rows = QGridLayout()
        for row, (text, field) in enumerate((("State", self.state), ("Opacity", self.opacity))):
            rows.addWidget(plain(text), row, 0)
            rows.addWidget(field, row, 1)
        rows.addWidget(self.name, 2, 0, 1, 1)
        self._adds = button("Add", self._add)
        rows.addWidget(self._adds, 2, 1)
        layout.addLayout(rows)
        layout.addWidget(self.derivation)
        layout.addWidget(heading("Numbers of the segment"))
        layout.addWidget(self.numbers)
        layout.addWidget(heading("Terms"))
        layout.addWidget(self.terms)

    def _add(self) -> None:
        name = self.name.text().strip()
        if name:
            self._segmenting.add(name)
            self.name.clear()
            self.name.clearFocus()

    def _choose_colour(self) -> None:
        label = self._segmenting.active
        if label is None:
            return
        chosen = QColorDialog.getColor(QColor(*label.colour), self, "Colour of the segment")
        if chosen.isValid():
            self._segmenting.recolour(label.value, (chosen.red(), chosen.green(), chosen.blue()))

    def _show(self) -> None:
        label = self._segmenting.active
        with QSignalBlocker(self.state), QSignalBlocker(self.opacity):
            if label is not None:
                self.state.setCurrentText(label.state.value)
                self.opacity.setValue(round(label.opacity * 100))
        for each in (self.state, self.opacity, *self._of_active):
            each.setEnabled(label is not None)
        shown = self._segmentation.geometry is not None
        for each in (self.name, self._adds):
            each.setEnabled(shown)
        self.terms.enable(shown, label is not None)
        self.solo.setChecked(self._segmentation.solo is not None)
        code = label.code if label else None
        self.code.setText(f"{code.meaning}, {code.scheme} {code.value}" if code else "No term yet")
        said = "" if label is None else label.derivation
        self.derivation.setText(f"{said[:1].upper()}{said[1:]}.")
        self.derivation.setVisible(bool(said))

    def _show_numbers(self) -> None:
        found = self._measures.found
        if found is None:
            self.numbers.setText("Measuring…" if self._measures.waiting else "No voxels yet.")
        else:
            self.numbers.setText("\n".join(statistics_lines(found)))


def statistics_lines(found: SegmentStatistics) -> tuple[str, ...]:
    """The measures in words, one a line."""
    lines = [f"{found.voxels:,} voxels".replace(",", " ")]
    if found.volume_ml is not None:
        lines[0] += f", {rounded(found.volume_ml, 3)} ml"
    else:
        lines.append("No millilitres: the distance of the slices is not known.")
    if found.values is not None:
        values = found.values
        unit = f" {values.unit}" if values.unit else ""
        mean, low, high = (rounded(each, 4) for each in (values.mean, values.low, values.high))
        lines.append(f"Mean {mean} ± {rounded(values.sd, 3)}{unit}, from {low} to {high}")
    if found.longest_mm is not None and found.surface_mm2 is not None:
        lines.append(f"Longest axis {found.longest_mm:.1f} mm")
        lines.append(f"In one slice {found.longest_in_slice_mm:.1f} × {found.across_mm:.1f} mm")
        lines.append(f"Surface {rounded(found.surface_mm2, 4)} mm² (marching cubes)")
    lines.append("Research use only – not a medical device.")
    return tuple(lines)
