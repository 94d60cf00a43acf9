"""Which model is offered for which image."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from imaging.labelmap import Label, Labelmap
from imaging.phantom import PhantomStudy
from imaging.progress import Report
from imaging.study import Series
from imaging.volume import Volume
from inference.prediction import Finding, Prediction
from inference.registry import Package
from viewer.app import Application
from viewer.panels.findings_panel import CHOOSE_MODEL, FindingsPanel
from viewer.state.layout import LAYOUTS


@pytest.fixture
def panel(main: Application) -> FindingsPanel:
    found = main.window.findChild(FindingsPanel)
    assert found is not None
    return found


def show(qtbot: QtBot, main: Application, paths: Sequence[Path]) -> None:
    main.reading.open(paths)
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)


def ct_and_film(qtbot: QtBot, main: Application, phantom_study: PhantomStudy) -> tuple[Series, Series]:
    """Two series of the study, which is opened."""
    show(qtbot, main, [phantom_study.study])
    of = {series.modality: series for series in main.session.study.series}
    return of["CT"], of["DX"]


def picture(folder: Path, name: str) -> Path:
    path = folder / name
    Image.fromarray(np.arange(64 * 48, dtype=np.uint16).reshape(64, 48).astype(np.uint8)).save(path)
    return path


def chosen(main: Application) -> str | None:
    package = main.models.chosen
    return package.manifest.name if package and package.manifest else None


def offered(choice: QComboBox) -> dict[str, tuple[bool, str]]:
    """Whether each listed model can be chosen, and what its tip says."""
    flags, model = Qt.ItemFlag.ItemIsEnabled, choice.model()
    return {
        choice.itemData(at).manifest.name: (
            bool(model.flags(model.index(at, 0)) & flags),
            choice.itemData(at, Qt.ItemDataRole.ToolTipRole) or "",
        )
        for at in range(choice.count())
    }


def test_a_model_for_another_kind_of_image_is_listed_with_why_not(
    qtbot: QtBot, main: Application, panel: FindingsPanel, phantom_study: PhantomStudy
) -> None:
    show(qtbot, main, [phantom_study.ct])
    assert chosen(main) == "ct-covid-lesions"
    models = offered(panel.choice)
    assert models["ct-covid-lesions"] == (True, "")
    able, why_not = models["cxr-findings"]
    assert not able and "reads CR, DX; this is CT" in why_not


def test_a_picture_that_does_not_say_what_it_is_has_its_model_chosen_by_a_person(
    qtbot: QtBot, main: Application, panel: FindingsPanel, phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    show(qtbot, main, [phantom_study.ct])
    show(qtbot, main, [picture(tmp_path, "chest.png")])
    assert chosen(main) is None and not panel.run.isEnabled()
    assert panel.about.text() == CHOOSE_MODEL
    assert all(able for able, _ in offered(panel.choice).values())
    panel.choice.activated.emit(list(offered(panel.choice)).index("cxr-findings"))
    assert chosen(main) == "cxr-findings" and panel.run.isEnabled()
    show(qtbot, main, [picture(tmp_path, "next.png")])
    assert chosen(main) == "cxr-findings", "the next picture is one of the same"


class SlowModel:
    """Finds the first voxel to be a lesion, once it is let."""

    def __init__(self) -> None:
        self.go_on = Event()

    def predict(
        self, package: Package, volume: Volume, device: str, report: Report, *, probabilities: bool
    ) -> Prediction:
        del device, report, probabilities
        assert package.manifest is not None and self.go_on.wait(20)
        array = np.zeros(volume.geometry.shape_kji, np.uint8)
        array[0, 0, 0] = 1
        mask = Labelmap(array, volume.geometry, (Label(1, "lesion"),))
        return Prediction(
            volume.series_uid, package.manifest.name, package.manifest.version, "segmentation",
            (Finding("lesion", "Lesion", 0.9),), mask, {}, "cpu", 0.0, 0.0,
            weights_sha256=package.manifest.weights.sha256,
        )  # fmt: skip


@pytest.fixture
def slow(main: Application, monkeypatch: pytest.MonkeyPatch) -> SlowModel:
    model = SlowModel()
    monkeypatch.setattr(main.process, "predict", model.predict)
    return model


def finish(qtbot: QtBot, main: Application, slow: SlowModel) -> None:
    slow.go_on.set()
    qtbot.waitUntil(lambda: not main.runner.busy(), timeout=20_000)


def told(main: Application, text: str) -> list[str]:
    return [notice.text for notice in main.notices.all if text in notice.text]


def test_what_a_model_found_waits_for_its_viewport(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, slow: SlowModel
) -> None:
    ct, film = ct_and_film(qtbot, main, phantom_study)
    main.session.set_layout(LAYOUTS["1x2"])
    for pane, series in zip(main.session.panes, (ct, film), strict=True):
        main.reading.load(series, pane)
    qtbot.waitUntil(lambda: not main.runner.busy() and all(pane.complete for pane in main.session.panes))
    left, right = main.session.panes
    main.session.activate(left)
    main.inferring.predict()
    main.session.activate(right)
    finish(qtbot, main, slow)
    assert main.findings.prediction is None, "nothing of the CT is shown on the film"
    (notice,) = told(main, "is ready")
    assert ct.description in notice
    main.session.activate(left)
    assert main.findings.prediction is not None and main.findings.prediction.series_uid == ct.uid
    main.session.activate(right)
    assert main.findings.prediction is None
    main.session.activate(left)
    assert main.findings.prediction is not None, "shown once, it stays with its series"


def test_what_a_model_found_waits_until_its_series_is_opened_again(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, slow: SlowModel
) -> None:
    ct, film = ct_and_film(qtbot, main, phantom_study)
    main.session.set_layout(LAYOUTS["1x1"])
    for series in (film, ct):
        main.reading.load(series)
        qtbot.waitUntil(lambda: not main.runner.busy() and main.session.complete)
    main.inferring.predict()
    main.reading.load(film)
    qtbot.waitUntil(lambda: main.session.series == film)
    finish(qtbot, main, slow)
    assert main.findings.prediction is None and len(told(main, "is ready")) == 1
    main.reading.load(ct)
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.series == ct)
    assert main.findings.prediction is not None and main.findings.prediction.series_uid == ct.uid


def test_what_a_model_found_in_a_study_that_is_closed_is_let_go_in_words(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, slow: SlowModel, tmp_path: Path
) -> None:
    show(qtbot, main, [phantom_study.ct])
    main.inferring.predict()
    main.reading.open([picture(tmp_path, "other.png")])
    qtbot.waitUntil(lambda: main.session.series is not None and main.session.series.modality != "CT")
    finish(qtbot, main, slow)
    assert main.findings.prediction is None
    assert len(told(main, "was let go")) == 1 and not told(main, "is ready")


def test_a_prediction_is_explained_by_the_weights_that_made_it(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, slow: SlowModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the same name and version, with other weights, is listed before the one that was run."""
    show(qtbot, main, [phantom_study.ct])
    run = main.models.chosen
    assert run is not None and run.manifest is not None
    other = run.manifest.model_copy(update={"weights": run.manifest.weights.model_copy(update={"sha256": "0" * 64})})
    main.models.show((Package(Path("copy"), other), *main.models.packages))
    main.models.choose(run)
    main.inferring.predict()
    finish(qtbot, main, slow)
    asked: list[Package] = []
    monkeypatch.setattr(main.process, "explain", lambda package, *_: asked.append(package))
    monkeypatch.setattr(main.inferring, "_explained", lambda *_: None)
    main.inferring.explain("gradcam", "lesion")
    qtbot.waitUntil(lambda: not main.runner.busy(), timeout=20_000)
    assert asked == [run]
    assert main.findings.prediction is not None
    main.findings.show_prediction(replace(main.findings.prediction, weights_sha256="1" * 64))
    main.inferring.explain("gradcam", "lesion")
    assert asked == [run] and len(told(main, "no longer among the models")) == 1
