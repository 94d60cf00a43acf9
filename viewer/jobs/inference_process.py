"""Models in a process of their own, so that the window never imports torch and never waits for it."""

import multiprocessing
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event as StopEvent
from threading import Lock
from typing import Any, cast

from imaging.progress import Cancelled, Report
from imaging.volume import Volume
from inference.errors import InferenceError
from inference.prediction import HeatMap, Prediction
from inference.registry import Package
from viewer.jobs import transport
from viewer.jobs.inference_server import Device, Request, serve

POLL_S = 0.05
LEAVE_S = 2.0
CANCEL_S = 30.0
"""A child that does not stop within this time after Cancel is ended."""


@dataclass(frozen=True)
class _Child:
    """A running model process, our end of its pipe, and the event that stops its work."""

    process: BaseProcess
    pipe: Connection
    stop: StopEvent


class InferenceProcess:
    """Runs one request at a time in a spawned child that keeps the models it has loaded.

    Every method blocks; call it from a worker thread. A child that died is replaced at the next request.
    """

    def __init__(self) -> None:
        self._busy = Lock()
        self._child: _Child | None = None

    def warm_up(self, report: Report) -> None:
        """Start the child and have it import torch.

        Raises:
            InferenceError: the child died.
            Cancelled: see :meth:`predict`.
        """
        self._ask(Request(), report)

    def predict(
        self, package: Package, volume: Volume, device: Device, report: Report, *, probabilities: bool = False
    ) -> Prediction:
        """What the model says of ``volume``.

        Args:
            probabilities: send those of a segmentation back as well: one byte per voxel and label.

        Raises:
            InferenceError: the package, the device or the image is not fit, or the child died.
            Cancelled: ``report`` raised it; the child has stopped.
        """
        return self._ask(Request("predict", package, device, (volume,), {"probabilities": probabilities}), report)

    def explain(
        self, package: Package, volume: Volume, method: str, k: int, target: str, device: Device, report: Report
    ) -> HeatMap:
        """Why the model says ``target`` of slice ``k``; only this slice travels to the child.

        Raises:
            InferenceError: see :meth:`predict`.
            Cancelled: see :meth:`predict`.
        """
        request = Request("explain", package, device, (volume.slab(k), method, 0, target))
        heat: HeatMap = self._ask(request, report)
        return heat.within(volume.geometry.shape_kji, k)

    @property
    def pid(self) -> int | None:
        """Process id of the child, None while there is none."""
        child = self._child
        return child.process.pid if child is not None and child.process.is_alive() else None

    def shut_down(self) -> None:
        """End the child, whatever it is doing."""
        child, self._child = self._child, None
        if child is None:
            return
        child.pipe.close()
        child.process.terminate()
        child.process.join(LEAVE_S)
        if child.process.is_alive():
            child.process.kill()
            child.process.join()

    def _ask(self, request: Request, report: Report) -> Any:
        with self._turn(report):
            child = self._running()
            try:
                child.stop.clear()
                transport.send(child.pipe, request)
                return self._answer(child, report)
            except (EOFError, OSError) as error:
                self.shut_down()
                raise InferenceError(
                    f"the model process ended unexpectedly ({_ending(child.process.exitcode)}). "
                    "The next run starts a new one."
                ) from error
            except (Cancelled, InferenceError):
                raise
            except BaseException:  # as where memory is short: what is left in the pipe is no answer to the next request
                self.shut_down()
                raise

    @contextmanager
    def _turn(self, report: Report) -> Generator[None]:
        """Hold the child for one request; waiting for another one can be cancelled."""
        while not self._busy.acquire(timeout=POLL_S):
            report(0, 0, "Waiting for the model")
        try:
            yield
        finally:
            self._busy.release()

    def _running(self) -> _Child:
        if self._child is None or not self._child.process.is_alive():
            self.shut_down()
            self._child = _started()
        return self._child

    def _answer(self, child: _Child, report: Report) -> Any:
        progress: tuple[int, int, str] = (0, 0, "Starting the model")
        while True:
            try:
                report(*progress)
            except Cancelled:
                self._give_up(child)
                raise
            if not child.pipe.poll(POLL_S):
                continue
            kind, content = transport.receive(child.pipe)
            match kind:
                case "progress":
                    progress = content
                case "result":
                    return content
                case _:
                    raise InferenceError(content)

    def _give_up(self, child: _Child) -> None:
        """Have the child stop at its next report; one that does not, or that is dead, is ended."""
        child.stop.set()
        try:
            while child.pipe.poll(CANCEL_S):
                if transport.receive(child.pipe)[0] != "progress":
                    return
        except (EOFError, OSError):
            pass
        self.shut_down()


def _started() -> _Child:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    stop = context.Event()
    process = context.Process(target=serve, args=(theirs, stop), name="wetread-models", daemon=True)
    process.start()
    theirs.close()
    return _Child(process, cast(Connection, ours), stop)


def _ending(status: int | None) -> str:
    """Why a process is gone, as far as its exit status tells."""
    if status is not None and status < 0:
        return f"killed by signal {-status}; memory may have run out" if status == -9 else f"signal {-status}"
    return f"exit status {status}"
