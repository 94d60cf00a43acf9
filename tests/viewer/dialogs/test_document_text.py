"""Documents from a click in the list to text on the screen."""

import shutil
from pathlib import Path

from pydicom.data import get_testdata_file
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from imaging.study import Document, Study
from viewer.app import Application, application
from viewer.dialogs.document_text import DocumentText
from viewer.main_window import MainWindow
from viewer.panels.series_list import SeriesList
from viewer.state.session import Session


def bundled(name: str) -> str:
    return str(get_testdata_file(name))


def the_list(window: MainWindow) -> SeriesList:
    found = window.findChild(SeriesList)
    assert isinstance(found, SeriesList)
    return found


def test_documents_are_listed_and_a_click_shows_the_text(qtbot: QtBot, main: Application, tmp_path: Path) -> None:
    for name in ("CT_small.dcm", "test-SR.dcm", "rtplan.dcm"):
        shutil.copy(bundled(name), tmp_path / name)
    main.reading.open([tmp_path / name for name in ("CT_small.dcm", "test-SR.dcm", "rtplan.dcm")])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    assert not main.document_text.isVisible()
    tree = the_list(main.window).tree
    rows = {
        parent.text(0): [parent.child(n) for n in range(parent.childCount())]
        for parent in (tree.topLevelItem(n) for n in range(tree.topLevelItemCount()))
        if parent is not None
    }
    (report,) = rows["Test, S R"]
    assert report is not None and report.text(0) == "≡ Diagnosis\nReport · Comprehensive SR"
    tree.itemClicked.emit(report, 0)
    qtbot.waitUntil(main.document_text.isVisible, timeout=20_000)
    assert "Diameter: 3 cm" in main.document_text.body.toPlainText()
    assert main.document_text.windowTitle() == "Comprehensive SR Storage: Diagnosis"
    assert main.session.volume is not None


def test_a_lone_document_is_shown_at_once_and_leaves_with_its_study(qtbot: QtBot, main: Application) -> None:
    main.reading.open([Path(bundled("rtplan.dcm"))])
    qtbot.waitUntil(main.document_text.isVisible, timeout=20_000)
    assert "Beam Field 1" in main.document_text.body.toPlainText()
    main.session.open(Study(Path("elsewhere")))
    assert not main.document_text.isVisible()


def test_markup_is_shown_as_written_and_text_is_found(qtbot: QtBot) -> None:
    application()
    session, parent = Session(), QPlainTextEdit()
    qtbot.addWidget(parent)
    window = DocumentText(session, parent)
    session.show_document(Document(Path("a"), "report", "SR"), "<b>one</b>\none two\none")
    assert window.body.toPlainText() == "<b>one</b>\none two\none"
    assert window.body.isReadOnly()
    window.find_line.setText("one")
    places = []
    for _ in range(4):
        window.find_line.returnPressed.emit()
        places.append(window.body.textCursor().selectionStart())
    assert places == [3, 11, 19, 3]
