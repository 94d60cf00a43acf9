"""Whether this Python and these libraries can be trusted to run the window; and how they are made to run smoothly."""

import builtins
import gc
import importlib
import re
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from threading import Lock

_OLDEST = {"pydicom": (3, 0, 2), "torch": (2, 10), "pynetdicom": (3, 0, 4), "monai": (1, 5, 2)}
"""Earlier versions have published weaknesses that a hostile file or message can use."""

_LOADING = Lock()
_OPTIONAL = ("pynetdicom", "monai")

Version = tuple[int, ...]


def refusal(python_version: Version, pyside_version: str) -> str | None:
    """Why this pair must not run, or None: PySide6 6.12 loses references to None before Python 3.12 (ADR 0003)."""
    if python_version >= (3, 12) or _numbers(pyside_version) < (6, 12):
        return None
    found = ".".join(map(str, python_version[:2]))
    return (
        f"PySide6 {pyside_version} on Python {found} ends the program after about a thousand drawn frames. "
        "Install PySide6-Essentials 6.9 to 6.11, or use Python 3.12 or newer."
    )


def installed_problem(installed_version: Callable[[str], str] = version) -> str | None:
    """Why the installed libraries must not run, or None when they are fit.

    Args:
        installed_version: version of a package by name; raises ``PackageNotFoundError`` for one that is missing.
    """
    try:
        problem = refusal(sys.version_info[:2], installed_version("PySide6-Essentials"))
        return problem or _too_old(installed_version)
    except PackageNotFoundError as error:
        return f"{error.name} is not installed. Run: sh packaging/run.sh"


def unsafe_library(installed_version: Callable[[str], str] = version) -> str | None:
    """Which installed library must not read a file, and why, or None; for commands that need no window.

    Args:
        installed_version: as for :func:`installed_problem`.
    """
    try:
        return _too_old(installed_version)
    except PackageNotFoundError as error:
        return f"{error.name} is not installed. Run: sh packaging/run.sh"


def import_plainly() -> None:
    """Let modules be imported as if there were no PySide6; called before the window's modules are.

    PySide6 reads the source of every module that imports anything, in search of its own name, for a second spelling of
    its methods that this program does not use: a fifth of the start.
    """
    importlib.import_module("PySide6.QtCore")
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


@contextmanager
def uncollected() -> Generator[None]:
    """Load code within it: nobody looks for garbage meanwhile, nor in what was loaded ever after.

    Modules are some hundred thousand objects that stay. A round of the collector through them holds the interpreter,
    and with it the window, for a tenth to a quarter of a second. Threads take turns: two that load at once would leave
    the window half as much of the interpreter.
    """
    with _LOADING:
        gc.disable()
        try:
            yield
        finally:
            gc.freeze()
            gc.enable()


def _too_old(installed_version: Callable[[str], str]) -> str | None:
    for package, oldest in _OLDEST.items():
        try:
            found = installed_version(package)
        except PackageNotFoundError:
            if package in _OPTIONAL:
                continue
            raise
        if _numbers(found) < oldest:
            wanted = ".".join(map(str, oldest))
            return f"{package} {found} is too old: {wanted} or newer is needed. Run: sh packaging/run.sh"
    return None


def _numbers(text: str) -> Version:
    """The leading numbers of a version: ``"2.15.0+cpu"`` gives (2, 15, 0)."""
    found = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()
