"""Functions on arrays as machine code: compiled at first use, then kept on disk.

Modules that use it are imported late, off the main thread where possible: numba costs more time to load than a window
to open.
"""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as machine code that does not hold the interpreter's lock."""
    try:
        return njit(nogil=True, error_model="numpy", fastmath={"contract"}, cache=True)(function)
    except RuntimeError:  # no folder to keep it in: compiled anew in every run
        return njit(nogil=True, error_model="numpy", fastmath={"contract"})(function)
