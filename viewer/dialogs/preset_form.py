"""The fields of one preset."""

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QLineEdit, QWidget

from viewer.assets import inset
from viewer.state.presets import Preset

_LARGEST = 1e6
VALUES, SHARES = "values", "shares"


class PresetForm(QWidget):
    """Shows a preset and lets it be changed.

    Signals:
        edited: the person changed a field and the whole makes sense; carries the :class:`Preset`.
        wrong: it does not; carries the reason.
    """

    edited = Signal(object)
    wrong = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown: Preset | None = None
        self.name = QLineEdit()
        self.name.setMaxLength(40)
        self.key = QComboBox()
        self.key.addItem("none", None)
        for key in range(1, 10):
            self.key.addItem(str(key), key)
        self.kind = QComboBox()
        self.kind.addItem("Centre and width in values", VALUES)
        self.kind.addItem("Share of the values, percent", SHARES)
        self.centre, self.width_ = _number(-_LARGEST, _LARGEST), _number(0.001, _LARGEST)
        self.low, self.high = _number(0, 100), _number(0, 100)
        self._layout = QFormLayout(self)
        for text, field in (
            ("Name", self.name),
            ("Key", self.key),
            ("Kind", self.kind),
            ("Centre", self.centre),
            ("Width", self.width_),
            ("Black below %", self.low),
            ("White above %", self.high),
        ):
            self._layout.addRow(text, field)
        self._connect()
        self.show_preset(None)

    def show_preset(self, preset: Preset | None) -> None:
        """Show a preset, or empty fields that cannot be used."""
        self._shown = None  # fields that are being filled are not edits
        self.setEnabled(preset is not None)
        self.name.setText(preset.name if preset else "")
        self.key.setCurrentIndex(max(0, self.key.findData(preset.key if preset else None)))
        if preset is not None:
            self._fill(preset)
        self._shown = preset
        self._show_kind()

    def _fill(self, preset: Preset) -> None:
        """Numbers of the other kind stay as they are, or become ones that can be used."""
        self.kind.setCurrentIndex(self.kind.findData(SHARES if preset.is_relative else VALUES))
        if preset.centre is not None and preset.width is not None:
            self.centre.setValue(preset.centre)
            self.width_.setValue(preset.width)
            self.low.setValue(0.5)
            self.high.setValue(99.5)
        else:
            self.low.setValue(preset.low_percent or 0.0)
            self.high.setValue(preset.high_percent or 0.0)
            self.centre.setValue(128)
            self.width_.setValue(256)

    def _connect(self) -> None:
        self.name.textEdited.connect(lambda _text: self._tell())
        self.key.activated.connect(lambda _index: self._tell())
        self.kind.activated.connect(lambda _index: self._tell())
        for field in (self.centre, self.width_, self.low, self.high):
            field.valueChanged.connect(lambda _value: self._tell())

    def _show_kind(self) -> None:
        shares = self.kind.currentData() == SHARES
        for field, wanted in (
            (self.centre, not shares),
            (self.width_, not shares),
            (self.low, shares),
            (self.high, shares),
        ):
            self._layout.setRowVisible(field, wanted)

    def _tell(self) -> None:
        if self._shown is None:
            return
        self._show_kind()
        values: dict[str, object] = {"name": self.name.text().strip(), "key": self.key.currentData()}
        if self.kind.currentData() == SHARES:
            values |= {"low_percent": self.low.value(), "high_percent": self.high.value()}
        else:
            values |= {"centre": self.centre.value(), "width": self.width_.value()}
            values |= {"function": self._shown.function}
        try:
            self.edited.emit(Preset.model_validate(values))
        except ValidationError as error:
            self.wrong.emit(error.errors()[0]["msg"] if values["name"] else "The preset needs a name")


def _number(low: float, high: float) -> QDoubleSpinBox:
    field = inset(QDoubleSpinBox())
    field.setDecimals(3)
    field.setRange(low, high)
    field.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    return field
