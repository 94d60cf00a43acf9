"""Messages for the person: what went wrong or was restored, newest last."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from PySide6.QtCore import QObject, Signal

Level = Literal["info", "warning", "error"]


def _now() -> datetime:
    return datetime.now().astimezone()


@dataclass(frozen=True)
class Notice:
    """One message.

    Attributes:
        at: when it was told, in local time.
    """

    level: Level
    text: str
    at: datetime = field(default_factory=_now)


class Notices(QObject):
    """What the person has been told in this session.

    Signals:
        added: one more; carries the :class:`Notice`.
    """

    added = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.all: list[Notice] = []

    def add(self, level: Level, text: str) -> None:
        """Tell the person."""
        notice = Notice(level, text)
        self.all.append(notice)
        self.added.emit(notice)
