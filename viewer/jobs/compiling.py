"""Machine code for planes, compiled by a process of its own: compiling holds Python's lock, and the window stutters.

What it compiles is kept on disk; the window loads it from there.
"""

import multiprocessing

import numpy as np

from imaging.progress import Report
from imaging.reslicing import keeps_code, warm_up

POLL_S = 0.05


def prepare_planes(dtype: type[np.generic], report: Report) -> None:
    """Have the code for planes of one type of voxels ready in this process.

    Raises:
        Cancelled: by ``report``; the other process is ended.
    """
    if not keeps_code():
        _compile_apart(dtype, report)
    warm_up(dtype)


def _compile_apart(dtype: type[np.generic], report: Report) -> None:
    """One that fails leaves the work to :func:`warm_up`, which then says why."""
    process = multiprocessing.get_context("spawn").Process(target=warm_up, args=(dtype,), daemon=True)
    process.start()
    try:
        while process.is_alive():
            report(0, 1, "Preparing planes")
            process.join(POLL_S)
    finally:
        process.kill()
        process.join()
