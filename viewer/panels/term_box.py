"""Choosing what a segment is from a terminology, with a search."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QListWidget, QWidget

from viewer.commands.segmenting import Segmenting
from viewer.panels.layout import button
from viewer.state.terminology import Term


class TermBox(QWidget):
    """Lists the terms that fit what is typed; adds a segment of the chosen one, or gives it to the active segment."""

    def __init__(self, segmenting: Segmenting) -> None:
        super().__init__()
        self._segmenting = segmenting
        self._found: tuple[Term, ...] = ()
        self.lists, self.search, self.terms = QComboBox(), QLineEdit(), QListWidget()
        self.lists.addItems([each.title for each in segmenting.terminologies])
        self.lists.currentIndexChanged.connect(self._fill)
        for field, name in ((self.lists, "List of terms"), (self.search, "Search terms"), (self.terms, "Terms")):
            field.setAccessibleName(name)
        self.search.setPlaceholderText("Search terms")
        self.search.textChanged.connect(self._fill)
        self.search.returnPressed.connect(self.add)
        self.terms.setFixedHeight(96)
        self.terms.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.terms.itemDoubleClicked.connect(self.add)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.lists, 0, 0)
        layout.addWidget(self.search, 0, 1)
        layout.addWidget(self.terms, 1, 0, 1, 2)
        self._add = button("Add segment", self.add, "A new segment of the chosen term")
        self._use = button("Use for this one", self.use, "Name, code and colour for the active segment")
        layout.addWidget(self._add, 2, 0)
        layout.addWidget(self._use, 2, 1)
        self._fill()

    @property
    def chosen(self) -> Term | None:
        """The term that is selected, None without any that fits."""
        row = self.terms.currentRow()
        return self._found[row] if 0 <= row < len(self._found) else None

    def enable(self, addable: bool, usable: bool) -> None:
        """Let a term be added as a segment, and be given to the active one, where that is possible."""
        self._add.setEnabled(addable)
        self._use.setEnabled(usable)

    def add(self) -> None:
        """A new segment of the chosen term."""
        if self.chosen is not None:
            self._segmenting.add_term(self.chosen)

    def use(self) -> None:
        """The active segment means the chosen term."""
        if self.chosen is not None:
            self._segmenting.use_term(self.chosen)

    def _fill(self) -> None:
        self._found = self._segmenting.terminologies[self.lists.currentIndex()].found(self.search.text())
        self.terms.clear()
        self.terms.addItems([term.text for term in self._found])
        self.terms.setCurrentRow(0)
