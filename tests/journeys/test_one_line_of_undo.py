"""Strokes, operations, a model's mask, names, deletions, measurements and answers are one line of undo, which stays."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imaging.labelmap import Label, Labelmap
from imaging.phantom import PhantomStudy
from inference.prediction import Prediction
from tests.journeys.hands import drag, key, settle
from viewer.app import Application

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Said = tuple[bytes, tuple[str, ...], int, tuple[str, ...]]


def said(main: Application) -> Said:
    """All that is annotated: voxels, names of segments, measurements, answers."""
    layers = b"".join(layer.tobytes() for layer in main.segmentation.layers if layer.any())
    answers = (each.answer.chosen[0].name for each in main.classification.asked if each.answer)
    names = tuple(label.name for label in main.segmentation.labels)
    return layers, names, len(main.session.measurements.all), tuple(answers)


def opened(qtbot: QtBot, main: Application, study: PhantomStudy) -> None:
    main.reading.open([study.study])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.complete, timeout=60_000)
    show(qtbot, main, "CT")


def show(qtbot: QtBot, main: Application, modality: str) -> None:
    assert main.session.study is not None
    main.reading.load(next(each for each in main.session.study.series if each.modality == modality))
    settle(qtbot, main)


def propose(main: Application) -> None:
    """A mask as a model proposes it."""
    volume = main.session.volume
    assert volume is not None
    array = np.zeros(volume.geometry.shape_kji, np.uint8)
    array[40:44, 60:80, 60:80] = 1
    mask = Labelmap(array, volume.geometry, (Label(1, "seen"),))
    found = Prediction(volume.series_uid, "finder", "1.0", "segmentation", (), mask, {}, "", 0.0, 0.0)
    main.findings.show_prediction(found)


def stroke(main: Application) -> None:
    main.window.run("tool-brush")
    drag(main, (30, 100), (30, 120))


def kept(main: Application, qtbot: QtBot, operation: str) -> None:
    main.window.run(operation)
    settle(qtbot, main)
    key(main, Qt.Key.Key_Return)


def measured(main: Application) -> None:
    main.window.run("tool-length")
    drag(main, (20, 60), (20, 140))


def answered(main: Application) -> None:
    asked = main.classification.asked[0]
    main.classifying.answer(asked, asked.question.choices[0])


def accepted(main: Application) -> None:
    propose(main)
    main.annotating.accept("beside")


def test_every_kind_of_step_is_undone_in_its_order_also_after_looking_elsewhere_and_a_restart(
    qtbot: QtBot, start: Callable[[], Application], phantom_study: PhantomStudy
) -> None:
    main = start()
    opened(qtbot, main, phantom_study)
    states = [said(main)]
    steps: tuple[Callable[[], object], ...] = (
        lambda: stroke(main),
        lambda: (main.session.active.set_plane("coronal"), stroke(main)),
        lambda: measured(main),
        lambda: main.segmenting.rename(1, "renamed"),
        lambda: (show(qtbot, main, "DX"), show(qtbot, main, "CT"), kept(main, qtbot, "edit-grow")),
        lambda: accepted(main),
        lambda: answered(main),
        lambda: (main.view.set_slice(3), main.segmentation.set_active(1), main.segmenting.delete()),
        lambda: main.measuring.delete_all(),
    )
    for number, step in enumerate(steps):
        step()
        assert said(main) != states[-1], number
        states.append(said(main))
    main.window.close()

    main = start()
    opened(qtbot, main, phantom_study)
    assert said(main) == states[-1], "all of it is there"
    for state in reversed(states[:-1]):
        key(main, Qt.Key.Key_Z, CONTROL)
        assert said(main) == state, main.segmentation.history.redo_name
    assert not main.segmentation.history.can_undo
    for state in states[1:]:
        key(main, Qt.Key.Key_Z, CONTROL | SHIFT)
        assert said(main) == state, main.segmentation.history.undo_name
