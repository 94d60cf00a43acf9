"""The work queue: cases with state, reader and time, what to do with the one on screen, how far everybody is."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QListView,
    QMenu,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from imaging.library.queue_figures import ReaderFigures, done, figures
from imaging.library.queued import CaseState
from viewer.commands.enlisting import Enlisting
from viewer.commands.queueing import Queueing
from viewer.panels.case_model import CaseModel, duration
from viewer.panels.layout import button, muted
from viewer.panels.study_filter import WordsField
from viewer.state.worklist import CaseFilter, Worklist

_NONE = "No work queue yet. Make one of a folder, or of studies chosen in the list of studies."


class QueuePanel(QWidget):
    """Shows the chosen queue.

    Signals:
        folder_chosen: the person wants a queue of this folder; carries the path.
    """

    folder_chosen = Signal(object)

    def __init__(self, worklist: Worklist, queueing: Queueing, enlisting: Enlisting) -> None:
        super().__init__()
        self._worklist, self._queueing, self._enlisting = worklist, queueing, enlisting
        self.queue, self.state, self.assignee = QComboBox(), QComboBox(), QComboBox()
        self.words = WordsField()
        self.progress = QProgressBar()
        self.model = CaseModel(self)
        self.cases = QListView()
        self.figures, self.reader = muted(), muted()
        self.buttons = self._make_buttons()
        self._set_up()
        self._lay_out()
        self._connect()
        self._fill()

    def _make_buttons(self) -> dict[str, QPushButton]:
        do = self._queueing
        return {
            "previous": button("◀", do.previous, "Previous case"),
            "next": button("Next", do.next, "Next case; the one on screen stays in progress", primary=True),
            "skip": button("Skip", do.skip, "Put the case off; others may take it"),
            "accept": button("Accept", do.accept, "The mask is right; then the next case"),
            "fix": button("Fix", do.fix, "Take the brush; when the mask is corrected, once more"),
            "reject": button("Reject", do.reject, "The images are of no use; then the next case"),
        }

    def _set_up(self) -> None:
        self.words.setPlaceholderText("Search cases")
        self.words.setAccessibleName("Search cases")
        self.words.setClearButtonEnabled(True)
        self.queue.setAccessibleName("Work queue")
        self.state.setAccessibleName("State of cases")
        self.assignee.setAccessibleName("Reader of cases")
        self.cases.setAccessibleName("Cases")
        self.state.addItem("Any state", None)
        for state in CaseState:
            self.state.addItem(state.value.capitalize(), state)
        for box in (self.queue, self.assignee):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.cases.setModel(self.model)
        self.cases.setUniformItemSizes(True)
        self.cases.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.cases.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.cases.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.menu_button = QPushButton("Queue")
        self.menu_button.setMenu(self._menu())

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction("Make a queue of a folder…", self._choose_folder)
        menu.addAction("Read under another name…", self._ask_name)
        self._export = menu.addAction("Export…", self._choose_export)
        self._remove = menu.addAction("Remove this queue…", self._ask_remove)
        return menu

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(5)
        layout.addLayout(_row((self.queue, 1), (self.menu_button, 0)))
        layout.addWidget(self.reader)
        layout.addWidget(self.progress)
        layout.addWidget(self.words)
        layout.addLayout(_row((self.state, 1), (self.assignee, 1)))
        layout.addWidget(self.cases, 1)
        grid = QGridLayout()
        grid.setSpacing(5)
        for place, each in enumerate(self.buttons.values()):
            grid.addWidget(each, place // 3, place % 3)
        layout.addLayout(grid)
        layout.addWidget(self.figures)

    def _connect(self) -> None:
        self._worklist.changed.connect(self._fill)
        self._worklist.current_changed.connect(self._fill)
        self.queue.activated.connect(lambda: self._queueing.choose(self.queue.currentText()))
        self.state.activated.connect(self._filter)
        self.assignee.activated.connect(self._filter)
        self.words.textChanged.connect(self._filter)
        self.cases.activated.connect(self._open)

    def _open(self, index: QModelIndex) -> None:
        self._queueing.open(self.model.cases[index.row()].id)

    def _filter(self) -> None:
        wanted = CaseFilter(self.state.currentData(), self.assignee.currentData() or "", self.words.text())
        self._worklist.set_filter(wanted)

    def _fill(self) -> None:
        worklist, current = self._worklist, self._worklist.current
        people = figures(worklist.cases)
        _show(self.queue, [(each.name, each.name) for each in worklist.queues],
              worklist.queue.name if worklist.queue else None)  # fmt: skip
        _show(self.assignee, [("Anybody", ""), *((each.reader, each.reader) for each in people)],
              worklist.filter.assignee)  # fmt: skip
        self.model.show(worklist.listed, current.id if current else None)
        if current is not None and (row := self.model.row_of(current.id)) >= 0:
            self.cases.setCurrentIndex(self.model.index(row))
        total, finished = len(worklist.cases), done(worklist.cases)
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(finished)
        self.progress.setFormat(f"{finished} of {total} done")
        self.figures.setText("\n".join(map(_figures_line, people)))
        self._say_who()
        self._enable()

    def _say_who(self) -> None:
        queue = self._worklist.queue
        if queue is None:
            self.reader.setText(_NONE)
            return
        about = "Two blind readings" if queue.readings > 1 else "One reading"
        decides = f", {queue.adjudicator} adjudicates" if queue.adjudicator else ""
        self.reader.setText(f"{self._worklist.reader} reads. {about} of each case{decides}.")

    def _enable(self) -> None:
        chosen, reads = self._worklist.queue is not None, self._worklist.current is not None
        for name, each in self.buttons.items():
            each.setEnabled(chosen if name == "next" else reads)
        self.buttons["previous"].setEnabled(self._queueing.can_step_back)
        self.buttons["next"].setText("Next" if reads else "Start")
        some = self.queue.count() > 0
        for box, needed in ((self.queue, some), (self.words, chosen), (self.state, chosen), (self.assignee, chosen)):
            box.setEnabled(needed)
            box.setToolTip("" if needed else "Choose a queue first." if some else _NONE)
        self._export.setEnabled(chosen)
        self._remove.setEnabled(chosen)

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Make a work queue of a folder of images")
        if name:
            self.folder_chosen.emit(Path(name))

    def _choose_export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Export the work queue", "queue.csv", "Tables (*.csv *.json)")
        if name:
            self._enlisting.export(Path(name))

    def _ask_name(self) -> None:
        name, wanted = QInputDialog.getText(self, "Read under another name", "Name", text=self._worklist.reader)
        if wanted:
            self._enlisting.sign_in(name)

    def _ask_remove(self) -> None:
        text = "Remove this queue with its verdicts and times? Masks stay."
        if QMessageBox.question(self, "Remove the work queue", text) == QMessageBox.StandardButton.Yes:
            self._enlisting.remove()


def _show(box: QComboBox, entries: list[tuple[str, str]], chosen: str | None) -> None:
    """Fill a box without telling anybody."""
    with QSignalBlocker(box):
        if [(box.itemText(row), box.itemData(row)) for row in range(box.count())] != entries:
            box.clear()
            for text, value in entries:
                box.addItem(text, value)
        box.setCurrentIndex(box.findData(chosen))


def _row(*widgets: tuple[QWidget, int]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(5)
    for widget, stretch in widgets:
        row.addWidget(widget, stretch)
    return row


def _figures_line(each: ReaderFigures) -> str:
    usual = "" if each.median_seconds is None else f", half of them within {duration(each.median_seconds)}"
    return f"{each.reader}: {each.done} done{usual}, {duration(each.seconds)} in all"
