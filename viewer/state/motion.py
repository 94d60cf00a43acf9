"""Planes that cost too much for every step of a drag are drawn coarser until they rest."""

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from imaging.geometry import Geometry

REST_MS = 120
"""What has not moved for this long rests."""

PROMPT_SAMPLES = 500_000
"""As many are sampled at every step, even if the screen has fewer pixels: some 10 ns each on one core."""

DRAFT_SAMPLES = 2_000_000
"""More are not sampled while a plane moves."""


class Motion(QObject):
    """Whether a plane moves: from a step of it until it is told to be still.

    Signals:
        began: a step was made.
        rested: none was made for a while; the plane is drawn coarser until :meth:`end`.
    """

    began = Signal()
    rested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.moving = False
        self._timer = QTimer(singleShot=True, interval=REST_MS)
        self._timer.timeout.connect(self.rested)

    def step(self) -> None:
        """The plane moved."""
        self.moving = True
        self._timer.start()
        self.began.emit()

    def end(self) -> None:
        """The plane is drawn in full, or another one that costs little."""
        self.moving = False
        self._timer.stop()


def coarseness(samples: int, factor: int, spacing_mm: tuple[float, float, float]) -> tuple[int, int]:
    """By how many pixels and planes to go on so that no more than :data:`DRAFT_SAMPLES` are taken.

    Args:
        samples: pixels times planes, when all are taken.
        factor: the least by which pixels are merged.
        spacing_mm: between planes, rows and columns; what is finer is made coarser first.
    """
    step = 1
    while samples > DRAFT_SAMPLES * step * factor**2:
        if step * spacing_mm[0] <= factor * min(spacing_mm[1:]):
            step += 1
        else:
            factor += 1
    return factor, step


def draft_grid(
    grid: Geometry, k: int, rows: tuple[int, int], columns: tuple[int, int], factor: int, step: int
) -> Geometry:
    """A part of plane ``k`` as a grid of one plane: pixels in the middle of blocks, neighbours ``step`` planes away."""
    middle = (factor - 1) / 2
    x, y, z = grid.point_lps((k, rows[0] + middle, columns[0] + middle))
    apart_mm, row_mm, column_mm = grid.spacing_mm
    return replace(
        grid,
        shape_kji=(1, -(-(rows[1] - rows[0]) // factor), -(-(columns[1] - columns[0]) // factor)),
        spacing_mm=(apart_mm * step, row_mm * factor, column_mm * factor),
        origin_lps=(float(x), float(y), float(z)),
    )
