"""Revisions of the shown mask: who made which, how far any two are apart, and back to any of them."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from imaging.comparison import HD95, Comparison
from imaging.labelmap import Label
from viewer.commands.revising import Revising
from viewer.commands.seeking import Seeking
from viewer.dialogs.buttons import button, merge_button, step_buttons
from viewer.dialogs.comparison_text import extent, label_lines
from viewer.state.segmentation import Segmentation

if TYPE_CHECKING:
    from imaging.library.revisions import Action, Attribution, RevisionHead

_ID = Qt.ItemDataRole.UserRole
CHOOSE = "Choose a revision to compare it with the mask on screen, or two (Ctrl+click) to compare them."


class MaskHistory(QDialog):
    """Lists the revisions; a chosen one is compared with the mask on screen, two with one another."""

    def __init__(self, segmentation: Segmentation, revising: Revising, seeking: Seeking, parent: QWidget) -> None:
        super().__init__(parent)
        self._segmentation, self._revising = segmentation, revising
        self._labels: dict[int, tuple[Label, ...]] = {}
        self.setWindowTitle("History of the mask")
        self.resize(880, 520)
        self.rows = QTreeWidget()
        self.rows.setHeaderLabels(("Revision", "Made from", "Time", "By", "Model", "Segments", "Note"))
        self.rows.setRootIsDecorated(False)
        self.rows.setAccessibleName("Revisions")
        self.rows.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.said = QLabel(CHOOSE)
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.said.setToolTip(f"HD95: {HD95}.")
        self.restore = button("Restore", lambda: self._revising.restore(self.chosen))
        self.restore.setToolTip("Make it the mask; one step that undo takes back")
        self.difference = button("Show difference", lambda: self._revising.show_difference(*self.pair))
        self.steps = step_buttons(seeking)
        self.merge = merge_button(lambda way: self._revising.merge(self.chosen, way))
        self.which = QComboBox()
        self.which.setAccessibleName("Segments to mark")
        self.which.setToolTip("Which segments you reviewed or approve")
        self.which.setMinimumWidth(130)
        self.which.setMaximumWidth(180)
        self.review = button("Mark reviewed", lambda: self._mark("reviewed"))
        self.review.setToolTip("Note that you looked at the chosen segments; they need not be right yet")
        self.approve = button("Approve", lambda: self._mark("approved"))
        self.approve.setToolTip("Note that the chosen segments are right")
        self._lay_out()
        self.rows.itemSelectionChanged.connect(self._show_chosen)
        self.finished.connect(lambda _: self._revising.end())
        segmentation.history_changed.connect(self._refresh)

    @property
    def chosen(self) -> int:
        """The id of the one revision that is chosen; 0 without, or with several."""
        found = self._selected
        return found[0] if len(found) == 1 else 0

    @property
    def pair(self) -> tuple[int, int]:
        """What is compared: the older and the newer of two chosen revisions; of one, it and 0 for what is on screen."""
        found = sorted(self._selected)
        return (found[0], found[1]) if len(found) == 2 else (self.chosen, 0)

    @property
    def _selected(self) -> list[int]:
        return [int(item.data(0, _ID)) for item in self.rows.selectedItems()]

    def open_anew(self) -> None:
        """Show the revisions of the series that is worked on."""
        self._fill()
        self.show()
        self.activateWindow()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for each in (self.difference, *self.steps, self.merge, self.restore, self.which, self.review, self.approve):
            buttons.addWidget(each)
        buttons.addStretch(1)
        buttons.addWidget(button("Close", self.reject))
        research = QLabel("Research use only – not a medical device.")
        research.setProperty("role", "muted")
        layout = QVBoxLayout(self)
        layout.addWidget(self.rows, 1)
        layout.addWidget(self.said)
        layout.addLayout(buttons)
        layout.addWidget(research)

    def _refresh(self) -> None:
        if self.isVisible():
            self._fill()

    def _fill(self) -> None:
        selected, heads = self._selected, self._revising.heads
        self._labels = {head.id: head.labels for head in heads}
        with QSignalBlocker(self.rows):  # what is chosen stays so, and is compared once
            self.rows.clear()
            for head in heads:
                item = _row(head, head.id == self._segmentation.revision)
                self.rows.addTopLevelItem(item)
                item.setSelected(head.id in selected)
        for column in range(self.rows.columnCount()):
            self.rows.resizeColumnToContents(column)
        self._show_chosen()

    def _show_chosen(self) -> None:
        (first, second), chosen = self.pair, self.chosen
        self.difference.setEnabled(bool(first))
        for each in (self.restore, self.merge, self.which, self.review, self.approve):
            each.setEnabled(bool(chosen))
        self._fill_which()
        if not first:
            self.said.setText(CHOOSE if self.rows.topLevelItemCount() else "Nothing was saved yet.")
            return
        self.said.setText("Comparing…")
        tell = partial(self._tell, first, second)
        self._revising.compare(first, second, tell, tell)

    def _tell(self, first: int, second: int, found: Comparison | None = None) -> None:
        """Say how far the chosen masks agree; what was asked of others before is not said any more."""
        if (first, second) != self.pair:
            return
        if found is None:
            self.said.setText("They were not compared; choose again.")
            return
        last = 1 if second else 0
        names = {value: each.name for each in found.labels if (value := each.values[last]) is not None}
        done = _done(names, self._revising.attributions(second or first))
        self.said.setText("\n".join((_compared(found, first, second), *done)))

    def _fill_which(self) -> None:
        """The segments of the chosen revision; the choice stays while it is there."""
        labels = self._labels.get(self.chosen, ())
        wanted = [("All segments", 0), *((label.name, label.value) for label in labels)]
        if wanted != [(self.which.itemText(row), self.which.itemData(row)) for row in range(self.which.count())]:
            self.which.clear()
            for name, value in wanted:
                self.which.addItem(name, value)

    def _mark(self, action: "Action") -> None:
        one = self.which.currentData()
        values = [one] if one else [self.which.itemData(row) for row in range(1, self.which.count())]
        self._revising.mark(self.chosen, action, values)
        self._show_chosen()


def _row(head: "RevisionHead", shown: bool) -> QTreeWidgetItem:
    origin = head.provenance
    item = QTreeWidgetItem(
        (
            f"{head.id} (on screen)" if shown else str(head.id),
            str(head.base or ""),
            f"{origin.time.astimezone():%Y-%m-%d %H:%M:%S}",
            origin.author,
            f"{origin.model} {origin.model_version}".strip(),
            ", ".join(f"{each.name} (resampled)" if each.derivation else each.name for each in head.labels),
            head.note,
        )
    )
    item.setData(0, _ID, head.id)
    return item


def _compared(found: Comparison, first: int, second: int) -> str:
    """How far two revisions agree, or one and the mask on screen."""
    if not found.changed_voxels:
        return f"Revisions {first} and {second} are the same." if second else "The mask on screen is this revision."
    what = f"Revision {second} differs from revision {first}" if second else "The mask on screen differs"
    return "\n".join((f"{what} in {extent(found)}.", *label_lines(found)))


def _done(names: dict[int, str], attributions: "tuple[Attribution, ...]") -> list[str]:
    """What was done to each segment since it was created, one line each."""
    lines: list[str] = []
    for value, name in names.items():
        of_it = [each for each in attributions if each.value == value]
        begun = max((each.revision for each in of_it if each.action == "created"), default=0)
        since = [each for each in of_it if each.revision >= begun]
        since.sort(key=lambda each: (each.revision, each.action != "created"))  # which is noted a moment after marks
        if since:
            lines.append(f"{name}: {', '.join(map(_said, (*since[:1], *since[1:][-3:])))}")
    return lines


def _said(done: "Attribution") -> str:
    who = " · ".join(filter(None, (done.provenance.author, done.provenance.model)))
    return f"{done.action} by {who} on {done.provenance.time.astimezone():%Y-%m-%d %H:%M}"
