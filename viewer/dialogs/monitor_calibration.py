"""How large a pixel is on this monitor, measured with a bank card."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDialog, QDoubleSpinBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from viewer.assets import inset
from viewer.commands.calibrating import Calibrating
from viewer.dialogs.buttons import button
from viewer.dialogs.monitor_ruler import LONGEST_PX, SHORTEST_PX, MonitorRuler

CARD_WIDTH_MM = 85.60
"""Width of a bank card: ISO/IEC 7810, size ID-1."""


class MonitorCalibration(QDialog):
    """A bar that is made as wide as a bank card."""

    def __init__(self, calibrating: Calibrating, parent: QWidget) -> None:
        super().__init__(parent)
        self._calibrating = calibrating
        self.setWindowTitle("Calibrate this monitor")
        self.basis, self.ruler, self.length = QLabel(), MonitorRuler(), inset(QDoubleSpinBox())
        self.length.setRange(SHORTEST_PX, LONGEST_PX)
        self.length.setDecimals(1)
        self.length.setSingleStep(0.5)
        self.length.setSuffix(" px")
        self.length.valueChanged.connect(self.ruler.set_length_px)
        self.ruler.length_changed.connect(self.length.setValue)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(
            f"Hold a bank card ({CARD_WIDTH_MM:.2f} mm wide) against the screen, its left edge on the left line.\n"
            "Drag the right line to the card's right edge; arrow keys move it a little, with Shift more."
        ))  # fmt: skip
        layout.addWidget(self.ruler)
        layout.addWidget(self.basis)
        layout.addLayout(self._buttons())

    @property
    def px_per_mm(self) -> float:
        """Screen pixels per millimetre, if the bar is as wide as the card."""
        return self.ruler.length_px / CARD_WIDTH_MM

    def open_anew(self) -> None:
        """Show what is known of the monitor the window is on."""
        self.open()
        self._fill()
        self.ruler.setFocus()

    def event(self, event: QEvent) -> bool:
        """Follow the dialog to another monitor."""
        if event.type() == QEvent.Type.ScreenChangeInternal:
            self._fill()
        return super().event(event)

    def _buttons(self) -> QHBoxLayout:
        buttons = QHBoxLayout()
        label = QLabel("Width of the bar")
        label.setBuddy(self.length)
        buttons.addWidget(label)
        buttons.addWidget(self.length)
        buttons.addStretch(1)
        buttons.addWidget(button("As the display states", self._forget))
        buttons.addWidget(button("Keep", self._keep))
        buttons.addWidget(button("Cancel", self.reject))
        return buttons

    def _fill(self) -> None:
        scale = self._calibrating.scale(self.screen())
        source = "calibrated" if scale.calibrated else "as the display states"
        self.basis.setText(f"Now on {self.screen().name() or 'this monitor'}: {scale.px_per_mm:.3f} px/mm, {source}")
        self.ruler.set_length_px(scale.px_per_mm * CARD_WIDTH_MM)
        self.length.setValue(self.ruler.length_px)

    def _keep(self) -> None:
        self._calibrating.keep(self.screen(), self.px_per_mm)
        self.accept()

    def _forget(self) -> None:
        self._calibrating.forget(self.screen())
        self._fill()
