"""Models in a process of their own, so that the window never imports torch and never waits for it."""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event as StopEvent
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, cast

from imaging.errors import ImagingError
from imaging.progress import Cancelled, Report
from imaging.volume import Volume
from inference.errors import InferenceError
from inference.prediction import HeatMap, Prediction
from inference.registry import Package

if TYPE_CHECKING:
    from inference.predictor import Predictor

Device = Literal["auto", "cpu", "cuda"]
POLL_S = 0.05
LEAVE_S = 2.0
CANCEL_S = 30.0


@dataclass(frozen=True)
class _Request:
    """``verb`` of :class:`Predictor` with its arguments; no verb only loads what every request needs."""

    verb: Literal["", "predict", "explain"] = ""
    package: Package | None = None
    device: Device = "auto"
    arguments: tuple[Any, ...] = ()


class InferenceProcess:
    """Runs one request at a time in a spawned child that keeps the models it has loaded.

    Every method blocks; call it from a worker thread. A child that died is replaced at the next request.
    """

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._busy, self._starting = Lock(), Lock()
        self._child: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._stop: StopEvent | None = None

    def warm_up(self, report: Report) -> None:
        """Start the child and have it import torch.

        Raises:
            InferenceError: the child died.
            Cancelled: see :meth:`predict`.
        """
        self._ask(_Request(), report)

    def predict(self, package: Package, volume: Volume, device: Device, report: Report) -> Prediction:
        """What the model says of ``volume``.

        Raises:
            InferenceError: the package, the device or the image is not fit, or the child died.
            Cancelled: ``report`` raised it; the child has stopped.
        """
        return self._ask(_Request("predict", package, device, (volume,)), report)

    def explain(
        self, package: Package, volume: Volume, method: str, k: int, target: str, device: Device, report: Report
    ) -> HeatMap:
        """Why the model says ``target`` of slice ``k``.

        Raises:
            InferenceError: see :meth:`predict`.
            Cancelled: see :meth:`predict`.
        """
        return self._ask(_Request("explain", package, device, (volume, method, k, target)), report)

    @property
    def pid(self) -> int | None:
        """Process id of the child, None while there is none."""
        return self._child.pid if self._child is not None and self._child.is_alive() else None

    def shut_down(self) -> None:
        """End the child, whatever it is doing; a thread that waits for it is told so."""
        with self._starting:
            child, self._child, self._pipe = self._child, None, None
        if child is not None:
            child.terminate()
            child.join(LEAVE_S)
            if child.is_alive():
                child.kill()
                child.join()

    def _ask(self, request: _Request, report: Report) -> Any:
        report(0, 0, "Starting the model")
        with self._busy:
            pipe, stop = self._running()
            stop.clear()
            try:
                pipe.send(request)
                return self._answer(pipe, stop, report)
            except (EOFError, OSError) as error:
                code = self._child.exitcode if self._child is not None else None
                self.shut_down()
                raise InferenceError(
                    f"the model process ended unexpectedly (exit status {code}; out of memory?). "
                    "The next run starts a new one."
                ) from error

    def _running(self) -> tuple[Connection, StopEvent]:
        with self._starting:
            if self._child is None or self._pipe is None or self._stop is None or not self._child.is_alive():
                ours, theirs = self._context.Pipe()
                self._pipe, self._stop = cast(Connection, ours), self._context.Event()
                child = self._context.Process(target=_serve, args=(theirs, self._stop), daemon=True)
                child.start()
                theirs.close()
                self._child = child
            return self._pipe, self._stop

    def _answer(self, pipe: Connection, stop: StopEvent, report: Report) -> Any:
        progress: tuple[int, int, str] = (0, 0, "Starting the model")
        while True:
            try:
                report(*progress)
            except Cancelled:
                self._give_up(pipe, stop)
                raise
            if not pipe.poll(POLL_S):
                continue
            kind, content = pipe.recv()
            if kind == "progress":
                progress = content
            elif kind == "result":
                return content
            elif kind == "cancelled":
                raise Cancelled
            else:
                raise InferenceError(content)

    def _give_up(self, pipe: Connection, stop: StopEvent) -> None:
        """Have the child stop at its next report; one that does not is ended."""
        stop.set()
        while pipe.poll(CANCEL_S):
            if pipe.recv()[0] != "progress":
                return
        self.shut_down()


def _serve(pipe: Connection, stop: StopEvent) -> None:
    """The child: answer requests until the pipe closes."""
    from inference.predictor import Predictor

    loaded: dict[tuple[Path, str, str], Predictor] = {}

    def report(done: int, total: int, text: str) -> None:
        if stop.is_set():
            raise Cancelled
        pipe.send(("progress", (done, total, text)))

    while True:
        try:
            request: _Request = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(_handled(lambda: _do(request, loaded, report)))  # noqa: B023  called at once


def _do(request: _Request, loaded: "dict[tuple[Path, str, str], Predictor]", report: Report) -> Any:
    from inference.predictor import Predictor

    if not request.verb or request.package is None or request.package.manifest is None:
        return None
    key = (request.package.folder, request.package.manifest.weights.sha256, request.device)
    if key not in loaded:
        report(0, 0, f"Loading {request.package.manifest.title}")
        loaded[key] = Predictor(request.package, request.device)
    return getattr(loaded[key], request.verb)(*request.arguments, report=report)


def _handled(work: Callable[[], Any]) -> tuple[str, Any]:
    try:
        return "result", work()
    except Cancelled:
        return "cancelled", None
    except (InferenceError, ImagingError) as error:
        return "error", str(error)
    except MemoryError:
        return "error", "there is not enough memory to run this model here"
    except Exception as error:  # noqa: BLE001  whatever a library raises must reach the window in words
        return "error", f"the model failed ({type(error).__name__}: {error})"
