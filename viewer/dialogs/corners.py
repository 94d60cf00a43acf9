"""Which lines stand in which corner, for the shown modality; seen at once, kept at once."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from viewer.commands.cornering import Cornering
from viewer.dialogs.buttons import button
from viewer.state.corners import CORNERS, FIELDS, FieldName
from viewer.state.session import Session

_PLACES = ("Left out", "Top left", "Top right", "Bottom left", "Bottom right")
_ROWS = 11
_WORDS = {
    "patient-id": "Patient ID",
    "sex-birth": "Sex and birth date",
    "body-part": "Body part",
    "tube": "Tube: kV, mA, mAs",
    "thickness": "Slice thickness",
    "kernel": "Reconstruction kernel",
    "timing": "TR, TE and TI",
    "flip-angle": "Flip angle",
    "field-strength": "Field strength",
    "frame-rate": "Frame rate",
    "transducer": "Transducer frequency",
    "mechanical-index": "Mechanical index",
    "view-position": "View position, as PA",
    "tracer": "Tracer and its dose",
    "plane": "Plane, where resampled",
    "slice": "Slice or frame",
    "profile": "Colour profile",
}


class CornerTexts(QDialog):
    """A choice of corner for each field."""

    def __init__(self, session: Session, cornering: Cornering, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._cornering = session, cornering
        self.setWindowTitle("Corner texts")
        self.modality = QLabel()
        self.modality.setTextFormat(Qt.TextFormat.PlainText)
        self.choices: dict[FieldName, QComboBox] = {}
        fields = QGridLayout()
        for number, field in enumerate(FIELDS):
            column, row = divmod(number, _ROWS)
            label = QLabel(_WORDS.get(field, field.capitalize()))
            choice = self.choices[field] = QComboBox()
            choice.addItems(_PLACES)
            choice.activated.connect(partial(self._move, field))
            label.setBuddy(choice)
            fields.addWidget(label, row, 2 * column)
            fields.addWidget(choice, row, 2 * column + 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(button("As delivered", self._forget))
        buttons.addWidget(button("Close", self.close))
        layout = QVBoxLayout(self)
        layout.addWidget(self.modality)
        layout.addLayout(fields)
        layout.addLayout(buttons)

    def open_anew(self) -> None:
        """Show the set for what is on screen."""
        self._fill()
        self.open()

    @property
    def _modality(self) -> str:
        return self._session.series.modality if self._session.series else ""

    def _fill(self) -> None:
        self.modality.setText(f"In the corners of {self._modality or 'images without a modality'}:")
        chosen = self._cornering.set_for(self._modality)
        for field, choice in self.choices.items():
            corner = chosen.corner_of(field)
            choice.setCurrentIndex(0 if corner is None else 1 + CORNERS.index(corner))

    def _move(self, field: FieldName, index: int) -> None:
        chosen = self._cornering.set_for(self._modality)
        self._cornering.change(self._modality, chosen.moved(field, CORNERS[index - 1] if index else None))

    def _forget(self) -> None:
        self._cornering.forget()
        self._fill()
