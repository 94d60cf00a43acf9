"""Running models: predict, explain, device, and the list of packages."""

from collections.abc import Callable
from typing import Literal

from inference.manifest import Manifest
from inference.prediction import HeatMap, Prediction
from inference.registry import Package, Registry, suits
from viewer.commands.delivering import Delivering
from viewer.errors import words
from viewer.jobs.inference_process import InferenceProcess
from viewer.jobs.runner import Runner
from viewer.state.findings import Findings
from viewer.state.models import Models
from viewer.state.notices import Notices
from viewer.state.opened import OpenSeries
from viewer.state.session import Session

Method = Literal["gradcam", "integrated-gradients"]


class Inferring:
    """Runs the chosen model in the worker process and shows what it says."""

    def __init__(
        self,
        session: Session,
        findings: Findings,
        models: Models,
        notices: Notices,
        runner: Runner,
        registry: Registry,
        process: InferenceProcess,
    ) -> None:
        self._session, self._findings, self._models = session, findings, models
        self._notices, self._runner, self._registry, self._process = notices, runner, registry, process
        self._delivering = Delivering(session, notices)
        self._modality_known = True

    def refresh(self) -> None:
        """Look for model packages again; the newest of each name, broken ones with their reason."""
        self._models.show(tuple(self._registry.packages()))
        for package in self._models.packages:
            if package.problem:
                self._notices.add("warning", package.problem)
        self.choose_fitting()

    def choose_fitting(self) -> None:
        """Choose a model that fits the shown volume, unless the chosen one does.

        A picture that does not say how it was taken has its model chosen by a person, where several read its kind.
        """
        volume, chosen = self._session.volume, self._models.chosen
        if volume is None:
            return
        fitting = [package for package in self._models.packages if not self.why_not(package)]
        known, known_before = bool(volume.modality), self._modality_known
        self._modality_known = known
        if chosen in fitting and (known or not known_before):
            return
        self._models.choose(fitting[0] if fitting and (known or len(fitting) == 1) else None)

    def why_not(self, package: Package) -> str:
        """Why a model cannot be run on the shown volume; empty where it can, and while there is none."""
        volume = self._session.volume
        if package.manifest is None or package.problem:
            return package.problem or "It has no manifest."
        return "" if volume is None else suits(package.manifest, volume) or ""

    def warm_up(self) -> None:
        """Start the worker process after the first paint, so that the first prediction is quick."""
        self._runner.start("warm-up", "Starting the model process", self._process.warm_up, _ignore, _ignore)

    def predict(self, then: Callable[[], None] | None = None) -> None:
        """Run the chosen model on the shown volume.

        Args:
            then: called when its prediction is shown, unless another series is worked in by then.
        """
        package, opened = self._models.chosen, self._session.opened
        if package is None or package.manifest is None or opened is None:
            return
        title, volume = package.manifest.title, opened.volume
        reason = suits(package.manifest, volume) if self._session.complete else "Wait until the series is loaded."
        if reason:
            self._notices.add("warning", reason)
            return
        self._runner.start(
            "predict",
            f"Running {title}",
            lambda report: self._process.predict(package, volume, "auto", report, probabilities=True),
            lambda prediction: self._predicted(prediction, title, opened, then),
            self._failed,
        )

    def explain(self, method: Method, target: str) -> None:
        """Show what on the current slice made the model say ``target``."""
        package, opened, k = self._package_of_prediction(), self._session.opened, self._session.active.stored_k
        if package is None or opened is None or not opened.complete:
            return
        volume = opened.volume
        self._runner.start(
            "explain",
            f"Explaining {target}",
            lambda report: self._process.explain(package, volume, method, k, target, "auto", report),
            lambda heat: self._explained(heat, opened),
            self._failed,
        )

    def explain_top(self, method: Method) -> None:
        """Explain the finding with the highest probability."""
        prediction = self._findings.prediction
        if prediction is not None and prediction.findings:
            self.explain(method, max(prediction.findings, key=lambda finding: finding.probability).label)

    def _package_of_prediction(self) -> Package | None:
        """The package whose weights made the shown prediction; says so where it is gone."""
        prediction = self._findings.prediction
        if prediction is None:
            return None
        for package in self._models.packages:
            if package.manifest is not None and _made(package.manifest, prediction):
                return package
        self._notices.add("warning", f"{prediction.model} {prediction.version} is no longer among the models: run one.")
        return None

    def _predicted(
        self, prediction: Prediction, title: str, opened: OpenSeries, then: Callable[[], None] | None
    ) -> None:
        at_once = self._delivering.deliver(opened, title, lambda: self._findings.show_prediction(prediction))
        if at_once and then is not None:
            then()

    def _explained(self, heat: HeatMap, opened: OpenSeries) -> None:
        what = f"The explanation of {heat.target}"
        self._delivering.deliver(opened, what, lambda: self._findings.show_heat(heat))

    def _failed(self, error: BaseException) -> None:
        self._notices.add("error", words(error))


def _made(manifest: Manifest, prediction: Prediction) -> bool:
    made_by = (prediction.model, prediction.version, prediction.weights_sha256)
    return made_by == (manifest.name, manifest.version, manifest.weights.sha256)


def _ignore(_: object) -> None:
    """A warm-up that failed says so at the first real request."""
