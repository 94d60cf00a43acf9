"""What a worker may do at most, set by itself before it sees the first untrusted byte; nothing here can be undone."""

import contextlib
import ctypes
import os
import signal
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

GIB = 1 << 30

_MOST_FILE_BYTES = 4 * GIB
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_SET_NO_NEW_PRIVS = 38
_PATH_BENEATH = 1
_WRITE_FILE = 1 << 1
_CHANGES = _WRITE_FILE | sum(1 << bit for bit in range(4, 13))
"""Landlock, first version: write, remove, make any kind of file. Refer (13) and truncate (14) came later."""


@dataclass(frozen=True)
class Limits:
    """Limits of one worker.

    Attributes:
        memory_bytes: address space, libraries included.
        silence_s: seconds without a sign of life after which it is stopped.
    """

    memory_bytes: int
    silence_s: float = 10.0


def default_memory_bytes() -> int:
    """Half of this machine's memory, at least 4 GiB, and 2 GiB of addresses for libraries."""
    try:
        physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        physical = 0
    return max(4 * GIB, physical // 2) + 2 * GIB


def apply(limits: Limits, scratch: Path) -> bool:
    """Bind this process; True when the file system is closed to writing, all but ``scratch``.

    The system can do that from Linux 5.13 on (Landlock); elsewhere only the size of files is bounded.
    """
    if sys.platform == "win32":
        return False
    import resource

    # When memory runs out, the worker is to go and not the window.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900", encoding="ascii")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    closed = _close_system(scratch)
    wanted = {"RLIMIT_AS": limits.memory_bytes, "RLIMIT_FSIZE": _MOST_FILE_BYTES, "RLIMIT_CORE": 0}
    for name, value in wanted.items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # macOS knows RLIMIT_AS but refuses to set it.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))
    return closed


def landlock_version() -> int:
    """Version of Landlock in this kernel; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, ctypes.CDLL(None).syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1))


def _close_system(scratch: Path) -> bool:
    """Landlock (Linux): nothing below ``/`` may be written, made or removed, save below ``scratch``.

    From its fourth version on no TCP connection is made or taken, from its sixth no signal leaves for other processes.
    """
    version = landlock_version()
    if version < 1:
        return False
    system = ctypes.CDLL(None, use_errno=True)
    rights = _CHANGES | (1 << 13 if version >= 2 else 0) | (1 << 14 if version >= 3 else 0)
    network, others = (0b11 if version >= 4 else 0), (0b11 if version >= 6 else 0)
    rules = struct.pack("=QQQ", rights, network, others)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    ruleset = system.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset < 0:
        return False
    try:
        system.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _allow(system, ruleset, scratch, rights)
        if Path(os.devnull).exists():
            _allow(system, ruleset, Path(os.devnull), _WRITE_FILE)
        return system.syscall(_RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _allow(system: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        system.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, fd), 0)
    finally:
        os.close(fd)
