"""Every list and number of every tab and dialog has a name that can be spoken."""

import pytest
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QDoubleSpinBox, QLabel, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from tests.viewer.dialogs_open import DIALOGS, opened
from viewer.app import Application


def nameless(root: QWidget) -> list[str]:
    """Lists and numbers with neither a name of their own nor a label that is their buddy."""
    labelled = [label.buddy() for label in root.findChildren(QLabel) if label.text()]
    fields = [*root.findChildren(QComboBox), *root.findChildren(QAbstractSpinBox)]
    return [_where(each) for each in fields if not each.accessibleName() and each not in labelled]


def _where(widget: QWidget) -> str:
    """The kind of a control and the classes that it lies in."""
    return "/".join(reversed([type(widget).__name__, *_parents(widget)]))


def _parents(widget: QWidget) -> list[str]:
    parent = widget.parentWidget()
    return [] if parent is None else [type(parent).__name__, *_parents(parent)]


@pytest.fixture
def everything(main: Application, qtbot: QtBot, phantom_study: PhantomStudy) -> Application:
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    return main


def test_all_lists_and_numbers_have_a_name(everything: Application, qtbot: QtBot) -> None:
    window = everything.window
    for name in DIALOGS:
        opened(qtbot, everything, name).close()
    assert len(window.findChildren(QComboBox)) > 30
    assert nameless(window) == []


def test_one_without_a_name_is_found(qtbot: QtBot) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    named, labelled, without = QComboBox(root), QSpinBox(root), QDoubleSpinBox(root)
    named.setAccessibleName("Colours")
    label = QLabel("Count", root)
    label.setBuddy(labelled)
    assert nameless(root) == ["QWidget/QDoubleSpinBox"]
    without.setAccessibleName("Opacity")
    assert nameless(root) == []
