"""Starting a worker: one socket, few variables, and nothing else of the program's."""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from imaging.sandbox.channel import Channel
from imaging.sandbox.limits import Limits

WORKER = (sys.executable, "-P", "-m", "imaging.sandbox.worker")
"""The command that starts one; socket, scratch folder and limits follow as arguments."""

OPENED_VARIABLE = "WETREAD_OPENED"
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SYSTEMROOT", "SYSTEMDRIVE", "VIRTUAL_ENV")


def started(
    program: Sequence[str], limits: Limits, scratch: str, opened: Path
) -> tuple[Channel, "subprocess.Popen[bytes]"]:
    """Our end of the socket to a new worker, and its process.

    Args:
        program: the command that starts one.
        limits: what it may do at most.
        scratch: the only folder it may write to.
        opened: the file in it where it writes down what it opens; see :mod:`.opened`.

    Raises:
        OSError: no process could be started.
    """
    ours, theirs = socket.socketpair()
    ours.settimeout(limits.silence_s)
    windows = sys.platform == "win32"
    number = "" if windows else str(theirs.fileno())
    try:
        process = subprocess.Popen(  # noqa: S603  our own interpreter and module
            [*program, number, scratch, str(limits.memory_bytes), str(limits.silence_s)],
            stdin=subprocess.PIPE if windows else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=() if windows else (theirs.fileno(),),
            start_new_session=True,
            env={**_environment(scratch), OPENED_VARIABLE: str(opened)},
        )
        if process.stdin is not None:
            process.stdin.write(theirs.share(process.pid))  # pyright: ignore[reportAttributeAccessIssue]  Windows only
            process.stdin.close()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return Channel(ours), process


def _environment(scratch: str) -> dict[str, str]:
    """Only what a reader needs: no keys, tokens or addresses that happen to be in the program's environment."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    program = str(Path(__file__).resolve().parents[2])
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    folders = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP"), scratch)
    python = {"PYTHONPATH": program, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1", "MALLOC_ARENA_MAX": "4"}
    return {**kept, **threads, **folders, **python}
