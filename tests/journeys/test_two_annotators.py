"""Two people at one mask, each in a window of their own, on SQLite and PostgreSQL: told, both kept, merged, undone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from benchmarks.postgresql import postgresql, programs
from tests.journeys.hands import drag, settle, told
from tests.journeys.small_ct import show_ct
from viewer.app import Application, application
from viewer.places import READER_VARIABLE, Places

Desk = Callable[[str], Application]
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """Gives the window of a person on the library that all of them share, and has them work there from now on."""
    if request.param == "postgresql":
        if programs() is None:
            pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
        server = postgresql(("fsync=off", "full_page_writes=off"))
        monkeypatch.setenv("WETREAD_DATABASE", server.__enter__())
        request.addfinalizer(lambda: server.__exit__(None, None, None))
    else:
        monkeypatch.setenv("WETREAD_DATABASE", f"sqlite:///{tmp_path / 'shared.sqlite'}")
    application()
    open_windows: dict[str, Application] = {}

    def at(name: str) -> Application:
        monkeypatch.setenv(READER_VARIABLE, name)
        if name not in open_windows:
            main = open_windows[name] = Application(Places(tmp_path / name, tmp_path / name / "cache"))
            qtbot.addWidget(main.window)
            main.window.resize(1280, 800)
            with qtbot.waitExposed(main.window):
                main.window.show()
            show_ct(main, tmp_path)
        return open_windows[name]

    yield at
    for main in open_windows.values():
        main.segmentation.mask.saved = True
        main.window.close()
        main.shut_down()


def works(main: Application, segment: str, row: float) -> None:
    """Paint the first segment, add another one, paint it, and keep all of it."""
    main.window.run("tool-brush")
    drag(main, (row, 20), (row, 30))
    main.segmenting.add(segment)
    drag(main, (row, 50), (row, 60))
    main.window.run("save")


def compared(qtbot: QtBot, main: Application, row: int) -> str:
    """Choose a revision in the history; what is said of it."""
    rows = main.history.rows
    QTest.mouseClick(rows.viewport(), LEFT, NONE, rows.visualItemRect(rows.topLevelItem(row)).center())
    settle(qtbot, main)
    return main.history.said.text()


def test_both_are_told_kept_compared_merged_in_each_way_and_that_is_undone(qtbot: QtBot, desk: Desk) -> None:
    ada, bo = desk("Ada"), desk("Bo")
    works(desk("Ada"), "cyst", 15.0)
    works(desk("Bo"), "vessel", 45.0)
    settle(qtbot, bo)
    assert "Ada saved revision 1 of this mask while you worked. Both are kept" in told(bo)
    assert "saved revision" not in told(ada)
    ours, theirs = bo.segmentation.array.copy(), ada.segmentation.array.copy()
    assert not (ours.astype(bool) & theirs.astype(bool)).any()

    bo.window.run("history")
    QApplication.processEvents()
    dialog = bo.history
    assert [dialog.rows.topLevelItem(row).text(3) for row in (0, 1)] == ["Bo", "Ada"]
    for number in range(3):
        said = compared(qtbot, bo, 1)
        assert "cyst: Dice 0.0000" in said and "vessel: Dice 0.0000" in said, "value 2 of both, and two segments"
        dialog.merge.menu().actions()[number].trigger()
        settle(qtbot, bo)
        bo.annotating.accept("replace")
        settle(qtbot, bo)
        names = {label.name: label.value for label in bo.segmentation.labels}
        assert set(names) == {"lesion", "cyst", "vessel"}, dialog.merge.menu().actions()[number].text()
        if number == 0:
            assert np.array_equal(bo.segmentation.inside(names["cyst"]), theirs == 2), "three-way: changes of both"
            assert np.array_equal(bo.segmentation.inside(names["vessel"]), ours == 2)
        bo.window.run("undo")
        assert np.array_equal(bo.segmentation.array, ours), "reversible"
    dialog.close()
    authors = [head.provenance.author for head in bo.shelf.revisions.of("1.2.3")]
    assert authors == ["Bo", "Ada"], "both are there to come back to"
