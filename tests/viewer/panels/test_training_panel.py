from pathlib import Path
from types import SimpleNamespace
from typing import cast

from pytestqt.qtbot import QtBot

from inference.manifest import InputSpec, LabelSpec, Manifest, NetworkSpec, PreprocessingSpec, WeightsSpec
from inference.registry import Package
from viewer.commands.teaching import Teaching
from viewer.panels.training_panel import TrainingPanel
from viewer.state.learning import Learning
from viewer.state.models import Models


def package(name: str) -> Package:
    manifest = Manifest(
        name=name,
        version="1.0.0",
        title=name,
        task="segmentation",
        input=InputSpec(modalities=("CT",)),
        labels=(LabelSpec(name="lesion", value=1),),
        network=NetworkSpec(name="unet"),
        preprocessing=PreprocessingSpec(size_px=(64, 64)),
        weights=WeightsSpec(file="weights.safetensors", sha256="0" * 64),
    )
    return Package(Path(name), manifest)


def test_the_model_to_start_from_stays_when_another_is_released_before_it(qtbot: QtBot) -> None:
    models = Models()
    models.show((package("lesions"), package("nodules")))
    panel = TrainingPanel(Learning(), models, cast(Teaching, SimpleNamespace(stop=lambda: None)))
    qtbot.addWidget(panel)
    assert panel.parent_model.currentText() == "lesions 1.0.0"
    models.show((package("a-first"), package("lesions"), package("nodules")))
    assert panel.parent_model.currentText() == "lesions 1.0.0"
    models.show((package("nodules"),))
    assert panel.parent_model.currentText() == "nodules 1.0.0"
