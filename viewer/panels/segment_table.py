"""The segments as a table: colour and name, shown, locked, overlapping, state as a sign."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from imaging.labelmap import Label, SegmentState
from viewer.commands.segmenting import Segmenting
from viewer.panels.layout import plain_tip
from viewer.state.segmentation import Segmentation

NAME, SHOWN, LOCKED, OVERLAPS, STATE = range(5)
WIDTH_PX = 28
SIGNS = {
    SegmentState.NOT_STARTED: "–",
    SegmentState.IN_PROGRESS: "◐",
    SegmentState.COMPLETED: "●",
    SegmentState.FLAGGED: "⚑",
    SegmentState.APPROVED: "✓",
}
_VALUE = Qt.ItemDataRole.UserRole


class SegmentTable(QTreeWidget):
    """Shows the labels; a click makes one active, a double click goes to it, ticks show, lock and let it overlap.

    Signals:
        asked_for: double click; carries the value.
    """

    asked_for = Signal(int)

    def __init__(self, segmentation: Segmentation, segmenting: Segmenting) -> None:
        super().__init__()
        self.setAccessibleName("Segments")
        self._segmentation, self._segmenting = segmentation, segmenting
        self.setHeaderLabels(["Segment", "S", "L", "O", ""])
        for place, tip in (
            (SHOWN, "Shown"),
            (LOCKED, "Locked: no tool changes its voxels"),
            (OVERLAPS, "May overlap the others"),
            (STATE, "State of the work"),
        ):
            self.headerItem().setToolTip(place, tip)
        self.setRootIsDecorated(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(130)
        self._size_columns()
        self.currentItemChanged.connect(self._chosen)
        self.itemChanged.connect(self._changed)
        self.itemDoubleClicked.connect(lambda item: self.asked_for.emit(item.data(NAME, _VALUE)))
        segmentation.labels_changed.connect(self.fill)
        self.fill()

    def edit_name(self) -> None:
        """Let the person write the name of the active segment."""
        item = self.currentItem()
        if item is not None:
            self.setFocus()
            self.editItem(item, NAME)

    def fill(self) -> None:
        """Show the labels as they are."""
        with QSignalBlocker(self):
            labels = self._segmentation.labels
            if [item.data(NAME, _VALUE) for item in self._items()] != [label.value for label in labels]:
                self.clear()
                self.addTopLevelItems([QTreeWidgetItem() for _ in labels])
            for item, label in zip(self._items(), labels, strict=True):
                _show(item, label, self._segmenting.overlaps(label.value))
                if label.value == self._segmentation.active:
                    self.setCurrentItem(item)

    def _size_columns(self) -> None:
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for place in (SHOWN, LOCKED, OVERLAPS, STATE):
            header.resizeSection(place, WIDTH_PX)

    def _items(self) -> list[QTreeWidgetItem]:
        found = (self.topLevelItem(row) for row in range(self.topLevelItemCount()))
        return [item for item in found if item is not None]

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self._segmentation.set_active(item.data(NAME, _VALUE))

    def _changed(self, item: QTreeWidgetItem, place: int) -> None:
        value, ticked = item.data(NAME, _VALUE), item.checkState(place) == Qt.CheckState.Checked
        match place:
            case 0:
                self._segmenting.rename(value, item.text(NAME))
            case 1:
                self._segmenting.set_visible(value, ticked)
            case 2:
                self._segmenting.set_locked(value, ticked)
            case 3:
                self._segmenting.set_overlapping(value, ticked)
            case _:
                return
        self.fill()


def _show(item: QTreeWidgetItem, label: Label, overlaps: bool) -> None:
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsUserCheckable)
    item.setData(NAME, _VALUE, label.value)
    item.setIcon(NAME, _swatch(label))
    item.setText(NAME, label.name)
    item.setText(STATE, SIGNS[label.state])
    item.setTextAlignment(STATE, Qt.AlignmentFlag.AlignCenter)
    item.setToolTip(STATE, label.state.value.capitalize())
    for place, ticked in ((SHOWN, label.visible), (LOCKED, label.locked), (OVERLAPS, overlaps)):
        item.setCheckState(place, Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
    told = f"{label.name}\n{label.code.scheme} {label.code.value}: {label.code.meaning}" if label.code else label.name
    item.setToolTip(NAME, plain_tip(told))


def _swatch(label: Label) -> QIcon:
    pixmap = QPixmap(16, 16)
    pixmap.fill(QColor(*label.colour))
    return QIcon(pixmap)
