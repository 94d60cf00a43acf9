"""Draws what stands around a picture: corner texts, letters, scale bar, colour bar, the empty page."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from viewer.canvas.annotation_text import (
    CHOOSE,
    DROP_HERE,
    EMPTY,
    EMPTY_HINT,
    MARK,
    RESEARCH_USE,
    RESEARCH_USE_SHORT,
    WAITING,
    Corners,
)

TEXT = QColor(225, 228, 232)
QUIET = QColor(185, 191, 198)
ACCENT = QColor(255, 205, 110)
SHADOW = QColor(0, 0, 0, 220)
VEIL = QColor(0, 0, 0, 150)
MARGIN = 8.0
BAR_WIDTH = 12.0

NARROW_PX = 300.0
SCALE_BAR_FROM_PX = 240.0
"""A narrower viewport has no scale bar: its numbers need the room."""
LARGE_LETTERS_FROM_PX = 520.0
LOW_PX = 200.0
"""A lower viewport still has one line for the mark: the picture is worth more."""
TALL_PX = 380.0
"""A lower viewport has small letters, and two lines for the mark."""
MOST_LINES_OF_MARK = 4
_MORE = re.compile(r"\(\+\d+\)")


def letter_px(width: float, height: float) -> int:
    """The size of letters in a viewport of so many pixels."""
    if width < LARGE_LETTERS_FROM_PX or height < TALL_PX:
        return 10
    return 15 if width > 1300 and height > 1000 else 13


class Furniture:
    """Draws texts and bars into a viewport of a given size; sizes its letters to it.

    Attributes:
        cut: texts that had not the room they need, with their boxes.
        taken: where texts were written.
    """

    def __init__(self, painter: QPainter, width: float, height: float, family: QFont) -> None:
        self._painter, self.width, self.height = painter, width, height
        size = letter_px(width, height)
        self._font = QFont(family)
        self._font.setPixelSize(size)
        self._large = QFont(family)
        self._large.setPixelSize(size * 7 // 5)
        self._large.setBold(True)
        self._line = QFontMetricsF(self._font).height()
        self._above = self._below = 0.0
        self.cut: list[tuple[QRectF, str]] = []
        self.taken: list[QRectF] = []
        whole = QRectF(0, 0, width, height)
        self._drawn = painter.clipBoundingRect() if painter.hasClipping() else whole
        painter.setFont(self._font)

    @property
    def has_scale_bar(self) -> bool:
        """False where the viewport is too narrow for a scale bar between the corner texts."""
        return self.width >= SCALE_BAR_FROM_PX

    @property
    def _is_narrow(self) -> bool:
        """True where the corner texts meet in the middle, so that letters of the edges stand clear of them."""
        return self.width <= NARROW_PX

    def text(self, box: QRectF, align: Qt.AlignmentFlag, text: str, colour: QColor = TEXT) -> None:
        """One line on a dark veil, readable over bright and dark, shortened to the box by whole words."""
        shown, wide = _fitted(text, self._painter.font().key(), box.width())
        if shown != text:
            self.cut.append((box, text))
        if shown in ("", "…"):
            return
        free = box.width() - wide
        share = {Qt.AlignmentFlag.AlignRight: 1.0, Qt.AlignmentFlag.AlignHCenter: 0.5}.get(align, 0.0)
        self.taken.append(QRectF(box.x() + share * free - 3, box.y(), wide + 6, box.height()))
        if not self._drawn.intersects(self.taken[-1]):
            return
        self._painter.fillRect(self.taken[-1], VEIL)
        flags = int(align | Qt.TextFlag.TextSingleLine)
        self._painter.setPen(SHADOW)
        self._painter.drawText(box.translated(1, 1), flags, shown)
        self._painter.setPen(colour)
        self._painter.drawText(box, flags, shown)

    def corner_texts(self, corners: Corners, bottom: float, right: float) -> QRectF | None:
        """Draw the four corners; ``bottom`` and ``right`` are kept free for other things.

        Returns:
            The box of the mark on what was done to the pixels, None without one.
        """
        column = self.width / 2 - MARGIN - (0 if self._is_narrow else 24)
        x_right = self.width - MARGIN - right - column
        self._lines(corners.top_left, MARGIN, MARGIN - 2, column, Qt.AlignmentFlag.AlignLeft)
        self._lines(corners.top_right, x_right, MARGIN - 2, column, Qt.AlignmentFlag.AlignRight)
        low = self.height - bottom
        narrow = self.width / 2 - MARGIN - (max(self.width / 10, 30.0) + 4 if self.has_scale_bar else 1.0)
        y = low - self._line * len(corners.bottom_left)
        self._lines(corners.bottom_left, MARGIN, y, narrow, Qt.AlignmentFlag.AlignLeft)
        mark, others = self._mark_apart(corners.bottom_right, narrow)
        y = low - self._line * (len(mark) + len(others))
        x_right = self.width - MARGIN - right - narrow
        self._lines((*mark, *others), x_right, y, narrow, Qt.AlignmentFlag.AlignRight, len(mark))
        if self._is_narrow:
            self._above = self._line * max(len(corners.top_left), len(corners.top_right))
            self._below = self._line * max(len(corners.bottom_left), len(mark) + len(others))
        return QRectF(x_right, y, narrow, len(mark) * self._line) if mark else None

    def _mark_apart(self, lines: tuple[str, ...], width: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The mark in as many lines as it needs and there is room for, and the other lines of its corner."""
        if not lines or not lines[0].startswith(MARK):
            return (), lines
        most = MOST_LINES_OF_MARK if self.height >= TALL_PX else 2 if self.height >= LOW_PX else 1
        return wrapped(lines[0], QFontMetricsF(self._painter.font()), width, most), lines[1:]

    def _lines(
        self, lines: tuple[str, ...], x: float, y: float, width: float, align: Qt.AlignmentFlag, marked: int = 0
    ) -> None:
        """Lines from the top down; the first ``marked`` of them belong to the mark."""
        for number, line in enumerate(lines):
            colour = ACCENT if number < marked else TEXT
            self.text(QRectF(x, y + number * self._line, width, self._line), align, line, colour)

    def footer(self, legend: str = "") -> float:
        """The line on research use, and above it what the heat map shows; the height they take."""
        box = QRectF(MARGIN, self.height - self._line - 3, self.width - 2 * MARGIN, self._line)
        fits = _fitted(RESEARCH_USE, self._font.key(), box.width())[0] == RESEARCH_USE
        self.text(box, Qt.AlignmentFlag.AlignHCenter, RESEARCH_USE if fits else RESEARCH_USE_SHORT, QUIET)
        if not legend:
            return self._line + 6
        self.text(box.translated(0, -self._line - 2), Qt.AlignmentFlag.AlignHCenter, legend)
        return 2 * self._line + 8

    def edge_letters(self, edges: tuple[str, str, str, str], bottom: float, right: float) -> None:
        """Orientation letters in the middle of the left, top, right and bottom edge."""
        self._painter.setFont(self._large)
        line = QFontMetricsF(self._large).height()
        middle_x, middle_y = (self.width - 60) / 2, (self.height - line) / 2
        left, top, right_text, bottom_text = edges
        self.text(QRectF(MARGIN, middle_y, 60, line), Qt.AlignmentFlag.AlignLeft, left)
        self.text(QRectF(middle_x, MARGIN - 2 + self._above, 60, line), Qt.AlignmentFlag.AlignHCenter, top)
        box = QRectF(self.width - MARGIN - right - 60, middle_y, 60, line)
        self.text(box, Qt.AlignmentFlag.AlignRight, right_text)
        box = QRectF(middle_x, self.height - bottom - self._below - line - 2, 60, line)
        self.text(box, Qt.AlignmentFlag.AlignHCenter, bottom_text)
        self._painter.setFont(self._font)

    def scale_bar(self, length_px: float, text: str, bottom: float) -> float:
        """A ruler in the bottom middle; the height it takes."""
        x, y = (self.width - length_px) / 2, self.height - bottom - 8
        for pad, colour in ((1.0, SHADOW), (0.0, TEXT)):
            for bar in (
                QRectF(x, y, length_px, 2),
                QRectF(x, y - 4, 2, 6),
                QRectF(x + length_px - 2, y - 4, 2, 6),
            ):
                self._painter.fillRect(bar.adjusted(-pad, -pad, pad, pad), colour)
        box = QRectF((self.width - 160) / 2, y - 5 - self._line, 160, self._line)
        self.text(box, Qt.AlignmentFlag.AlignHCenter, text)
        return self._line + 16

    def colour_bar(self, table: NDArray[np.uint8], numbers: Sequence[str], right: float = 0.0) -> float:
        """A colour bar at the right edge with its numbers, from the top down; the width it takes.

        Args:
            table: (N, 3) uint8 RGB, the colour at the top last.
            numbers: at the top, in the middle and at the bottom.
            right: kept free for another bar.
        """
        tall = min(self.height * 0.4, 260.0)
        x, y = self.width - MARGIN - right - BAR_WIDTH, (self.height - tall) / 2
        downwards = table[::-1].copy()
        image = QImage(downwards.data, 1, len(downwards), 3, QImage.Format.Format_RGB888)
        bar = QRectF(x, y, BAR_WIDTH, tall)
        self._painter.fillRect(bar.adjusted(-1, -1, 1, 1), TEXT)
        self._painter.drawImage(bar, image)
        wide = max(QFontMetricsF(self._font).horizontalAdvance(number) for number in numbers)
        for number, share in zip(numbers, (0.0, 0.5, 1.0), strict=True):
            box = QRectF(x - wide - 5, y + share * tall - self._line / 2, wide + 1, self._line)
            self.text(box, Qt.AlignmentFlag.AlignRight, number)
        return BAR_WIDTH + wide + 18

    def empty_page(self, study_open: bool, one_of_several: bool = False) -> None:
        """What to do when nothing is shown."""
        if study_open or one_of_several:
            text = DROP_HERE if one_of_several else CHOOSE
            fits = QFontMetricsF(self._large).horizontalAdvance(text) <= self.width - 2 * MARGIN
            self._centred(text, self.height / 2, self._large if fits else self._font, QUIET)
            return
        self._drop_frame()
        self._centred(EMPTY, self.height / 2 - 1.4 * self._line, self._large, TEXT)
        for number, line in enumerate(EMPTY_HINT.splitlines()):
            self._centred(line, self.height / 2 + (number + 0.6) * self._line * 1.3, self._font, QUIET)

    def waiting_page(self) -> None:
        """This slice is still on its way."""
        self._centred(WAITING, self.height / 2, self._large, QUIET)

    def _drop_frame(self) -> None:
        wide, tall = min(self.width - 4 * MARGIN, 560.0), min(self.height * 0.6, 260.0)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painter.setPen(QPen(QColor(80, 86, 94), 1.5, Qt.PenStyle.DashLine))
        box = QRectF((self.width - wide) / 2, (self.height - tall) / 2, wide, tall)
        self._painter.drawRoundedRect(box, 12, 12)

    def _centred(self, text: str, y: float, font: QFont, colour: QColor) -> None:
        room = self.width - 2 * MARGIN
        font = font if QFontMetricsF(font).horizontalAdvance(text) <= room else self._font
        self._painter.setFont(font)
        line = QFontMetricsF(font).height()
        box = QRectF(MARGIN, y - line / 2, room, line)
        self.text(box, Qt.AlignmentFlag.AlignHCenter, text, colour)
        self._painter.setFont(self._font)


