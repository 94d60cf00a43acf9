"""Readers for files nobody vouches for: the same functions, carried out by workers that can do no harm."""

import threading
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from imaging.arrival import Arrival
from imaging.errors import ImagingError, ReadError
from imaging.formats.archives import UNPACKED_PREFIX
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.measurement_report.packed import PackedMeasurements, ReadMeasurements
from imaging.formats.metadata import Element
from imaging.formats.presentation.presentation import Presentation
from imaging.formats.segmentation.imported import ImportedMask
from imaging.key_image import KeySelection
from imaging.progress import Report, silent
from imaging.sandbox.indexing import LARGE, Indexing, ListFiles, files_below
from imaging.sandbox.left import UnreadVolume
from imaging.sandbox.limits import Limits, default_memory_bytes
from imaging.sandbox.listings import Listings
from imaging.sandbox.process import Stopped, WorkerProcess
from imaging.sandbox.requests import (
    LoadVolume,
    OpenFiles,
    OpenStudy,
    ReadKeySelection,
    ReadMetadata,
    ReadPresentation,
    ReadSegmentation,
    ReadText,
    Request,
)
from imaging.sandbox.requests import ReadMeasurements as MeasurementsRequest
from imaging.sandbox.scratch import Scratch, remove_stale
from imaging.sandbox.starting import WORKER
from imaging.stored_planes import TooNarrow
from imaging.study import Document, Refusal, Series, Study
from imaging.volume import Volume

_KEPT_WARM = 2

Partial = Callable[[Study], None]
"""Takes what is known of a folder that is still being listed."""


