"""From the call of the program to the painted window, beside an empty PySide6 window; both with compiled byte code, as
an installed program has it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.timing import Row, compare

ROOT = Path(__file__).parents[1]

EMPTY = """
import sys
from PySide6.QtWidgets import QApplication, QWidget
qt = QApplication([])
window = QWidget()
window.resize(1480, 900)
window.show()
qt.processEvents()
print("{}", flush=True)
"""

OURS = """
import sys, tempfile
from pathlib import Path
from viewer import runtime
runtime.import_plainly()
with runtime.uncollected():
    from viewer.app import Application, application
from viewer.places import Places
qt = application()
main = Application(Places(Path(sys.argv[1]), Path(sys.argv[1])))
main.window.resize(1480, 900)
main.start()
qt.processEvents()
import json, resource
heavy = sorted({"torch", "torchvision", "captum", "monai", "timm"} & set(sys.modules))
print(json.dumps({"heavy": heavy, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)
main.shut_down()
"""


def start(rounds: int) -> list[Row]:
    """Seconds until the window is painted, in a new process each time."""
    said: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": f"{folder}/byte code", "PYTHONDONTWRITEBYTECODE": ""}

        def ours() -> float:
            seconds, line = _until_painted(OURS, environment, folder)
            said.update(line)
            return seconds

        def empty() -> float:
            return _until_painted(EMPTY, environment)[0]

        ours()  # the first start writes the byte code
        row = compare("start to painted window", ours, "empty PySide6 window", empty, rounds)
    loaded = f"LOADED: {', '.join(said['heavy'])}" if said["heavy"] else "torch not loaded"
    return [Row(row.what, row.ours_ms, row.reference, row.reference_ms, f"{loaded}; peak {said['peak_mb']:.0f} MB")]


def _until_painted(program: str, environment: dict[str, str], *arguments: str) -> tuple[float, dict[str, Any]]:
    """Seconds from starting the process to its first line, and that line."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    seconds = time.perf_counter() - begin
    process.communicate()
    if not line:
        raise RuntimeError("the window did not open; run the tests")
    return seconds, json.loads(line)
