"""Machine code for changes of masks: large ones take it once it is loaded, and numpy, with the same result, until then.

It is loaded off the main thread: that takes longer than a window to open.
"""

import threading
from types import ModuleType

_lock = threading.Lock()
_loaded: ModuleType | None = None


def load() -> ModuleType:
    """:mod:`imaging.mask_kernel`, ready to run."""
    global _loaded
    with _lock:
        if _loaded is None:
            from imaging import mask_kernel

            mask_kernel.warm_up()
            _loaded = mask_kernel
        return _loaded


def loaded() -> ModuleType | None:
    """The same; None while it is not loaded."""
    return _loaded
