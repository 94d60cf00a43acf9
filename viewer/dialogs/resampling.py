"""Asks before a mask is resampled: it never happens silently."""

from PySide6.QtWidgets import QMessageBox, QWidget

from imaging.formats.segmentation.resampling import METHOD
from viewer.commands.overlaying import Misfit, Overlaying


class ResamplingQuestion(QMessageBox):
    """Says how a mask and an image differ, and offers to resample the one onto the other."""

    def __init__(self, misfit: Misfit, overlaying: Overlaying, parent: QWidget) -> None:
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle("The mask does not fit this image")
        self.setText(f"{misfit.document.file.name} lies on other voxels than the image on screen.")
        self.setInformativeText(
            f"{misfit.words}.\n\nIt can be brought onto the voxels of this image: {METHOD}. Outlines and volumes "
            "change a little. Its segments stay marked as resampled, here and in files made from them."
        )
        self.resample = self.addButton("Resample onto this image", QMessageBox.ButtonRole.AcceptRole)
        self.leave = self.addButton("Leave it", QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(self.leave)
        self.setEscapeButton(self.leave)
        self._misfit, self._overlaying = misfit, overlaying
        self.finished.connect(self._answered)

    def _answered(self) -> None:
        if self.clickedButton() == self.resample:
            self._overlaying.resample(self._misfit)
        else:
            self._overlaying.decline(self._misfit)


def ask_before_resampling(overlaying: Overlaying, window: QWidget) -> None:
    """Open a question over ``window`` whenever a mask could be resampled."""

    def ask(misfit: Misfit) -> None:
        question = ResamplingQuestion(misfit, overlaying, window)
        question.finished.connect(question.deleteLater)
        question.open()

    overlaying.consent_wanted.connect(ask)
