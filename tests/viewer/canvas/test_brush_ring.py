"""The circle of the brush looks as if it were drawn each time."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from viewer.canvas import brush_ring
from viewer.canvas.brush_ring import BrushRing

RED = QColor(255, 60, 0)


def drawn(draw=None, ratio: float = 1.0) -> np.ndarray:
    image = QImage(200, 160, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.darkGray)
    painter = QPainter(image)
    if draw is not None:
        draw(painter)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(160, 200, 4)[..., :3].astype(int)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("radius_px", [3.0, 17.4, 44.0])
def test_the_kept_circle_is_the_circle(monkeypatch, radius_px, ratio):
    def ring(painter: QPainter) -> None:
        BrushRing().draw(painter, QPointF(50, 40), radius_px, RED)

    kept = drawn(ring, ratio)
    monkeypatch.setattr(brush_ring, "LARGEST_PX", 0.0)
    direct = drawn(ring, ratio)
    assert np.abs(kept - direct).max() <= 3, "rounded once more"
    assert (direct != drawn(ratio=ratio)).any()


def test_another_radius_or_colour_is_another_circle():
    ring = BrushRing()
    places = [(10.0, RED), (12.0, RED), (12.0, QColor(0, 200, 0)), (10.0, RED)]
    seen = [drawn(lambda painter, each=each: ring.draw(painter, QPointF(50, 40), *each)) for each in places]
    assert np.array_equal(seen[0], seen[3])
    assert all(not np.array_equal(one, other) for one, other in pairwise(seen))
