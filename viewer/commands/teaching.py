"""Learning: start and stop a training run on the saved annotations, follow its curves, show what it released."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from imaging.errors import LibraryError
from imaging.library.shelf import Shelf
from imaging.progress import Report
from imaging.saving import write_bytes
from inference.manifest import Manifest, read_manifest
from viewer.commands.inferring import Inferring
from viewer.errors import words
from viewer.jobs import training_process
from viewer.jobs.runner import Runner
from viewer.state.learning import Learning
from viewer.state.notices import Notices

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Teaching(QObject):
    """Runs training in its own process and shows how it goes."""

    _event = Signal(dict)
    _ended = Signal()

    def __init__(
        self,
        learning: Learning,
        notices: Notices,
        runner: Runner,
        shelf: Shelf,
        inferring: Inferring,
        models: Path,
        runs: Path,
    ) -> None:
        super().__init__()
        self._learning, self._notices, self._runner = learning, notices, runner
        self._shelf, self._inferring, self._models, self._runs = shelf, inferring, models, runs
        self._over = False
        self._package: Path | None = None
        self._event.connect(self._on_event, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
        runner.cancelled.connect(self._on_cancelled)

    def describe_annotations(self) -> str:
        """A sentence on what the library holds to learn from."""
        try:
            annotated = self._shelf.library.annotated_series()
        except LibraryError as error:
            return words(error)
        patients = len({one.group for one in annotated})
        noun = "patient" if patients == 1 else "patients"
        if not annotated:
            return "Nothing is saved yet. Correct a mask and save it: that is what a model learns from."
        return f"{len(annotated)} annotated series of {patients} {noun} in the library. Patients are never split."

    def start(self, name: str, parent: Path | None, epochs: int) -> None:
        """Train a model called ``name``, going on from the package folder ``parent``."""
        if not NAME.fullmatch(name):
            self._notices.add("warning", f"“{name}”: a model name has small letters, digits, dots and dashes only.")
            return
        if parent is None:
            self._notices.add("warning", "There is no model to start from.")
            return
        run = self._runs / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%S}"
        self._over, self._package = False, None
        self._learning.begin()
        self._runner.start(
            "train",
            f"Training {name}",
            lambda report: self._train(run, name, parent, epochs, report),
            self._released,
            self._failed,
        )

    def stop(self) -> None:
        """Stop the run; nothing is released, unless it was past its last step."""
        self._runner.cancel("train")

    def _train(self, run: Path, name: str, parent: Path, epochs: int, report: Report) -> Path:
        config = run / "config.toml"
        try:
            write_bytes(config, self._config(name, parent, epochs).encode())
            return training_process.run_training(config, run, report, self._event.emit)
        finally:
            self._ended.emit()

    def _config(self, name: str, parent: Path, epochs: int) -> str:
        def quoted(value: object) -> str:
            return json.dumps(str(value), ensure_ascii=False)

        return "\n".join(
            (
                f"name = {quoted(name)}",
                f"start_from = {quoted(parent)}",
                f"releases = {quoted(self._models)}",
                f"data = {{ library = {quoted(self._shelf.library.url)} }}",
                f"optimiser = {{ epochs = {epochs}, batch = 2, rate = 3e-4 }}",
                "",
            )
        )

    def _on_event(self, event: training_process.Event) -> None:
        if event.get("event") == "metrics":
            values = {
                key: float(value)
                for key, value in event.items()
                if key not in ("event", "epoch", "step") and isinstance(value, (int, float))
            }
            self._learning.add(float(event.get("epoch", 0)), values)
        elif event.get("event") == "progress" and self._runner.busy("train"):
            self._learning.say(str(event.get("text", "")))
        elif event.get("event") == "released":
            self._package = Path(event["folder"])

    def _on_cancelled(self, key: str) -> None:
        if key == "train":
            self._tell_stop()

    def _on_ended(self) -> None:
        self._over = True
        self._tell_stop()

    def _tell_stop(self) -> None:
        """Say what came of a run that was stopped, once its process has ended: it may have released by then."""
        if not self._learning.running or self._runner.busy("train"):
            return
        if not self._over:
            self._learning.say("Stopping…")
        elif self._package is not None:
            self._released(self._package)
        else:
            self._learning.end("Stopped. Nothing was released.")

    def _released(self, folder: Path) -> None:
        self._inferring.refresh()
        self._learning.end(f"Released {folder.name}; it is in the model list. {_held_out(read_manifest(folder))}")

    def _failed(self, error: BaseException) -> None:
        self._learning.end(words(error))
        self._notices.add("error", words(error))


def _held_out(manifest: Manifest) -> str:
    """The released model's headline figure, or why there is none."""
    for name in ("dice_any", "balanced_accuracy"):
        if name in manifest.metrics:
            value, low, high = manifest.metrics[name]
            return f"On held-out patients {name.replace('_', ' ')} is {value:.2f} ({low:.2f} to {high:.2f})."
    return "No patient could be held back, so nothing is known of how well it does on others."
