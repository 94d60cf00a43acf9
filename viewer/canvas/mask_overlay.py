"""One mask over one patch: its fill and its contours, kept up to date box by box."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from imaging.labelmap import Label
from viewer.canvas.contour import Outline, outline
from viewer.canvas.patch import Box
from viewer.canvas.rendering import blank, look_up, mask_table, words_of


class MaskOverlay:
    """The fill of a mask as an image with clear background, and its outlines.

    Args:
        values: (R, C) uint8 label values as displayed; a view of the living mask, read again by :meth:`refresh`.
        labels: colours of the values.
        opacity: of the fill.
        proposed: drawn as a proposal.
    """

    def __init__(self, values: NDArray[np.uint8], labels: tuple[Label, ...], opacity: float, proposed: bool) -> None:
        self._living, self._labels, self._proposed = values, labels, proposed
        self._values = np.array(values, order="C")  # across the slices the living mask is slow to read
        self._table = mask_table(labels, opacity)
        self._image: QImage | None = None
        self._extent = _extent_of(self._values)
        self._outlines: tuple[Outline, ...] | None = None

    @property
    def is_empty(self) -> bool:
        """True while no value was ever seen here: there is nothing to draw."""
        return self._extent is None

    @property
    def image(self) -> QImage:
        """The fill, premultiplied; made when first asked for."""
        if self._image is None:
            self._image, words = blank(self._values.shape, opaque=False)
            look_up(self._table, self._values, words)
        return self._image

    def refresh(self, box: Box) -> None:
        """Read the values in ``box`` again."""
        top, bottom, left, right = box
        part = np.s_[top:bottom, left:right]
        self._values[part] = self._living[part]
        words_of(self.image)[part] = self._table.take(self._values[part])
        self._extent = box if self._extent is None else _union(self._extent, box)
        self._outlines = None

    @property
    def outlines(self) -> tuple[Outline, ...]:
        """One contour per label that is present."""
        if self._outlines is None:
            self._outlines = tuple(self._trace())
        return self._outlines

    def _trace(self) -> list[Outline]:
        if self._extent is None:
            return []
        top, bottom, left, right = self._extent
        seen = self._values[top:bottom, left:right]
        paths = [(label, outline(seen == label.value)) for label in self._labels if label.visible]
        return [
            Outline(path.translated(left, top), label.colour, self._proposed)
            for label, path in paths
            if not path.isEmpty()
        ]


def _extent_of(values: NDArray[np.uint8]) -> Box | None:
    rows = np.flatnonzero(values.any(axis=1))
    if rows.size == 0:
        return None
    columns = np.flatnonzero(values[rows[0] : rows[-1] + 1].any(axis=0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _union(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), max(one[3], other[3])
