"""Asks which file to write or to read, for exports and imports."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from imaging.formats.segmentation.mask_format import MaskFormat
from viewer.commands.action import Action
from viewer.commands.exchanging import Exchanging
from viewer.commands.measuring import Measuring
from viewer.commands.presenting import Presenting
from viewer.state.session import Session

MASKS: dict[str, tuple[MaskFormat, str]] = {
    "DICOM SEG (*.dcm)": (MaskFormat.SEG, ".dcm"),
    "DICOM SEG, label map (*.dcm)": (MaskFormat.LABELMAP, ".dcm"),
    "RT Structure Set (*.dcm)": (MaskFormat.RTSTRUCT, ".dcm"),
    "3D Slicer (*.seg.nrrd)": (MaskFormat.SEG_NRRD, ".seg.nrrd"),
    "NIfTI (*.nii.gz)": (MaskFormat.NIFTI, ".nii.gz"),
    "PNG, several slices as a folder (*.png)": (MaskFormat.PNG, ".png"),
    "COCO (*.json)": (MaskFormat.COCO, ".json"),
    "YOLO, a folder (*)": (MaskFormat.YOLO, ""),
    "Table of volumes (*.csv)": (MaskFormat.CSV, ".csv"),
}
REPORT, TABLES = "DICOM structured report (*.dcm)", {"CSV (*.csv)": ".csv", "JSON (*.json)": ".json"}


class ExchangeFiles:
    """Asks for files over ``window`` and hands them on."""

    def __init__(
        self, window: Callable[[], QWidget], exchanging: Exchanging, measuring: Measuring, presenting: Presenting
    ) -> None:
        self._window, self.exchanging, self._measuring, self.presenting = window, exchanging, measuring, presenting

    def export_mask(self) -> None:
        """Ask where and in which format the mask shall go."""
        path, chosen = self._ask_target("Export the mask", ";;".join(MASKS))
        if path is not None:
            kind, ending = MASKS[chosen]
            self.exchanging.export_mask(with_ending(path, ending), kind)

    def export_probabilities(self) -> None:
        """Ask where the probabilities of the prediction shall go."""
        self._ask_dicom("Export probabilities", "DICOM SEG, fractional (*.dcm)", self.exchanging.export_probabilities)

    def import_mask(self) -> None:
        """Ask for the file of a mask."""
        self._ask_source("Import a mask", self.exchanging.import_mask)

    def import_masks_folder(self) -> None:
        """Ask for the folder of PNG or YOLO masks."""
        name = QFileDialog.getExistingDirectory(self._window(), "Import a folder of masks")
        if name:
            self.exchanging.import_mask(Path(name))

    def export_measurements(self) -> None:
        """Ask where and in which format measurements shall go."""
        path, chosen = self._ask_target("Export measurements", ";;".join((REPORT, *TABLES)))
        if path is not None and chosen in TABLES:
            self._measuring.export(with_ending(path, TABLES[chosen]))
        elif path is not None:
            self.exchanging.export_report(with_ending(path, ".dcm"))

    def export_segment_report(self) -> None:
        """Ask where the numbers of segments shall go."""
        self._ask_dicom("Export numbers of the segments", REPORT, self.exchanging.export_segment_report)

    def import_measurements(self) -> None:
        """Ask for a structured report."""
        self._ask_source("Import measurements from a DICOM structured report", self.exchanging.import_report)

    def export_presentation(self) -> None:
        """Ask where the way of looking shall go."""
        self._ask_dicom("Export the view", "DICOM presentation state (*.dcm)", self.presenting.export)

    def import_presentation(self) -> None:
        """Ask for a presentation state."""
        self._ask_source("Import a DICOM presentation state", self.presenting.apply)

    def export_capture(self, drawn: bool, named: bool) -> None:
        """Ask where a picture of the viewport shall go."""
        self._ask_dicom(
            "Export the viewport", "DICOM (*.dcm)", lambda path: self.exchanging.export_capture(path, drawn, named)
        )

    def _ask_target(self, title: str, filters: str) -> tuple[Path | None, str]:
        name, chosen = QFileDialog.getSaveFileName(self._window(), title, "", filters)
        return (Path(name) if name else None), chosen

    def _ask_dicom(self, title: str, filters: str, then: Callable[[Path], object]) -> None:
        path, _ = self._ask_target(title, filters)
        if path is not None:
            then(with_ending(path, ".dcm"))

    def _ask_source(self, title: str, then: Callable[[Path], None]) -> None:
        name, _ = QFileDialog.getOpenFileName(self._window(), title)
        if name:
            then(Path(name))


def with_ending(path: Path, ending: str) -> Path:
    """The path with the ending of its format, unless it has it."""
    return path if path.name.lower().endswith(ending) else path.with_name(path.name + ending)


def exchange_actions(session: Session, files: ExchangeFiles) -> tuple[Action, ...]:
    """The menus File, Export and Import."""

    def shown() -> bool:
        return session.series is not None and session.volume is not None

    def measured() -> bool:
        return shown() and bool(session.measurements.all)

    def captures(drawn: bool, named: bool) -> Callable[[], None]:
        return lambda: files.export_capture(drawn, named)

    out, back = "File/Export", "File/Import"
    return (
        Action("export-mask", "Mask…", out, files.export_mask, (), shown, None, False,
               "DICOM SEG, RT Structure Set, 3D Slicer, NIfTI, PNG, COCO, YOLO, table"),
        Action("export-probabilities", "DICOM SEG fractional (probabilities)…", out, files.export_probabilities, (),
               lambda: files.exchanging.has_probabilities, None, False,
               "What the model says of every voxel, from 0 to 1; run a segmentation model first"),
        Action("export-measurements", "Measurements…", out, files.export_measurements, (), measured, None, False,
               "DICOM structured report, CSV or JSON"),
        Action("export-segment-report", "Numbers of segments…", out, files.export_segment_report, (), shown, None,
               False, "Volume, mean and axes as a DICOM structured report, with the segments beside it"),
        Action("export-presentation", "View as presentation state…", out, files.export_presentation, (),
               lambda: files.presenting.can_export, None, False,
               "Window, turn, zoom and measurements as a DICOM GSPS"),
        Action("export-capture", "Viewport as DICOM picture…", out, captures(True, False), (), shown, None, False,
               "With measurements and masks, without the patient's name"),
        Action("export-capture-plain", "Viewport without drawings…", out, captures(False, False), (), shown, None,
               False, "Only the picture"),
        Action("export-capture-named", "Viewport with patient's name…", out, captures(True, True), (), shown, None,
               False, "The picture says who the patient is, and the file that it does"),
        Action("import-mask", "Mask…", back, files.import_mask, (), shown, None, False,
               "Shown as a proposal: A accepts it, X puts it away"),
        Action("import-masks-folder", "Folder of masks…", back, files.import_masks_folder, (), shown, None, False,
               "PNG pictures or YOLO labels"),
        Action("import-measurements", "Measurements…", back, files.import_measurements, (), shown, None, False,
               "From a DICOM structured report (TID 1500)"),
        Action("import-presentation", "View from presentation state…", back, files.import_presentation, (), shown,
               None, False, "Window, turn, zoom and graphics of a DICOM GSPS"),
    )  # fmt: skip
