"""Texts around the picture where there is little room."""

import re

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter
from pytestqt.qtbot import QtBot

from viewer.canvas.annotation_text import Corners
from viewer.canvas.furniture import Furniture, shortened, wrapped


@pytest.fixture
def metrics(qtbot: QtBot) -> QFontMetricsF:
    font = QFont()
    font.setPixelSize(10)
    return QFontMetricsF(font)


@pytest.mark.parametrize("text", ["W 300 L -40 window1", "F 780.5 mm", "Slice 113/2020", "Zoom 1.25×", "-1500"])
def test_no_number_is_cut_in_two(metrics: QFontMetricsF, text: str) -> None:
    whole = re.findall(r"[-\d./×]*\d[-\d./×]*", text)
    for width in range(5, 130):
        shown = shortened(text, metrics, width)
        assert set(re.findall(r"[-\d./×]*\d[-\d./×]*", shown)) <= set(whole), f"{text} in {width} px: {shown}"
        assert metrics.horizontalAdvance(shown) <= width


def test_what_fits_is_left_alone_and_words_may_be_cut(metrics: QFontMetricsF) -> None:
    assert shortened("W 300 L 40", metrics, 400) == "W 300 L 40"
    wide = metrics.horizontalAdvance("W 300 L 40 win…") + 1
    assert shortened("W 300 L 40 window1", metrics, wide).startswith("W 300 L 40 w")


@pytest.mark.parametrize("width", [157, 196, 299, 301, 800])
def test_the_letters_of_the_edges_hide_no_text_of_the_corners(qtbot: QtBot, width: int) -> None:
    image = QImage(width, 250, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    furniture = Furniture(painter, width, 250, QFont())
    boxes: dict[str, QRectF] = {}

    def note(box: QRectF, align: Qt.AlignmentFlag, text: str, *_: object) -> None:
        wide = min(QFontMetricsF(painter.font()).horizontalAdvance(text), box.width())
        share = {Qt.AlignmentFlag.AlignRight: 1.0, Qt.AlignmentFlag.AlignHCenter: 0.5}.get(align, 0.0)
        boxes[text] = QRectF(box.x() + share * (box.width() - wide), box.y(), wide, box.height())

    furniture.text = note  # type: ignore[method-assign]
    long = "a name of many words"
    furniture.corner_texts(Corners((long,), (f"{long}.",), (f"{long},",), (f"{long};",)), 20, 0)
    furniture.edge_letters(("R", "A", "L", "P"), 20, 0)
    painter.end()
    letters = [boxes.pop(letter) for letter in "RALP"]
    assert len(boxes) == 4
    assert not [text for text, box in boxes.items() for letter in letters if box.intersects(letter)]


def test_the_smallest_viewport_of_a_small_window_has_room_for_its_window(qtbot: QtBot) -> None:
    image = QImage(157, 180, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    furniture = Furniture(painter, image.width(), image.height(), QFont())
    drawn: list[str] = []
    plain = painter.drawText
    painter.drawText = lambda *given: (drawn.append(given[-1]), plain(*given))  # type: ignore[method-assign]
    furniture.corner_texts(Corners(bottom_left=("Slice 13/20",), bottom_right=("W 300 L 40",)), furniture.footer(), 0)
    painter.end()
    assert {"Slice 13/20", "W 300 L 40", "Research use only"} <= set(drawn), drawn
    assert not furniture.has_scale_bar


REASON = "⚠ lossy compression 10:1 (JPEG 2000), of slices that were moved by up to 3.4 mm to stand evenly (+2)"


@pytest.mark.parametrize("width", [60, 120, 240, 480, 1000])
def test_a_reason_takes_the_lines_it_needs(metrics: QFontMetricsF, width: int) -> None:
    lines = wrapped(REASON, metrics, width, 20)
    assert " ".join(lines).split() == REASON.split()
    assert all(metrics.horizontalAdvance(line) <= width for line in lines if " " in line)


def test_the_sign_of_the_mark_never_stands_alone(metrics: QFontMetricsF) -> None:
    for width in range(10, 200, 5):
        assert wrapped("⚠ millimetres are measured at the detector (+1)", metrics, width, 2)[0] != "⚠"


def test_a_number_stays_with_its_unit(metrics: QFontMetricsF) -> None:
    for width in range(10, 200, 5):
        assert "%" not in wrapped("⚠ reduced to 78\u00a0%", metrics, width, 4)


@pytest.mark.parametrize("width", [120, 150, 180])
def test_what_even_these_do_not_hold_ends_with_how_many_more(metrics: QFontMetricsF, width: int) -> None:
    first, last = wrapped(REASON, metrics, width, 2)
    assert first.startswith("⚠ lossy") and last.endswith("… (+2)")
    assert metrics.horizontalAdvance(last) <= width


@pytest.mark.parametrize(("width", "height"), [(616, 640), (308, 320), (205, 213), (1280, 1500)])
def test_the_mark_is_never_cut_and_stands_clear_of_the_other_corners(qtbot: QtBot, width: int, height: int) -> None:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    furniture = Furniture(painter, width, height, QFont())
    drawn: list[str] = []
    plain = painter.drawText
    painter.drawText = lambda *given: (drawn.append(given[-1]), plain(*given))  # type: ignore[method-assign]
    place = furniture.corner_texts(Corners(bottom_right=(REASON, "W 300 L 40")), 20, 0)
    painter.end()
    drawn = drawn[::2]  # each is drawn over its own shadow
    assert place is not None and place.left() >= width / 2 and place.bottom() <= height - 20
    assert drawn[-1] == "W 300 L 40" and drawn[-2].endswith("(+2)")
    shown = " ".join(drawn[:-1]).split()
    assert shown == REASON.split() or (height < 380 and shown[0] == "⚠"), drawn
