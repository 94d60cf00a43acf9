"""The folder that workers may write to: made for one program, and removed by the next where that one was killed.

Its owner holds a lock on a file in it for as long as it lives. The system gives the lock back when a process ends in
whatever way, so a folder whose lock is free belongs to nobody. A process number could be that of another by now.
"""

import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

PREFIX = "wetread-scratch-"
_OWNER = "owner"


class Scratch:
    """A folder of this program's own below the system's folder for temporary files.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix=PREFIX)
        # Under its name only when it is locked: nobody ever finds it there free.
        unnamed = Path(self.folder, f"{_OWNER}-to-be")
        self._owner = unnamed.open("wb")
        _lock(self._owner)
        with suppress(OSError):
            unnamed.rename(unnamed.with_name(_OWNER))

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        self._owner.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def remove_stale() -> None:
    """Remove the folders of programs that are gone; others, and what cannot be judged, stay.

    Windows does not let a file be removed that is open: there the owner's stays, and what lies beside it.
    """
    for owner in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{_OWNER}"):
        with suppress(OSError):
            _remove_if_free(owner)


def _remove_if_free(owner: Path) -> None:
    if owner.parent.is_symlink() or owner.is_symlink():
        return
    if sys.platform == "win32":
        owner.unlink()
    else:
        with owner.open("r+b") as stream:
            _lock(stream)
    shutil.rmtree(owner.parent, ignore_errors=True)


def _lock(stream: BinaryIO) -> None:
    """Hold the file while it is open.

    Raises:
        BlockingIOError: another process holds it.
    """
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
