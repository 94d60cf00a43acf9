"""The drawings of ``resources/icons``, in the colours of the theme."""

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from viewer.assets import MUTED, ON_ACCENT, TEXT
from viewer.places import resources

SIZE_PX = 20
SHARP = 2
"""Pixels are drawn for a display of twice the density: halved they stay sharp, doubled they would not."""

_COLOURS = (
    (QIcon.Mode.Normal, QIcon.State.Off, TEXT),
    (QIcon.Mode.Normal, QIcon.State.On, ON_ACCENT),
    (QIcon.Mode.Disabled, QIcon.State.Off, MUTED),
)


def icon(name: str) -> QIcon:
    """The drawing ``name``; an empty icon where there is none."""
    found, drawing = QIcon(), resources() / "icons" / f"{name}.svg"
    if drawing.is_file():
        white = drawing.read_text(encoding="utf-8")
        for mode, state, colour in _COLOURS:
            found.addPixmap(_drawn(white.replace("#fff", colour)), mode, state)
    return found


def _drawn(svg: str) -> QPixmap:
    pixmap = QPixmap(SIZE_PX * SHARP, SIZE_PX * SHARP)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    pixmap.setDevicePixelRatio(SHARP)
    return pixmap