@lru_cache(4096)
def _fitted(text: str, font: str, width: float) -> tuple[str, float]:
    """What is shown of a text in a box of so many pixels, and how wide it is; frames repeat nearly all of theirs.

    Args:
        font: its key.
    """
    described = QFont()
    described.fromString(font)
    metrics = QFontMetricsF(described)
    shown = shortened(text, metrics, width)
    return shown, metrics.horizontalAdvance(shown)


def shortened(text: str, metrics: QFontMetricsF, width: float) -> str:
    """``text`` cut to ``width`` pixels between words: half a number would be another number."""
    if metrics.horizontalAdvance(text) <= width:
        return text
    whole = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
    kept = whole.removesuffix("…")
    around = text[max(0, len(kept) - 1) : len(kept) + 1]
    if any(each.isdigit() for each in around) and not around.endswith(" "):
        kept = kept[: kept.rfind(" ") + 1].rstrip()
    return f"{kept}…" if whole else ""


def wrapped(text: str, metrics: QFontMetricsF, width: float, most: int) -> tuple[str, ...]:
    """A mark in at most ``most`` lines of ``width`` pixels; where they do not hold it, its count of more stays."""
    sign, _, rest = text.partition(" ")
    words = [word for word in rest.split(" ") if word]  # a number and its unit are joined by a no-break space
    words[:1] = [f"{sign} {word}" for word in words[:1]]  # the sign never stands alone
    lines = [""]
    while words:
        longer = f"{lines[-1]} {words[0]}".lstrip()
        if metrics.horizontalAdvance(longer) <= width or not lines[-1]:
            lines[-1] = longer
            words.pop(0)
        elif len(lines) < most:
            lines.append("")
        else:
            break
    if words:
        more = words[-1] if _MORE.fullmatch(words[-1]) else ""
        room = width - metrics.horizontalAdvance(f" {more}")
        lines[-1] = f"{shortened(' '.join((lines[-1], *words)), metrics, room)} {more}".rstrip()
    return tuple(lines)
