"""The child's side of :mod:`viewer.jobs.inference_process`: loads models, keeps them, answers one request at a time."""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event as StopEvent
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from imaging.errors import ImagingError
from imaging.progress import Cancelled, Report
from inference.errors import InferenceError
from inference.registry import Package
from viewer.jobs import transport

if TYPE_CHECKING:
    from inference.predictor import Predictor

Device = Literal["auto", "cpu", "cuda"]
Answer = tuple[Literal["progress", "result", "cancelled", "error"], Any]


@dataclass(frozen=True)
class Request:
    """``verb`` of :class:`inference.predictor.Predictor` with its arguments; without a verb, only import torch.

    Attributes:
        options: arguments by name.
    """

    verb: Literal["", "predict", "explain"] = ""
    package: Package | None = None
    device: Device = "auto"
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


def serve(pipe: Connection, stop: StopEvent) -> None:
    """Answer requests until the window closes the pipe or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the window, which ends this process

    def report(done: int, total: int, text: str) -> None:
        if stop.is_set():
            raise Cancelled
        transport.send(pipe, ("progress", (done, total, text)))

    models = Models()
    try:
        while True:
            transport.send(pipe, models.answer(transport.receive(pipe), report))
    except (EOFError, OSError):
        return


class Models:
    """The models loaded so far, by folder, weights and device."""

    def __init__(self) -> None:
        self._loaded: dict[tuple[Path, str, str], Predictor] = {}

    def answer(self, request: Request, report: Report) -> Answer:
        """The result, that it was cancelled, or what went wrong in words."""
        try:
            return "result", self._do(request, report)
        except Cancelled:
            return "cancelled", None
        except (InferenceError, ImagingError) as error:
            return "error", str(error)
        except MemoryError:
            return "error", "there is not enough memory to run this model here"
        except Exception as error:  # noqa: BLE001  whatever a library raises must reach the window in words
            return "error", f"the model failed ({type(error).__name__}: {error})"

    def _do(self, request: Request, report: Report) -> Any:
        import torch

        from inference.predictor import Predictor

        torch.set_num_threads(threads())
        package = request.package
        if package is None or package.manifest is None:
            return None
        key = (package.folder, package.manifest.weights.sha256, request.device)
        if key not in self._loaded:
            report(0, 0, f"Loading {package.manifest.title}")
            self._loaded[key] = Predictor(package, request.device)
        return getattr(self._loaded[key], request.verb)(*request.arguments, **request.options, report=report)


def threads() -> int:
    """All cores but one, which is the window's: torch's threads spin while they wait for a core that another holds."""
    return max(1, (os.cpu_count() or 1) - 1)
