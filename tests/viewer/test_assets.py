"""Text can be read: every pair of colours that the theme puts together, by the formula of WCAG 2."""

import re

import pytest
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from viewer import assets
from viewer.app import Application, application


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2), 0 black to 1 white."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


GROUNDS = (assets.BACKGROUND, assets.SURFACE, assets.RAISED)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize(
    "text", [assets.TEXT, assets.MUTED, assets.WARNING, assets.ERROR], ids=["text", "muted", "warning", "error"]
)
def test_text_on_every_ground(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


def test_every_rule_that_sets_a_ground_can_be_read() -> None:
    found: dict[str, float] = {}
    for name, rule in re.findall(r"([^{}]+)\{([^{}]*)\}", assets.STYLE):
        ground = re.search(r"background: (#[0-9a-f]{6})", rule)
        text = re.search(r"(?<![-\w])color: (#[0-9a-f]{6})", rule)
        if ground and not re.search("handle|groove|indicator|chunk", name):
            found[name.strip()] = contrast(text[1] if text else assets.TEXT, ground[1])
    assert len(found) > 8
    assert {name: ratio for name, ratio in found.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("ground", GROUNDS)
def test_what_has_the_focus_is_seen(ground: str) -> None:
    """A border needs 3:1 (WCAG 2.2, 1.4.11)."""
    assert contrast(assets.ACCENT, ground) >= 3
    assert "QPushButton:focus" in assets.STYLE


def first_column_of_text(widget: QWidget) -> int:
    image = widget.grab().toImage()
    bright = (x for x in range(3, 60) for y in range(6, image.height() - 6) if image.pixelColor(x, y).lightness() > 120)
    return next(bright)


def test_numbers_stand_as_far_from_the_edge_as_words(qtbot: QtBot) -> None:
    application()
    widgets = [QLineEdit("100.0"), assets.inset(QDoubleSpinBox())]
    widgets[1].setRange(0, 1000)
    widgets[1].setValue(100)
    for widget in widgets:
        qtbot.addWidget(widget)
        widget.show()
        widget.clearFocus()
    columns = [first_column_of_text(widget) for widget in widgets]
    assert abs(columns[0] - columns[1]) <= 2, columns
    for widget in widgets:
        widget.close()


def test_every_field_of_the_window_for_a_number_does(main: Application) -> None:
    main.dialogs.presets.open_anew()
    main.dialogs.monitor_calibration.open_anew()
    found = main.window.findChildren(QAbstractSpinBox)
    assert len(found) > 10
    assert {box.lineEdit().textMargins().left() for box in found} == {assets.INSET_PX}
    main.dialogs.presets.close()
    main.dialogs.monitor_calibration.close()
