"""What the person was told since the program began, to be read again, searched and copied."""

from PySide6.QtGui import QColor, QGuiApplication, QKeySequence, QShortcut, QShowEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from viewer.assets import NOTICE_COLOURS
from viewer.dialogs.buttons import button
from viewer.state.notices import Notice, Notices


class MessageList(QDialog):
    """Shows every message with its time, the newest last."""

    def __init__(self, notices: Notices, parent: QWidget) -> None:
        super().__init__(parent)
        self._notices = notices
        self.setWindowTitle("Messages")
        self.resize(760, 480)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Only messages with these words")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search the messages")
        self.body = QPlainTextEdit()
        self.body.setReadOnly(True)
        self.body.setTabChangesFocus(True)
        self.body.setAccessibleName("Messages")
        self.body.setPlaceholderText("Nothing was told yet.")
        bottom = QHBoxLayout()
        bottom.addStretch(1)
        bottom.addWidget(button("Copy all", self.copy))
        bottom.addWidget(button("Close", self.close))
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.body)
        layout.addLayout(bottom)
        self.search.textChanged.connect(self._fill)
        notices.added.connect(self._on_added)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)

    def open_anew(self) -> None:
        """Show what was told, in front of what is open."""
        self.show()
        self.activateWindow()

    def showEvent(self, event: QShowEvent) -> None:
        """Show all of them, ready to be searched."""
        super().showEvent(event)
        self._fill()
        self.search.setFocus()

    def copy(self) -> None:
        """Put what is listed on the clipboard."""
        QGuiApplication.clipboard().setText(self.body.toPlainText())

    def _on_added(self) -> None:
        if self.isVisible():
            self._fill()

    def _fill(self) -> None:
        """List those that hold all the words, and go to the newest."""
        words = self.search.text().casefold().split()
        self.body.clear()
        for notice in self._notices.all:
            line = line_of(notice)
            if all(word in line.casefold() for word in words):
                self._append(line, NOTICE_COLOURS[notice.level])
        self.body.moveCursor(QTextCursor.MoveOperation.End)

    def _append(self, line: str, colour: str) -> None:
        """One more paragraph, as it is written: messages name files."""
        look = QTextCharFormat()
        look.setForeground(QColor(colour))
        cursor = QTextCursor(self.body.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self.body.document().isEmpty():
            cursor.insertBlock()
        cursor.insertText(line, look)


def line_of(notice: Notice) -> str:
    """A message with its local time, e.g. ``14:03:09  warning: no preset is named so``."""
    kind = "" if notice.level == "info" else f"{notice.level}: "
    return f"{notice.at:%H:%M:%S}  {kind}{' '.join(notice.text.split())}"