class Sandbox:
    """Reads studies, volumes and documents in other processes. For any number of threads; each has its own worker.

    A worker that dies, hangs or eats memory costs the file it was reading, with the reason in words, and nothing else:
    the next request has a fresh one.

    Args:
        memory_bytes: address space of one worker; what :func:`default_memory_bytes` says when left out.
        silence_s: seconds without progress (a file, a frame) after which a worker is stopped.
        program: the command that starts a worker; the interpreter and module when left out.
        cache: folder that keeps listings of large folders from one time to the next; nothing is kept when left out.
    """

    def __init__(
        self,
        memory_bytes: int | None = None,
        silence_s: float = 10.0,
        program: Sequence[str] = WORKER,
        cache: Path | None = None,
    ) -> None:
        self._limits = Limits(memory_bytes or default_memory_bytes(), silence_s)
        self._program = program
        self._listings = Listings(cache)
        # One for all workers: what one of them unpacked from an archive is still there when it is gone.
        remove_stale()
        scratch = Scratch()
        self._scratch = scratch.folder
        self._idle: list[WorkerProcess] = []
        self._lock = threading.Lock()
        self._finalizer = weakref.finalize(self, _end, self._idle, scratch)
        with suppress(OSError):
            self._idle.append(self._new_worker())

    def open_study(self, path: Path, report: Report = silent, partial: Partial | None = None) -> Study:
        """As :func:`imaging.formats.reading.open_study`; files that stop a worker are among the refused.

        Args:
            path: a file or a folder.
            report: told of every file; where it raises, all workers of this opening are stopped.
            partial: called from this thread, several times while a large folder is listed, with the study so far: it
                takes the place of the one before. It only grows. A series whose files lie far apart has only the
                first of them until the study that this returns, so compare files, not identities. Any series of it
                can be loaded. Not called for small folders and single files.

        Raises:
            ReadError: there is nothing at ``path``, it may not be read, or reading the one file there was stopped.
            Cancelled: by ``report``.
        """
        if path.is_dir():
            files, unseen = files_below(path)
            if len(files) >= LARGE:
                return Indexing(path, self._files_of(path), self._listings, report, partial).run(files, unseen)
        return self._surviving(path, lambda skip: OpenStudy(path, skip), report)

    def list_files(self, path: Path, files: Sequence[Path], report: Report = silent) -> Study:
        """As :func:`imaging.formats.reading.open_files`; files that stop a worker are among the refused.

        Raises:
            ReadError: no file can be blamed for a worker that stopped.
            Cancelled: by ``report``.
        """
        return self._surviving(path, lambda skip: OpenFiles(path, tuple(files), skip), report)

    def _files_of(self, path: Path) -> ListFiles:
        return lambda files, report: self.list_files(path, files, report)

    def _surviving(self, path: Path, request: Callable[[frozenset[Path]], Request], report: Report) -> Study:
        """The answer to ``request``, which is asked again without each file that ended a worker."""
        refused: dict[Path, str] = {}
        while True:
            try:
                study: Study = self._ask(request(frozenset(refused)), report)
            except Stopped as stopped:
                if not path.is_dir() and not self._inside(path, stopped.files[:1]):
                    raise ReadError(path, stopped.words_with_file(path)) from stopped
                culprit, words = self._culprit(path, stopped, report)
                culprit = self._inside(path, [culprit]) or culprit
                if culprit in refused:
                    raise ReadError(path, f"{stopped.words}, again at {culprit.name}") from stopped
                refused[culprit] = words
            else:
                more = [Refusal(file, words) for file, words in refused.items()]
                together = sorted([*study.refused, *more], key=lambda each: each.file)
                return Study(study.path, study.series, tuple(together), study.documents)

    def _inside(self, archive: Path, files: Sequence[Path]) -> Path | None:
        """The first of these files as a member of an archive; None where it was not unpacked from one."""
        unpacked = [file.relative_to(self._scratch).parts for file in files if file.is_relative_to(self._scratch)]
        is_member = unpacked and len(unpacked[0]) > 1 and unpacked[0][0].startswith(UNPACKED_PREFIX)
        return archive.joinpath(*unpacked[0][1:]) if is_member else None

    def load_volume(self, series: Series, report: Report = silent, arrival: Arrival | None = None) -> Volume:
        """As :func:`imaging.formats.reading.load_volume`.

        The memory is the sandbox's own, seen read-only: ``arrival.allocate`` is not called. Planes in which nothing is
        to be decoded are read by this thread and its own, from where a worker said that they lie.

        Raises:
            ReadError: a file is gone, has changed, cannot be decoded, or stopped the worker.
            Truncated: a file ends before its pixels.
            Cancelled: by ``report``.
        """
        found = self._ask_for_one(LoadVolume(series, arrival is not None), report, arrival)
        if not isinstance(found, UnreadVolume):
            return found
        try:
            return found.read()
        except TooNarrow:
            return self._ask_for_one(LoadVolume(series, arrival is not None, gives_all=True), report, arrival)

    def read_text(self, document: Document) -> str:
        """As :func:`imaging.formats.documents.read_text`.

        Raises:
            ReadError: the file cannot be read, or stopped the worker.
        """
        return self._ask_for_one(ReadText(document), silent)

    def read_segmentation(
        self, path: Path, volume: Volume, series: Series, report: Report = silent, resample: bool = False
    ) -> ImportedMask:
        """As :func:`imaging.formats.segmentation.importing.import_onto`.

        Raises:
            OtherGrid: it does not fit the image, but could be resampled.
            ReadError: the file cannot be read, does not fit the image, or stopped the worker.
            Cancelled: by ``report``.
        """
        return self._ask_for_one(ReadSegmentation(path, grid_of(volume), series, resample), report)

    def read_measurements(self, path: Path, volume: Volume, series: Series) -> ReadMeasurements:
        """As :func:`imaging.formats.measurement_report.reading.read_report`.

        Raises:
            ReadError: the file cannot be read, does not fit the image, or stopped the worker.
        """
        found: PackedMeasurements = self._ask_for_one(MeasurementsRequest(path, grid_of(volume), series), silent)
        try:
            return found.unpacked()
        except ValueError as error:
            raise ReadError(path, str(error)) from error

    def read_presentation(self, path: Path, volume: Volume, series: Series) -> Presentation:
        """As :func:`imaging.formats.presentation.reading.read_presentation`.

        Raises:
            ReadError: the file cannot be read, does not fit the image, or stopped the worker.
        """
        return self._ask_for_one(ReadPresentation(path, grid_of(volume), series), silent)

    def read_key_selection(self, path: Path, series: Sequence[Series]) -> KeySelection:
        """As :func:`imaging.formats.key_selection.read_key_selection`.

        Raises:
            ReadError: the file cannot be read, points at other images, or stopped the worker.
        """
        return self._ask_for_one(ReadKeySelection(path, tuple(series)), silent)

    def read_metadata(self, path: Path) -> tuple[Element, ...]:
        """As :func:`imaging.formats.metadata.read_metadata`.

        Raises:
            ReadError: the file cannot be read, or stopped the worker.
        """
        return self._ask_for_one(ReadMetadata(path), silent)

    def close(self) -> None:
        """End all workers that have nothing to do; ones at work end with their request. Unpacked archives go."""
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask_for_one(self, request: Request, report: Report, arrival: Arrival | None = None) -> Any:
        try:
            return self._ask(request, report, arrival)
        except Stopped as stopped:
            file = stopped.files[0] if stopped.files else request.subject
            raise ReadError(file, stopped.words) from stopped

    def _ask(self, request: Request, report: Report, arrival: Arrival | None = None) -> Any:
        """The answer of an idle worker, or of a new one; a worker that gave none is stopped."""
        try:
            worker = self._taken()
        except OSError as error:
            raise ReadError(request.subject, f"no reader could be started: {error.strerror or error}") from error
        try:
            answer = worker.ask(request, report, arrival)
        except ImagingError:
            self._give_back(worker)
            raise
        except BaseException:
            worker.stop()
            self._give_back(None)
            raise
        self._give_back(worker)
        return answer

    def _taken(self) -> WorkerProcess:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive:
                    return worker
                worker.stop()
        return self._new_worker()

    def _new_worker(self) -> WorkerProcess:
        if not self._finalizer.alive:
            raise OSError("the sandbox is closed")
        return WorkerProcess(self._limits, self._scratch, self._program)

    def _give_back(self, worker: WorkerProcess | None) -> None:
        """Keep the worker warm; in place of one that was stopped, begin to warm up another."""
        with self._lock:
            room = self._finalizer.alive and len(self._idle) < _KEPT_WARM
            if room and (worker or not self._idle):
                with suppress(OSError):
                    self._idle.append(worker or self._new_worker())
                return
        if worker:
            worker.stop()

    def _culprit(self, path: Path, stopped: Stopped, report: Report) -> tuple[Path, str]:
        """The file that stops a worker also when it is alone, else the one read last; and how it ended.

        Raises:
            ReadError: no file was opened yet.
        """
        if not stopped.files:
            raise ReadError(path, stopped.words) from stopped
        if len(stopped.files) == 1:
            return stopped.files[0], stopped.words
        for file in stopped.files:
            try:
                self._ask(OpenStudy(file), report)
            except Stopped as alone:
                return file, alone.words
            except ImagingError:
                continue
        return stopped.files[0], stopped.words


def _end(workers: list[WorkerProcess], scratch: Scratch) -> None:
    while workers:
        workers.pop().stop()
    scratch.remove()
