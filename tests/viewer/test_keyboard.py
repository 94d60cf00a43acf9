"""With the keyboard alone: Tab reaches everything that can be worked, everything has a name, and a whole reading."""

from collections.abc import Generator
from pathlib import Path

import pydicom
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTabWidget,
    QTextEdit,
    QToolBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from tests.viewer.dialogs_open import DIALOGS, opened
from viewer.app import Application
from viewer.panels.series_list import SeriesTree

WORKED = (
    QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit, QAbstractSlider, QAbstractItemView, QTabBar,
    QPlainTextEdit, QTextEdit,
)  # fmt: skip
PARTS_OF = (QAbstractSpinBox, QComboBox, QTabBar, QAbstractItemView)
"""What lies inside these is worked through them."""


def worked(root: QWidget) -> Generator[QWidget]:
    """What a person works in a part of a window, and sees there."""
    for widget in root.findChildren(QWidget):
        inside = any(worked_through(each) for each in above(widget, root))
        if (
            isinstance(widget, WORKED)
            and not isinstance(widget, (QScrollBar, QHeaderView))
            and not inside
            and widget.isVisible()
            and widget.isEnabled()
        ):
            yield widget


def worked_through(widget: QWidget) -> bool:
    """Whether what lies inside a widget is worked by keys of the widget itself."""
    by_itself = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not isinstance(widget, QAbstractScrollArea)
    return bool(by_itself) or isinstance(widget, (*PARTS_OF, QToolBar))


def above(widget: QWidget, root: QWidget) -> Generator[QWidget]:
    parent = widget.parentWidget()
    while parent is not None and parent is not root:
        yield parent
        parent = parent.parentWidget()


def walked(start: QWidget, key: Qt.Key) -> set[QWidget]:
    """What has the focus on the way round with one key."""
    start.setFocus()
    seen: set[QWidget] = set()
    while (at := QApplication.focusWidget()) is not None and at not in seen:
        seen.add(at)
        QTest.keyClick(at, key)
    return seen


