"""Files and folders that are dropped on a window."""

from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent


def take_drag(event: QDragEnterEvent) -> None:
    """Accept what holds files or folders."""
    if any(url.isLocalFile() for url in event.mimeData().urls()):
        event.acceptProposedAction()


def dropped_paths(event: QDropEvent) -> list[Path]:
    """The files and folders that were dropped, the drop accepted; none where there are none."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    if paths:
        event.acceptProposedAction()
    return paths
