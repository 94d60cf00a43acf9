"""How large a viewport is on its monitor, in pixels and in millimetres."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

from viewer.state.monitors import Monitors
from viewer.state.pane import Pane

SIZING = frozenset((QEvent.Type.Resize, QEvent.Type.ScreenChangeInternal))
"""Events after which a widget has another size, or lies on another monitor."""


def tell_size(widget: QWidget, pane: Pane, monitors: Monitors) -> None:
    """Tell ``pane`` the size of its widget."""
    scale = monitors.scale(widget.screen())
    pane.size_px = (float(max(1, widget.width())), float(max(1, widget.height())))
    pane.device_ratio = widget.devicePixelRatioF()
    pane.display_px_per_mm, pane.display_calibrated = scale.px_per_mm, scale.calibrated
