"""Masks, measurements and pictures written for other programs, and read from theirs; off the main thread."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.measurement_report.packed import ReadMeasurements
from imaging.formats.segmentation.mask_format import MaskFormat
from imaging.labelmap import Labelmap, Provenance
from imaging.measurement.measurement import calibrated
from imaging.measurement.ruler import Ground
from imaging.progress import Report
from imaging.sandbox import Sandbox
from imaging.study import Document, Series
from imaging.volume import Volume
from viewer.commands.overlaying import Overlaying
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.places import author
from viewer.state.findings import Findings
from viewer.state.marks import CornerText
from viewer.state.notices import Notices
from viewer.state.pane import Pane
from viewer.state.segmentation import Segmentation
from viewer.state.session import STILL_LOADING, Session

Picture = Callable[[Pane, CornerText, bool, int], bytes]
"""A PNG of what a viewport shows: with which text, with drawings, how long its longer side is."""


@dataclass(frozen=True)
class _Shown:
    """The image of the active viewport with all its pixels."""

    series: Series
    volume: Volume


class Exchanging:
    """Exports from and imports onto the series of the active viewport."""

    def __init__(
        self,
        session: Session,
        segmentation: Segmentation,
        findings: Findings,
        notices: Notices,
        runner: Runner,
        sandbox: Sandbox,
        overlaying: Overlaying,
        picture: Picture,
    ) -> None:
        self._session, self._segmentation, self._notices = session, segmentation, notices
        self._findings = findings
        self._runner, self._sandbox, self._overlaying, self._picture = runner, sandbox, overlaying, picture
        runner.stopped.connect(self._stopped)

    def export_mask(self, path: Path, kind: MaskFormat) -> None:
        """Write the mask on screen."""
        shown = self._shown()
        if shown is None:
            return
        labelmap = self._mask()

        def write(report: Report) -> str:
            from imaging.formats.segmentation.exporting import export_labelmap  # brings highdicom along

            export_labelmap(labelmap, shown.volume, shown.series, path, kind, report=report)
            return f"Mask written to {path}."

        self._write(path, write)

    @property
    def has_probabilities(self) -> bool:
        """True while the prediction on screen has them voxel by voxel."""
        prediction = self._findings.prediction
        return prediction is not None and prediction.mask is not None and prediction.probabilities is not None

    def export_probabilities(self, path: Path) -> None:
        """Write the probabilities of the prediction on screen as a fractional DICOM SEG."""
        shown, prediction = self._shown(), self._findings.prediction
        if shown is None or prediction is None or prediction.mask is None or prediction.probabilities is None:
            return
        mask, found = prediction.mask, prediction.probabilities

        def write(report: Report) -> str:
            from imaging.formats.segmentation.exporting import export_labelmap  # brings highdicom along

            shares: dict[int, NDArray[np.float32]] = {}
            for n, value in enumerate(found.values):
                report(n, len(found.values), f"Probabilities of label {value}")
                shares[value] = found.of(value)
            export_labelmap(mask, shown.volume, shown.series, path, MaskFormat.FRACTIONAL, (), shares, report)
            return f"Probabilities written to {path}."

        self._write(path, write)

    def import_mask(self, path: Path) -> None:
        """Propose the mask of a file over the shown series; it is accepted or put away like that of a model."""
        shown = self._shown()
        if shown is not None:
            self._overlaying.propose(Document(path, "segmentation", path.name), shown.series)

    def export_report(self, path: Path) -> None:
        """Write the measurements of the series as a DICOM structured report."""
        shown = self._shown()
        if shown is None:
            return
        measurements = self._session.measurements.all
        ground = calibrated(Ground(shown.volume), measurements)

        def write(report: Report) -> str:
            from imaging.formats.measurement_report.writing import write_report  # brings highdicom along

            report(0, 1, f"Writing {path.name}")
            left = write_report(measurements, ground, shown.series, path, Provenance(author(), datetime.now(UTC)))
            without = f" {len(left)} arrows and texts have no number and were left out." if left else ""
            return f"{len(measurements) - len(left)} measurements written to {path}.{without}"

        self._write(path, write)

    def export_segment_report(self, path: Path) -> None:
        """Write what the segments on screen measure as a DICOM structured report, with the segments beside it."""
        shown = self._shown()
        if shown is None:
            return
        made, labelmap = Provenance(author(), datetime.now(UTC)), self._mask()

        def write(report: Report) -> str:
            from imaging.formats.measurement_report.segment_groups import write_segment_report  # brings highdicom along

            beside = write_segment_report(labelmap, shown.volume, shown.series, path, made, report)
            return f"Numbers of the segments written to {path}, the segments to {beside.name}."

        self._write(path, write)

    def import_report(self, path: Path) -> None:
        """Add the measurements of a structured report on the shown series; each is a step that can be undone."""
        shown = self._shown()
        if shown is None:
            return
        self._runner.start(
            "import",
            f"Reading {path.name}",
            lambda _report: self._sandbox.read_measurements(path, shown.volume, shown.series),
            lambda found: self._add(found, path, shown.series),
            self._failed,
        )

    def export_capture(self, path: Path, drawn: bool, named: bool) -> None:
        """Write what the active viewport shows as a DICOM Secondary Capture.

        Args:
            drawn: with measurements, masks and lines.
            named: with the patient's name and data.
        """
        shown = self._shown()
        if shown is None:
            return
        pane = self._session.active
        text: CornerText = "all" if named else "few" if drawn else "none"
        png, k, grid = self._picture(pane, text, drawn, 0), pane.stored_k, grid_of(shown.volume)

        def write(report: Report) -> str:
            from PIL import Image

            from imaging.formats.capture import write_capture  # brings highdicom along

            report(0, 1, f"Writing {path.name}")
            write_capture(np.asarray(Image.open(BytesIO(png)).convert("RGB")), shown.series, grid, k, path, named)
            return f"Picture written to {path}."

        self._write(path, write)

    def _mask(self) -> Labelmap:
        """The mask on screen with who exports it, and the model that it descends from."""
        legend = self._segmentation.mask.legend
        return self._segmentation.labelmap(Provenance(author(), datetime.now(UTC), legend.model, legend.model_version))

    def _shown(self) -> _Shown | None:
        """The shown image; None, and a notice, while its pixels are not all there."""
        series, volume = self._session.series, self._session.volume
        if series is None or volume is None:
            return None
        if not self._session.complete:
            self._notices.add("warning", STILL_LOADING)
            return None
        return _Shown(series, volume)

    def _write(self, path: Path, write: Callable[[Report], str]) -> None:
        self._runner.start(
            "export", f"Writing {path.name}", write, lambda said: self._notices.add("info", said), self._failed
        )

    def _stopped(self, key: str) -> None:
        if key == "export":
            self._notices.add("info", "The export was stopped; nothing was written.")

    def _add(self, found: ReadMeasurements, path: Path, series: Series) -> None:
        state = self._session.measurements
        if state.series_uid != series.uid:
            self._notices.add("warning", f"{path.name} belongs to a series that is no longer shown; nothing was added.")
            return
        new = [each for each in found.measurements if state.find(each.uid) is None]
        for each in new:
            state.add(each)
        state.add_reported(found.segments)
        known = len(found.measurements) - len(new)
        here = f" {known} were there already." if known else ""
        of = " Numbers of segments are shown below Measures." if found.segments else ""
        self._notices.add("info", f"{len(new)} measurements from {path}.{here}{of}")
        for warning in found.warnings:
            self._notices.add("warning", f"{path.name}: {warning}")

    def _failed(self, error: BaseException) -> None:
        self._notices.add("error", words(error))
