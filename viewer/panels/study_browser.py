"""The study browser: every study that was opened or indexed, found by words, state, modality and date."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QMenu, QStackedWidget, QVBoxLayout, QWidget

from imaging.library.catalogued import CataloguedStudy, ReadingState
from imaging.study import Series
from viewer.commands.cataloguing import Cataloguing
from viewer.commands.indexing import FolderIndexing
from viewer.commands.thumbnailing import Thumbnailing
from viewer.panels.indexing_line import IndexingLine
from viewer.panels.layout import button, plain
from viewer.panels.study_delegate import StudyDelegate
from viewer.panels.study_filter import StudyFilter
from viewer.panels.study_model import Node, PatientRow, StudyModel
from viewer.panels.study_tree import StudyTree
from viewer.state.studies import Studies

_UNFOLDED_UP_TO = 60
"""Patients show their studies at once while the list is no longer than this."""

_NOTHING_YET = (
    "No studies yet.\n\nOpen files or a folder, or index a folder: its studies are listed here without being opened."
)
_NOTHING_FOUND = "No study fits the search."


class StudyBrowser(QWidget):
    """Search, list, and the folder that is being indexed."""

    def __init__(
        self, studies: Studies, cataloguing: Cataloguing, indexing: FolderIndexing, thumbnailing: Thumbnailing
    ) -> None:
        super().__init__()
        self._studies, self._cataloguing, self._indexing = studies, cataloguing, indexing
        self.filter = StudyFilter()
        self.model = StudyModel(cataloguing.series_of, self)
        self.tree = StudyTree(self.model)
        self.tree.setItemDelegate(StudyDelegate(studies, thumbnailing.want, self.tree))
        self.empty = _empty_text()
        self._pages = QStackedWidget()
        self._awaited = ""
        self.line = IndexingLine(studies, indexing.stop)
        self._lay_out()
        self._connect()
        self._fill()

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.filter.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.words.selectAll()

    def reveal(self, key: str) -> None:
        """Show the study with this key among the others of its patient, at once or when it is listed."""
        index = self.model.index_of(key)
        self._awaited = "" if index.isValid() else key
        if index.isValid():
            self.tree.expand(index.parent())
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)

    def show_priors(self) -> None:
        """All studies of the shown patient, the shown one chosen."""
        self.filter.clear()
        self._cataloguing.search(self.filter.search)
        self.reveal(self._studies.shown)
        self.tree.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def choose_folder(self) -> None:
        """Ask for a folder to index."""
        name = QFileDialog.getExistingDirectory(self, "Index a folder of images")
        if name:
            self._indexing.index([Path(name)])

    def menu_at(self, index: QModelIndex) -> QMenu | None:
        """What can be done with the study or series in a row."""
        node = self.model.node(index)
        study = _study_of(node)
        if node is None or study is None:
            return None
        menu = QMenu(self)
        menu.addAction("Open" if node.value is study else "Show in the active viewport", lambda: self._choose(index))
        menu.addSeparator()
        for state in ReadingState:
            entry = menu.addAction(state.value.capitalize())
            entry.setCheckable(True)
            entry.setChecked(study.state is state)
            entry.triggered.connect(self._setter(study.key, state))
        menu.addSeparator()
        keys = self._chosen_keys(study.key)
        some = "this study" if len(keys) == 1 else f"{len(keys)} studies"
        menu.addAction(f"Work queue of {some}…", lambda: self._studies.queue_asked.emit(keys))
        menu.addSeparator()
        menu.addAction("Take off the list", lambda: self._cataloguing.forget(study.key))
        return menu

    def _chosen_keys(self, clicked: str) -> list[str]:
        """Keys of the chosen studies if the clicked one is among them, else of that one."""
        nodes = (self.model.node(index) for index in self.tree.selectionModel().selectedIndexes())
        chosen = dict.fromkeys(found.key for node in nodes if (found := _study_of(node)) is not None)
        return list(chosen) if clicked in chosen else [clicked]

    def _lay_out(self) -> None:
        self._index_button = button(
            "Index folder…", self.choose_folder, "List the studies of a folder without opening them"
        )
        bottom = QHBoxLayout()
        bottom.setContentsMargins(6, 2, 6, 6)
        bottom.addWidget(self._index_button)
        bottom.addStretch()
        self._count = plain()
        self._count.setProperty("role", "muted")
        bottom.addWidget(self._count)
        self._pages.addWidget(self.tree)
        self._pages.addWidget(self.empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.filter)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.line)
        layout.addLayout(bottom)

    def _connect(self) -> None:
        self.filter.changed.connect(lambda: self._cataloguing.search(self.filter.search))
        self.filter.words.returnPressed.connect(self._to_list)
        self.filter.words.down_pressed.connect(self._to_list)
        self.tree.left_up.connect(self.focus_search)
        self.tree.chosen.connect(self._choose)
        self.tree.moved.connect(self._moved)
        self.tree.customContextMenuRequested.connect(self._ask_menu)
        self._studies.changed.connect(self._fill)
        self._studies.picture_made.connect(self.model.picture_made)

    def _fill(self) -> None:
        """Show the list; what was unfolded, chosen and scrolled to stays."""
        studies = self._studies
        unfolded, current = self._unfolded(), self.model.node(self.tree.currentIndex())
        scrolled = self.tree.verticalScrollBar().value()
        self.model.show(studies.listed)
        self.filter.show_modalities(studies.modalities)
        self._unfold(unfolded)
        if current is not None:
            self.tree.setCurrentIndex(self.model.find(current.key))
        self.tree.verticalScrollBar().setValue(scrolled)
        self.empty.setText(_NOTHING_FOUND if studies.search.asks else _NOTHING_YET)
        self._pages.setCurrentWidget(self.tree if studies.listed else self.empty)
        if self._awaited:
            self.reveal(self._awaited)
        self._count.setText(f"{len(studies.listed)} studies" if len(studies.listed) != 1 else "1 study")

    def _unfolded(self) -> list[str]:
        """Keys of the unfolded rows that a new list would fold."""
        found: list[str] = []
        patients = [self.model.index(row, 0) for row in range(self.model.rowCount())]
        for patient in filter(self.tree.isExpanded, patients):
            rows = [patient, *(self.model.index(row, 0, patient) for row in range(self.model.rowCount(patient)))]
            found += [node.key for index in rows if self.tree.isExpanded(index) and (node := self.model.node(index))]
        return found

    def _unfold(self, keys: Sequence[str]) -> None:
        if self.model.rowCount() <= _UNFOLDED_UP_TO:
            self.tree.expandToDepth(0)
        for key in keys:
            index = self.model.find(key)
            if self.model.canFetchMore(index):  # the tree would do so only when it lays its rows out
                self.model.fetchMore(index)
            self.tree.expand(index)

    def _to_list(self) -> None:
        """From the search field to the first study."""
        if not self._studies.listed:
            return
        first = self.model.index_of(self._studies.listed[0].key)
        if not self.tree.currentIndex().isValid() or self.filter.words.text():
            self.tree.expand(first.parent())
            self.tree.setCurrentIndex(first)
        self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, index: QModelIndex) -> None:
        node = self.model.node(index)
        value = None if node is None else node.value
        if isinstance(value, Series):
            self._cataloguing.show_series(value.uid)
        elif isinstance(value, CataloguedStudy):
            self._cataloguing.open(value.key)
        elif isinstance(value, PatientRow):
            self.tree.setExpanded(index, not self.tree.isExpanded(index))

    def _moved(self, index: QModelIndex) -> None:
        study = _study_of(self.model.node(index))
        self._studies.pick(study.key if study else "")

    def _setter(self, key: str, state: ReadingState) -> Callable[[], None]:
        def set_state() -> None:
            self._studies.pick(key)
            self._cataloguing.set_state(state)

        return set_state

    def _ask_menu(self, place: QPoint) -> None:
        menu = self.menu_at(self.tree.indexAt(place))
        if menu is not None:
            menu.exec(self.tree.viewport().mapToGlobal(place))
            menu.deleteLater()


def _study_of(node: Node | None) -> CataloguedStudy | None:
    """The study of a row: its own, or that of its series."""
    while node is not None and not isinstance(node.value, CataloguedStudy):
        node = node.parent
    return node.value if node is not None and isinstance(node.value, CataloguedStudy) else None


def _empty_text() -> QLabel:
    label = plain(_NOTHING_YET)
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setMargin(16)
    return label
