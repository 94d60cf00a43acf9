"""Which model is offered for which image."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from viewer.app import Application
from viewer.panels.findings_panel import CHOOSE_MODEL, FindingsPanel


@pytest.fixture
def panel(main: Application) -> FindingsPanel:
    found = main.window.findChild(FindingsPanel)
    assert found is not None
    return found


def show(qtbot: QtBot, main: Application, paths: Sequence[Path]) -> None:
    main.reading.open(paths)
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)


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
