"""Masks in files, shown as a proposal over the images they were made from; presentation states, applied to theirs."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from imaging.errors import OtherGrid
from imaging.formats.segmentation.imported import NOT_STATED, Fractions, ImportedMask
from imaging.labelmap import Provenance
from imaging.sandbox import Sandbox
from imaging.study import Document, Series
from imaging.volume import Volume
from inference.prediction import HeatMap, Prediction
from inference.probability import CERTAIN, ProbabilityMap
from viewer.commands.presenting import Presenting
from viewer.commands.reading import Reading
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.state.findings import FROM_FILE, IMPORTED, Findings
from viewer.state.notices import Notices
from viewer.state.session import Session


@dataclass(frozen=True)
class _Waiting:
    """A document that is shown once its images are there."""

    document: Document
    source: Series
    resample: bool = False


@dataclass(frozen=True)
class Misfit:
    """A mask that lies on other voxels than the image it was asked for; ``words`` say what differs."""

    document: Document
    source: Series
    words: str


class Overlaying(QObject):
    """Shows the mask of a file as a proposal, which is accepted or put away like that of a model.

    Signals:
        consent_wanted: a mask could be resampled, if the person agrees; carries the :class:`Misfit`.
    """

    consent_wanted = Signal(object)

    def __init__(
        self,
        session: Session,
        findings: Findings,
        notices: Notices,
        runner: Runner,
        sandbox: Sandbox,
        reading: Reading,
        presenting: Presenting,
    ) -> None:
        super().__init__()
        self._session, self._findings, self._notices = session, findings, notices
        self._runner, self._sandbox, self._reading = runner, sandbox, reading
        self._presenting = presenting
        self._waiting: _Waiting | None = None
        session.completed.connect(self._go_on)
        session.volume_changed.connect(self._go_on)

    def show(self, document: Document) -> None:
        """Propose a mask over its images, or show these as a presentation state says; they are loaded first."""
        study = self._session.study
        source = study.source_of(document) if study is not None else None
        if source is None:
            self._notices.add("warning", f"The images that {document.file.name} was made from are not here. Open both.")
            return
        self.propose(document, source)

    def propose(self, document: Document, source: Series) -> None:
        """The same over ``source``."""
        self._wait_for(_Waiting(document, source))

    def resample(self, misfit: Misfit) -> None:
        """Propose a mask brought onto the voxels of its image, as the person agreed to."""
        self._wait_for(_Waiting(misfit.document, misfit.source, resample=True))

    def _wait_for(self, waiting: _Waiting) -> None:
        self._waiting = waiting
        if self._session.series != waiting.source:
            self._reading.load(waiting.source)
        self._go_on()

    def _go_on(self) -> None:
        waiting, volume = self._waiting, self._session.volume
        if waiting is None or volume is None or self._session.series != waiting.source or not self._session.complete:
            return
        self._waiting = None
        document, source = waiting.document, waiting.source
        if document.kind == "presentation":
            self._presenting.apply(document.file)
            return
        self._runner.start(
            "segmentation",
            f"Reading {document.file.name}",
            lambda report: self._sandbox.read_segmentation(document.file, volume, source, report, waiting.resample),
            lambda mask: self._read(mask, document, volume),
            lambda error: self._refused(error, document, source),
        )

    def _refused(self, error: BaseException, document: Document, source: Series) -> None:
        """Say why; where resampling would make sense, ask first."""
        if isinstance(error, OtherGrid):
            self.consent_wanted.emit(Misfit(document, source, words(error)))
        else:
            self._notices.add("error", words(error))

    def decline(self, misfit: Misfit) -> None:
        """Leave a mask that does not fit where it is."""
        self._notices.add("warning", f"{misfit.words}. It was not laid on the image.")

    def _read(self, mask: ImportedMask, document: Document, volume: Volume) -> None:
        if self._session.volume is volume:
            shown = proposal(mask, document, volume.series_uid)
            self._findings.show_prediction(shown)
            if mask.fractions is not None:
                self._findings.show_heat(heat_of(mask.fractions, shown))


def heat_of(fractions: Fractions, shown: Prediction) -> HeatMap:
    """The highest fraction of any segment in each voxel, clear where it is 0."""
    highest = fractions.array.max(axis=0).astype(np.float32) / np.float32(CERTAIN)
    highest[highest == 0] = np.nan
    return HeatMap(highest, 1.0, False, fractions.meaning.capitalize(), "", "any segment", shown.model)


def proposal(mask: ImportedMask, document: Document, series_uid: str) -> Prediction:
    """The mask as a prediction that says which file it comes from, and who or what made it where the file says so."""
    made, file = mask.labelmap.provenance, document.file.name
    author = made.author if made is not None and made.author != NOT_STATED else ""
    maker = (made.model if made is not None else "") or author
    return Prediction(
        series_uid,
        f"{maker} ({file})" if maker else f"{IMPORTED}{file}",
        made.model_version if made is not None else "",
        FROM_FILE,
        (),
        mask.labelmap,
        mask.labelmap.volumes_ml(),
        "",
        0.0,
        float("nan"),
        (*_origin(author, made), *mask.warnings),
        None
        if mask.fractions is None
        else ProbabilityMap(mask.fractions.array, mask.fractions.values, mask.labelmap.geometry),
    )


def _origin(author: str, made: Provenance | None) -> tuple[str, ...]:
    """Who made it and when, in words; nothing where the file says neither."""
    when = made.time.astimezone().strftime(" on %Y-%m-%d") if made is not None and made.time.year > 1 else ""
    by = f" by {author}" if author else ""
    return (f"Made{by}{when}.",) if by or when else ()
