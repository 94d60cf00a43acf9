"""Small pieces that every panel is laid out with."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as RichText
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from viewer.assets import inset

VALUE_DECIMALS = 6


def heading(text: str) -> QLabel:
    """A section title."""
    return _label(text, "heading")


def muted(text: str = "") -> QLabel:
    """A wrapped line in the quiet colour."""
    return _label(text, "muted")


def plain(text: str = "") -> QLabel:
    """A label that shows markup as it is written: names come from files."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def plain_tip(text: str) -> str:
    """A text as a tool tip shows it unchanged: Qt takes whatever looks like markup for markup."""
    return RichText.convertFromPlainText(text) if RichText.mightBeRichText(text) else text


def _label(text: str, role: str) -> QLabel:
    label = plain(text)
    label.setProperty("role", role)
    label.setIndent(0)
    label.setWordWrap(True)
    return label


def button(text: str, clicked: Callable[[], object], tip: str = "", primary: bool = False) -> QPushButton:
    """A push button that calls ``clicked``."""
    made = QPushButton(text)
    made.setProperty("primary", primary)
    made.setToolTip(tip)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.clicked.connect(lambda: clicked())
    return made


def number_box(low: float, high: float, suffix: str = "") -> QDoubleSpinBox:
    """A field for a number with one decimal, which says what was typed once it is left."""
    made = QDoubleSpinBox()
    made.setDecimals(1)
    made.setSuffix(suffix)
    return _number_field(made, low, high)


def _number_field(made: QDoubleSpinBox, low: float, high: float) -> QDoubleSpinBox:
    inset(made)
    made.setRange(low, high)
    made.setKeyboardTracking(False)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return made


class _Values(QDoubleSpinBox):
    """Shows no more decimals than a number has."""

    def textFromValue(self, value: float) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]  same arguments
        text, point = super().textFromValue(value), self.locale().decimalPoint()
        return text.rstrip("0").rstrip(point) if point in text else text


def value_box(low: float, high: float) -> QDoubleSpinBox:
    """A field for values of any image: counts of millions, and maps that stay far below one."""
    made = _Values()
    made.setDecimals(VALUE_DECIMALS)
    return _number_field(made, low, high)


def percent_slider(value: float, changed: Callable[[float], None]) -> QSlider:
    """A slider 0-100 % that calls ``changed`` with 0.0-1.0."""
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setValue(round(value * 100))
    slider.valueChanged.connect(lambda percent: changed(percent / 100))
    return slider


def column(parent: QWidget) -> QVBoxLayout:
    """A top-aligned column with the program's margins, inside a scroll area so that nothing is ever cut off."""
    inner = QWidget()
    layout = QVBoxLayout(inner)
    layout.setContentsMargins(12, 10, 12, 12)
    layout.setSpacing(7)
    layout.setAlignment(Qt.AlignmentFlag.AlignTop)
    area = QScrollArea()
    area.setWidget(inner)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    outer = QVBoxLayout(parent)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(area)
    return layout


def pairs(widgets: Sequence[QWidget]) -> QGridLayout:
    """Two columns of equal width."""
    grid = QGridLayout()
    for number, widget in enumerate(widgets):
        widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        grid.addWidget(widget, number // 2, number % 2)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    return grid
