"""Outlines of masks, compared with edges counted by hand and by brute force."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PySide6.QtGui import QPainterPath

from viewer.canvas.contour import outline


def unit_edges(path: QPainterPath) -> set[tuple[float, float, float, float]]:
    edges = set()
    for number in range(0, path.elementCount(), 2):
        start, end = path.elementAt(number), path.elementAt(number + 1)
        for step in range(int(abs(end.x - start.x) + abs(end.y - start.y))):
            if start.y == end.y:
                edges.add((start.x + step, start.y, start.x + step + 1, start.y))
            else:
                edges.add((start.x, start.y + step, start.x, start.y + step + 1))
    return edges


def expected_edges(inside: np.ndarray) -> set[tuple[float, float, float, float]]:
    box = np.pad(inside, 1)
    edges = set()
    for row, column in np.argwhere(box):
        r, c = float(row - 1), float(column - 1)
        if not box[row - 1, column]:
            edges.add((c, r, c + 1, r))
        if not box[row + 1, column]:
            edges.add((c, r + 1, c + 1, r + 1))
        if not box[row, column - 1]:
            edges.add((c, r, c, r + 1))
        if not box[row, column + 1]:
            edges.add((c + 1, r, c + 1, r + 1))
    return edges


def test_one_pixel_has_four_sides():
    inside = np.zeros((5, 7), bool)
    inside[2, 4] = True
    assert unit_edges(outline(inside)) == {(4, 2, 5, 2), (4, 3, 5, 3), (4, 2, 4, 3), (5, 2, 5, 3)}


def test_a_rectangle_is_four_lines():
    inside = np.zeros((20, 30), bool)
    inside[3:9, 5:25] = True
    assert outline(inside).elementCount() == 8


def test_nothing_has_no_outline():
    assert outline(np.zeros((4, 4), bool)).isEmpty()


@given(hnp.arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_every_edge_and_no_other(inside):
    assert unit_edges(outline(inside)) == expected_edges(inside)
