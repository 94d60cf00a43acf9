"""Where the numbers of a measurement stand: beside it, inside the viewport, clear of it and of other texts."""

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from viewer.canvas.measuring_labels import Labels

WHITE = QColor(255, 255, 255)
ROOM = QRectF(0, 0, 400, 300)


@pytest.fixture
def painter(qapp):
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    made = QPainter(image)
    yield made
    made.end()


def labels(painter: QPainter, *taken: QRectF) -> Labels:
    font = QFont()
    font.setPixelSize(12)
    return Labels(painter, font, ROOM, taken)


def test_numbers_stand_right_of_their_figure(painter):
    made = labels(painter)
    made.write(("12 mm",), (112.0, 150.0), WHITE, (38.0, 150.0), QRectF(50, 146, 50, 8))
    assert made.boxes[0].left() == 112.0 and made.boxes[0].center().y() == pytest.approx(150, abs=1)


def test_at_the_right_edge_they_stand_left_of_it(painter):
    made = labels(painter)
    made.write(("12 mm",), (397.0, 150.0), WHITE, (288.0, 150.0), QRectF(300, 146, 85, 8))
    assert made.boxes[0].right() == pytest.approx(288.0)


def test_where_neither_side_has_room_they_leave_their_figure_free(painter):
    own, made = QRectF(10, 100, 380, 60), labels(painter)
    made.write(("380 mm",), (402.0, 130.0), WHITE, (-2.0, 130.0), own)
    assert ROOM.contains(made.boxes[0]) and not made.boxes[0].intersects(own)
    assert min(own.top() - made.boxes[0].bottom(), made.boxes[0].top() - own.bottom(), key=abs) == pytest.approx(1.0)


def test_a_figure_that_fills_the_viewport_is_covered_rather_than_other_texts(painter):
    corner = QRectF(300, 0, 100, 140)
    made = labels(painter, corner)
    made.write(("all",), (402.0, 130.0), WHITE, (-2.0, 130.0), QRectF(-10, -10, 420, 320))
    assert ROOM.contains(made.boxes[0]) and not made.boxes[0].intersects(corner)
