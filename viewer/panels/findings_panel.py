"""What the model says, with its evidence: choose, run, probabilities, proposed mask, heat map."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QProgressBar, QWidget

from imaging.editing.merging import Merge
from inference.prediction import Finding, Prediction
from inference.registry import Package
from viewer.commands.annotating import Annotating
from viewer.commands.inferring import Inferring, Method
from viewer.panels.layout import button, column, heading, muted, percent_slider, plain, plain_tip
from viewer.state.findings import COMPARED, FROM_FILE, IMPORTED, Findings
from viewer.state.models import Models
from viewer.state.session import Session

CHOOSE_MODEL = "This picture does not say how it was taken. Choose the model that was made for such pictures."
MERGES: tuple[tuple[Merge, str], ...] = (
    ("beside", "goes beside what is drawn"),
    ("empty", "goes where nothing is drawn"),
    ("replace", "goes in place of what is drawn"),
)
NO_MODEL = "None of the models here reads this kind of image. Your own go into the models folder (see the README)."


class FindingsPanel(QWidget):
    """The model's findings for the shown series."""

    def __init__(
        self, session: Session, findings: Findings, models: Models, inferring: Inferring, annotating: Annotating
    ) -> None:
        super().__init__()
        self._session, self._findings, self._models = session, findings, models
        self._inferring, self._annotating = inferring, annotating
        self.choice = QComboBox()
        self.choice.setAccessibleName("Model")
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.about = muted()
        self.run = button("Run model", inferring.predict, "Run the chosen model on this series (P)", primary=True)
        self.summary = muted("No model has been run on this series.")
        self.rows = QGridLayout()
        self._shown: Prediction | None = None
        self._lay_out()
        self.choice.activated.connect(self._chosen)
        models.changed.connect(self._show_models)
        findings.changed.connect(self._show)
        session.volume_changed.connect(self._show_models)
        self._show_models()
        self._show()

    def _lay_out(self) -> None:
        layout = column(self)
        for widget in (heading("Model"), self.choice, self.about, self.run, heading("Findings"), self.summary):
            layout.addWidget(widget)
        self.rows.setColumnStretch(1, 1)
        layout.addLayout(self.rows)
        self.mask_row, self.heat_box = QWidget(), QWidget()
        layout.addWidget(self.mask_row)
        layout.addWidget(self.heat_box)
        self._lay_out_mask()
        self._lay_out_heat()
        layout.addStretch(1)

    def _lay_out_mask(self) -> None:
        self.accept = button("Accept mask", self._accept, "Into the annotation (A)", primary=True)
        self.merge = QComboBox()
        self.merge.setAccessibleName("What becomes of what is drawn already")
        for how, text in MERGES:
            self.merge.addItem(text, how)
        self.merge.setToolTip("What becomes of what is drawn already")
        self.reject = button("Put away", self._annotating.reject, "Forget this prediction (X)")
        self.proposal_visible = QCheckBox("Show proposed mask")
        self.proposal_visible.toggled.connect(self._findings.set_proposal_visible)
        grid = QGridLayout(self.mask_row)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.merge, 0, 0, 1, 2)
        grid.addWidget(self.accept, 1, 0)
        grid.addWidget(self.reject, 1, 1)
        grid.addWidget(self.proposal_visible, 2, 0, 1, 2)

    def _accept(self) -> None:
        self._annotating.accept(self.merge.currentData() if self._annotating.drawn else None)

    def _lay_out_heat(self) -> None:
        self.target = QComboBox()
        self.target.setAccessibleName("Finding to explain")
        grad = button("Grad-CAM", lambda: self._explain("gradcam"), "Which regions spoke for this finding (H)")
        integrated = button(
            "Integrated gradients",
            lambda: self._explain("integrated-gradients"),
            "Which pixels spoke for and against it (Shift+H)",
        )
        self.heat_visible = QCheckBox("Show heat map")
        self.heat_visible.toggled.connect(self._findings.set_heat_visible)
        opacity = percent_slider(self._findings.heat_opacity, self._findings.set_heat_opacity)
        buttons = QHBoxLayout()
        buttons.addWidget(grad)
        buttons.addWidget(integrated)
        grid = QGridLayout(self.heat_box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(heading("Why"), 0, 0, 1, 2)
        grid.addWidget(self.target, 1, 0, 1, 2)
        grid.addLayout(buttons, 2, 0, 1, 2)
        grid.addWidget(self.heat_visible, 3, 0)
        grid.addWidget(opacity, 3, 1)

    def _explain(self, method: Method) -> None:
        target = self.target.currentData(Qt.ItemDataRole.UserRole)
        if target:
            self._inferring.explain(method, target)

    def _show_models(self) -> None:
        reasons = [self._inferring.why_not(package) for package in self._models.packages]
        with QSignalBlocker(self.choice):
            self.choice.clear()
            for package, reason in zip(self._models.packages, reasons, strict=True):
                self._list(package, reason)
            self.choice.setCurrentIndex(_index(self._models))
        chosen = self._models.chosen
        self.choice.setToolTip(plain_tip(self.choice.currentText()))
        if chosen and chosen.manifest:
            self.about.setText(chosen.manifest.input.description)
        else:
            self.about.setText(NO_MODEL if all(reasons) else CHOOSE_MODEL)
        self._show()

    def _list(self, package: Package, reason: str) -> None:
        """Add a model; one that cannot be run here says why, and cannot be chosen."""
        self.choice.addItem(_title(package) + (" (not for this image)" if reason and package.usable else ""), package)
        model, at = self.choice.model(), self.choice.count() - 1
        if reason and isinstance(model, QStandardItemModel):
            model.item(at).setEnabled(False)
            model.item(at).setToolTip(plain_tip(reason))

    def _chosen(self, index: int) -> None:
        self._models.choose(self.choice.itemData(index))
        self._show_models()

    def _show(self) -> None:
        prediction = self._findings.prediction
        if prediction is not self._shown:
            self._shown = prediction
            self.merge.setCurrentIndex(
                self.merge.findData("beside" if prediction and prediction.task == "segmentation" else "replace")
            )
        self.about.setVisible(self._session.volume is not None)
        self.run.setEnabled(self._session.volume is not None and self._models.chosen is not None)
        self.summary.setText(_summary(prediction, self._session.volume is not None))
        self._show_rows(prediction)
        self.mask_row.setVisible(prediction is not None and prediction.mask is not None)
        for each in (self.merge, self.accept, self.reject):
            each.setVisible(self._findings.acceptable)
        self.heat_box.setVisible(prediction is not None and prediction.task not in (FROM_FILE, COMPARED))
        self.heat_visible.setEnabled(self._findings.heat is not None)
        with QSignalBlocker(self.proposal_visible), QSignalBlocker(self.heat_visible):
            self.proposal_visible.setChecked(self._findings.proposal_visible)
            self.heat_visible.setChecked(self._findings.heat is not None and self._findings.heat_visible)

    def _show_rows(self, prediction: Prediction | None) -> None:
        while (item := self.rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()  # it is only deleted when the event loop comes round
                widget.deleteLater()
        chosen = self.target.currentData(Qt.ItemDataRole.UserRole)
        self.target.clear()
        if prediction is None:
            return
        ordered = sorted(prediction.findings, key=lambda finding: -finding.probability)
        for row, finding in enumerate(ordered):
            self.rows.addWidget(plain(finding.title or finding.label), row, 0)
            self.rows.addWidget(_bar(finding), row, 1)
            self.rows.addWidget(plain(_volume_text(prediction, finding)), row, 2)
            self.target.addItem(f"for “{finding.title or finding.label}”", finding.label)
        self.target.setCurrentIndex(max(0, self.target.findData(chosen)))


def _title(package: Package) -> str:
    if package.manifest is None or package.problem:
        return f"{package.folder.name} (cannot be used)"
    return f"{package.manifest.title}  {package.manifest.version}"


def _index(models: Models) -> int:
    folders = [package.folder for package in models.packages]
    return folders.index(models.chosen.folder) if models.chosen else -1


def _bar(finding: Finding) -> QProgressBar:
    bar = QProgressBar()
    bar.setRange(0, 1000)
    bar.setValue(round(finding.probability * 1000))
    bar.setFormat(f"{finding.probability:.0%}")
    bar.setToolTip(f"probability {finding.probability:.3f}")
    return bar


def _volume_text(prediction: Prediction, finding: Finding) -> str:
    if prediction.mask is None:
        return ""
    volume = prediction.volumes_ml.get(finding.label)
    return "ml unknown" if volume is None else f"{volume:.1f} ml"


def _summary(prediction: Prediction | None, shown: bool) -> str:
    if prediction is None:
        return "No model has been run on this series." if shown else "Open an image to run a model on it."
    if prediction.task in (FROM_FILE, COMPARED):
        of = "" if prediction.task == COMPARED or prediction.model.startswith(IMPORTED) else "Mask by "
        lines = [f"{of}{prediction.model} {prediction.version}".rstrip(), *_volume_lines(prediction)]
    else:
        lines = [f"{prediction.model} {prediction.version} on {prediction.device}, {prediction.seconds:.1f} s"]
    return "\n".join((*lines, *prediction.warnings))


def _volume_lines(prediction: Prediction) -> list[str]:
    """Name and volume of each label of a mask."""
    found = prediction.volumes_ml.items()
    return [f"{name}: {'ml unknown' if volume is None else f'{volume:.1f} ml'}" for name, volume in found]
