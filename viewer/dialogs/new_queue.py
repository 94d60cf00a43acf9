"""What a new work queue is called, and who reads its cases."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from viewer.state.worklist import Worklist

Make = Callable[[str, int, str], object]
"""Called with the name, the readings of each case, and the adjudicator."""


class NewQueue(QDialog):
    """Asks for a name; that of a queue that is there adds to it."""

    def __init__(self, worklist: Worklist, parent: QWidget) -> None:
        super().__init__(parent)
        self._worklist = worklist
        self._make: Make | None = None
        self.setWindowTitle("Work queue")
        self.of, self.name, self.readings, self.adjudicator = QLabel(), QComboBox(), QComboBox(), QLineEdit()
        self.name.setEditable(True)
        self.readings.addItem("Each case is read once", 1)
        self.readings.addItem("Two people read each case, blind to one another", 2)
        self.adjudicator.setPlaceholderText("anybody who read neither")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        self._lay_out()
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.accepted.connect(self._finish)
        self.name.editTextChanged.connect(lambda _: self._enable())
        self.readings.currentIndexChanged.connect(lambda _: self._enable())

    def ask(self, of: str, names: Sequence[str], make: Make) -> None:
        """Ask about a queue of something, and make it when the person agrees.

        Args:
            of: what it is made of, in words.
            names: of the queues that are there.
        """
        self._make = make
        self.of.setText(of)
        self.name.clear()
        self.name.addItems(list(names))
        self.name.setEditText("")
        self._enable()
        self.show()
        self.activateWindow()
        self.name.setFocus()

    def _lay_out(self) -> None:
        form = QFormLayout()
        for text, field in (
            ("Of", self.of),
            ("Name", self.name),
            ("Readings", self.readings),
            ("Adjudicator", self.adjudicator),
        ):
            field.setAccessibleName(text)
            form.addRow(QLabel(text), field)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(460)

    def _enable(self) -> None:
        name = self.name.currentText().strip()
        known = next((each for each in self._worklist.queues if each.name == name), None)
        self.readings.setEnabled(known is None)
        self.adjudicator.setEnabled(known is None and self.readings.currentData() == 2)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(name))

    def _finish(self) -> None:
        readings = self.readings.currentData()
        adjudicator = " ".join(self.adjudicator.text().split()) if readings > 1 else ""
        if self._make is not None:
            self._make(self.name.currentText().strip(), readings, adjudicator)
