"""A report, PDF or other object without an image, as plain text to read and search."""

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from viewer.state.session import Session


class DocumentText(QDialog):
    """Shows the document of the session. Text from files is shown as it is written: never as markup, never run."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.find_line = QLineEdit()
        self.find_line.setPlaceholderText("Find in this text (Enter: next)")
        self.find_line.setClearButtonEnabled(True)
        self.find_line.returnPressed.connect(self._find_next)
        self.body = QPlainTextEdit()
        self.body.setReadOnly(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(self.find_line)
        layout.addWidget(self.body)
        self.resize(760, 640)
        QShortcut(QKeySequence.StandardKey.Find, self, self.find_line.setFocus)
        session.document_changed.connect(self._fill)

    def _fill(self) -> None:
        document = self._session.document
        if document is None:
            self.hide()
            return
        self.setWindowTitle(": ".join(part for part in (document.name, document.title or document.file.name) if part))
        self.body.setPlainText(self._session.document_text)
        self.find_line.clear()
        self.show()
        self.activateWindow()
        self.body.setFocus()

    def _find_next(self) -> None:
        """Go to the next place, from the start again after the last."""
        wanted = self.find_line.text()
        if wanted and not self.body.find(wanted):
            start = self.body.textCursor()
            start.setPosition(0)
            self.body.setTextCursor(start)
            self.body.find(wanted)