def called(widget: QWidget) -> str:
    """What a screen reader says it is."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name).strip()


def words(widgets: set[QWidget]) -> list[str]:
    return sorted(f"{type(each).__name__} {called(each)!r} in {type(each.parent()).__name__}" for each in widgets)


def unreached(root: QWidget, start: QWidget) -> dict[str, list[str]]:
    wanted = set(worked(root))
    return {
        "Tab": words(wanted - walked(start, Qt.Key.Key_Tab)),
        "Shift+Tab": words(wanted - walked(start, Qt.Key.Key_Backtab)),
        "no name": words({each for each in wanted if not isinstance(each, QTabBar) and not called(each)}),
    }


NONE = {"Tab": [], "Shift+Tab": [], "no name": []}


@pytest.mark.parametrize("side", ["left", "right"])
def test_everything_in_every_tab_is_reached_and_has_a_name(shown: Application, qtbot: QtBot, side: str) -> None:
    holder: QTabWidget = getattr(shown.sides, side)
    found = {}
    for number in range(holder.count()):
        holder.setCurrentIndex(number)
        QApplication.processEvents()
        found[holder.tabText(number)] = unreached(holder.currentWidget(), shown.canvas)
    assert found == {holder.tabText(number): NONE for number in range(holder.count())}


@pytest.mark.parametrize("name", DIALOGS)
def test_everything_in_every_dialog_is_reached_and_has_a_name(shown: Application, qtbot: QtBot, name: str) -> None:
    dialog = opened(qtbot, shown, name)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    assert unreached(dialog, next(worked(dialog))) == NONE
    dialog.close()


def unseen(root: QWidget, elsewhere: QWidget) -> list[str]:
    """What looks the same with the keyboard and without."""
    found = []
    for widget in worked(root):
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus or widget is elsewhere:
            continue
        elsewhere.setFocus(Qt.FocusReason.TabFocusReason)
        without = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if isinstance(widget, QLineEdit):
            widget.deselect()
        if widget.grab().toImage() == without:
            found.append(f"{type(widget).__name__} {called(widget)!r}")
    return found


def test_where_the_keyboard_is_can_be_seen_in_every_tab(shown: Application) -> None:
    for holder in (shown.sides.left, shown.sides.right):
        for number in range(holder.count()):
            holder.setCurrentIndex(number)
            QApplication.processEvents()
            assert unseen(holder.currentWidget(), shown.canvas) == [], holder.tabText(number)


@pytest.mark.parametrize("name", DIALOGS)
def test_where_the_keyboard_is_can_be_seen_in_every_dialog_and_escape_closes_it(
    shown: Application, qtbot: QtBot, name: str
) -> None:
    dialog = opened(qtbot, shown, name)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    first, *_, last = worked(dialog)
    found = {*unseen(dialog, first), *unseen(dialog, last)}
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    closed = not dialog.isVisible()
    dialog.close()
    assert found == set() and closed


def test_a_series_is_chosen_in_the_list_by_keys(shown: Application, qtbot: QtBot, phantom_study: PhantomStudy) -> None:
    shown.reading.open([phantom_study.study])
    qtbot.waitUntil(lambda: not shown.runner.busy() and shown.session.volume is not None, timeout=20_000)
    (tree,) = shown.sides.left.findChildren(SeriesTree)
    first, k = shown.session.series, shown.view.k
    tree.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(tree, Qt.Key.Key_Down)
    assert shown.view.k == k, "arrows move in the list while it has the keyboard"
    QTest.keyClick(tree, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not shown.runner.busy() and shown.session.series != first, timeout=20_000)
    assert shown.session.series is not None and shown.session.series.modality == "DX"


def into_file_dialog(name: str) -> None:
    """Put the name into the line that the coming dialog for files gives the keyboard to, and press Enter."""

    def type_it() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        line = dialog.focusWidget()
        if isinstance(line, QLineEdit):
            line.setText(name)  # typed letters would be completed with what lies about
            QTest.keyClick(line, Qt.Key.Key_Return)
            QTest.keyClick(line, Qt.Key.Key_Return)
        if dialog.isVisible():
            dialog.reject()

    QTimer.singleShot(0, type_it)


def test_a_study_is_opened_measured_and_exported_without_a_mouse(
    main: Application, qtbot: QtBot, phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    """A film through the dialog for files, 200 screen pixels across it, and the report through the palette."""
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    main.window.activateWindow()
    into_file_dialog(str(phantom_study.xray))
    QTest.keyClick(main.window, Qt.Key.Key_O, control)
    main.window.activateWindow()  # as window managers do when a dialog closes
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    QTest.keyClick(main.window, Qt.Key.Key_D)
    QTest.keyClick(main.window, Qt.Key.Key_Space, shift)
    QTest.keyClick(main.canvas, Qt.Key.Key_Space)
    for _ in range(20):
        QTest.keyClick(main.canvas, Qt.Key.Key_Right)
    QTest.keyClick(main.canvas, Qt.Key.Key_Space)
    volume, transform = main.session.volume, main.session.active.transform()
    (line,) = main.session.measurements.all
    assert volume is not None and transform is not None
    (length,) = main.session.measurements.values(line, volume)
    assert length.value == pytest.approx(200 / transform.px_per_mm) and length.calibration.startswith("at detector")
    QTest.keyClick(main.canvas, Qt.Key.Key_P, control | shift)
    palette = main.dialogs.palette
    QTest.keyClicks(palette.typed, "export measurements")
    into_file_dialog(str(tmp_path / "report.dcm"))
    QTest.keyClick(palette.typed, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not main.runner.busy() and (tmp_path / "report.dcm").exists(), timeout=20_000)
    content = pydicom.dcmread(tmp_path / "report.dcm").to_json()
    assert "410668003" in content and str(length.value)[:8] in content


def test_a_study_is_read_without_a_mouse(shown: Application, qtbot: QtBot) -> None:
    """Another series, slices, a window, planes, a second viewport, back, and out."""
    control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    k = shown.view.k
    QTest.keyClick(shown.canvas, Qt.Key.Key_Down)
    QTest.keyClick(shown.canvas, Qt.Key.Key_2)
    assert shown.view.k == k + 1 and shown.view.window.name == "lung"
    QTest.keyClick(shown.canvas, Qt.Key.Key_M, control)
    assert len(shown.session.panes) == 3
    QTest.keyClick(shown.window, Qt.Key.Key_F6)
    assert shown.session.active is shown.session.panes[1] and QApplication.focusWidget() is shown.canvas
    QTest.keyClick(shown.canvas, Qt.Key.Key_1, control | alt)
    assert len(shown.session.panes) == 1
    shown.window.allow_close = True
    QTest.keyClick(shown.window, Qt.Key.Key_Q, control)
    assert not shown.window.isVisible()
