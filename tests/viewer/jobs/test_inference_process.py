import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from threading import Timer

import numpy as np
import pytest

from imaging.geometry import Geometry
from imaging.progress import Cancelled, silent
from imaging.volume import Volume
from inference.errors import InferenceError
from inference.registry import Registry
from viewer.assets import builtin_models
from viewer.jobs.inference_process import InferenceProcess

PICTURE = Volume(np.zeros((1, 64, 64), np.uint8), Geometry((1, 64, 64)), "image", "", "", "1.2")
LONG = Volume(np.zeros((400, 64, 64), np.uint8), Geometry((400, 64, 64)), "image", "", "", "1.3")


@pytest.fixture
def process() -> Generator[InferenceProcess]:
    made = InferenceProcess()
    yield made
    made.shut_down()


def test_predicts_cancels_survives_a_killed_child_and_goes_on(process: InferenceProcess) -> None:
    package = Registry([builtin_models()]).find("ct-covid-lesions")
    process.warm_up(silent)
    prediction = process.predict(package, PICTURE, "cpu", silent)
    assert prediction.mask is not None and prediction.mask.array.shape == (1, 64, 64)

    seen: list[int] = []

    def impatient(done: int, total: int, _text: str) -> None:
        seen.append(done)
        if total and done >= 2:
            raise Cancelled

    child = process.pid
    with pytest.raises(Cancelled):
        process.predict(package, LONG, "cpu", impatient)
    assert process.pid == child, "cancelling keeps the process and its loaded model"

    assert child is not None
    Timer(0.5, os.kill, (child, signal.SIGKILL)).start()
    with pytest.raises(InferenceError, match="ended unexpectedly"):
        process.predict(package, LONG, "cpu", silent)
    again = process.predict(package, PICTURE, "cpu", silent)
    assert again.model == "ct-covid-lesions"
    assert process.pid != child


def test_words_of_the_child_reach_the_caller(process: InferenceProcess) -> None:
    package = Registry([builtin_models()]).find("ct-covid-lesions")
    wrong = Volume(np.zeros((1, 64, 64), np.uint8), Geometry((1, 64, 64)), "image", "", "US", "1.4")
    with pytest.raises(InferenceError, match="this is US"):
        process.predict(package, wrong, "cpu", silent)


def test_the_child_goes_when_the_parent_dies(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from imaging.progress import silent\n"
        "from viewer.jobs.inference_process import InferenceProcess\n"
        "if __name__ == '__main__':\n"
        "    process = InferenceProcess()\n"
        "    process.warm_up(silent)\n"
        "    assert 'torch' not in sys.modules\n"
        "    print(process.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    script = tmp_path / "parent.py"
    script.write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=environment, check=False)
    child = int(done.stdout)
    for _ in range(100):
        if not Path(f"/proc/{child}").exists() or "State:\tZ" in Path(f"/proc/{child}/status").read_text():
            return
        time.sleep(0.1)
    pytest.fail("the model process outlived the window")
