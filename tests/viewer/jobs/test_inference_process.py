import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest

from imaging.geometry import Calibration, Geometry
from imaging.progress import Cancelled, silent
from imaging.volume import Volume
from inference.errors import InferenceError
from inference.predictor import Predictor
from inference.registry import Package
from viewer.jobs.inference_process import InferenceProcess

PATIENCE_S = 30.0


def ct(slices: int, modality: str = "CT") -> Volume:
    geometry = Geometry((slices, 64, 64), (5.0, 2.0, 2.0), calibration=Calibration.PATIENT)
    values = np.random.default_rng(0).integers(-1000, 400, geometry.shape_kji).astype(np.int16)
    return Volume(values, geometry, "volume", "HU", modality, "1.2")


@pytest.fixture(scope="module")
def process() -> Generator[InferenceProcess]:
    """One process for the whole file: starting torch is most of the time."""
    made = InferenceProcess()
    yield made
    made.shut_down()


def test_the_process_says_what_a_predictor_here_says(process: InferenceProcess, tiny_package: Package) -> None:
    process.warm_up(silent)
    seen: list[str] = []
    there = process.predict(tiny_package, ct(3), "cpu", lambda _done, _total, text: seen.append(text))
    here = Predictor(tiny_package, "cpu").predict(ct(3))
    assert tiny_package.manifest is not None and there.weights_sha256 == tiny_package.manifest.weights.sha256
    assert there.mask is not None and here.mask is not None
    assert np.array_equal(there.mask.array, here.mask.array)
    assert there.mask.geometry == here.mask.geometry
    assert [f.probability for f in there.findings] == pytest.approx([f.probability for f in here.findings], abs=1e-5)
    assert "Tiny: 3 of 3" in seen


def test_probabilities_come_along_when_asked_for(process: InferenceProcess, tiny_package: Package) -> None:
    there = process.predict(tiny_package, ct(3), "cpu", silent, probabilities=True).probabilities
    here = Predictor(tiny_package, "cpu").predict(ct(3), probabilities=True).probabilities
    assert there is not None and here is not None
    assert there.values == here.values
    assert np.abs(there.array.astype(int) - here.array.astype(int)).max() <= 1
    assert process.predict(tiny_package, ct(1), "cpu", silent).probabilities is None


def test_an_explanation_lands_on_its_slice(process: InferenceProcess, tiny_package: Package) -> None:
    there = process.explain(tiny_package, ct(3), "gradcam", 1, "lesion", "cpu", silent)
    here = Predictor(tiny_package, "cpu").explain(ct(3), "gradcam", 1, "lesion")
    assert there.array == pytest.approx(here.array, abs=1e-4, nan_ok=True)
    assert np.isnan(there.array[[0, 2]]).all()
    assert there.limit == pytest.approx(here.limit, rel=1e-3)


def test_cancel_stops_the_work_and_keeps_the_loaded_model(process: InferenceProcess, tiny_package: Package) -> None:
    process.predict(tiny_package, ct(1), "cpu", silent)
    child = process.pid

    def impatient(done: int, _total: int, _text: str) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        process.predict(tiny_package, ct(2000), "cpu", impatient)
    seen: list[str] = []
    process.predict(tiny_package, ct(1), "cpu", lambda _done, _total, text: seen.append(text))
    assert process.pid == child
    assert "Loading Tiny" not in seen


def test_a_killed_process_is_told_in_words_and_replaced(process: InferenceProcess, tiny_package: Package) -> None:
    process.warm_up(silent)
    child = process.pid
    assert child is not None

    def murderous(done: int, _total: int, _text: str) -> None:
        if done:
            os.kill(child, signal.SIGKILL)

    with pytest.raises(InferenceError, match=r"ended unexpectedly \(killed by signal 9; memory may"):
        process.predict(tiny_package, ct(2000), "cpu", murderous)
    assert process.pid is None
    assert process.predict(tiny_package, ct(1), "cpu", silent).model == "tiny"
    assert process.pid not in (None, child)


def test_cancelling_a_process_that_just_died_is_a_cancel(process: InferenceProcess, tiny_package: Package) -> None:
    process.warm_up(silent)
    child = process.pid
    assert child is not None

    def both(done: int, _total: int, _text: str) -> None:
        if done:
            os.kill(child, signal.SIGKILL)
            raise Cancelled

    with pytest.raises(Cancelled):
        process.predict(tiny_package, ct(2000), "cpu", both)
    assert process.pid is None


def test_an_answer_that_nobody_took_is_not_given_to_the_next_request(
    process: InferenceProcess, tiny_package: Package
) -> None:
    def broken(done: int, _total: int, _text: str) -> None:
        if done:
            raise RuntimeError("the window is gone")

    with pytest.raises(RuntimeError, match="the window is gone"):
        process.predict(tiny_package, ct(3), "cpu", broken)
    found = process.predict(tiny_package, ct(5), "cpu", silent).mask
    assert found is not None
    assert len(found.array) == 5, "that of the request before has three slices"


def test_words_of_the_process_reach_the_caller(process: InferenceProcess, tiny_package: Package) -> None:
    with pytest.raises(InferenceError, match="tiny reads CT; this is MR"):
        process.predict(tiny_package, ct(1, "MR"), "cpu", silent)


def test_one_who_waits_for_the_process_can_give_up(process: InferenceProcess, tiny_package: Package) -> None:
    at_work, go_home = threading.Event(), threading.Event()

    def slow(done: int, _total: int, _text: str) -> None:
        if done:
            at_work.set()
        if go_home.is_set():
            raise Cancelled

    def run() -> None:
        with pytest.raises(Cancelled):
            process.predict(tiny_package, ct(2000), "cpu", slow)

    def impatient(_done: int, _total: int, text: str) -> None:
        assert text == "Waiting for the model"
        raise Cancelled

    first = threading.Thread(target=run)
    first.start()
    assert at_work.wait(PATIENCE_S)
    with pytest.raises(Cancelled):
        process.warm_up(impatient)
    go_home.set()
    first.join(PATIENCE_S)
    assert not first.is_alive()


PARENT = """
import os, sys
from imaging.progress import silent
from viewer.jobs.inference_process import InferenceProcess
if __name__ == "__main__":
    process = InferenceProcess()
    process.warm_up(silent)
    print(process.pid, "torch" in sys.modules, flush=True)
    os.kill(os.getpid(), 9)
"""


def test_the_window_stays_without_torch_and_leaves_no_orphan(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=environment, check=False)
    child, has_torch = done.stdout.split()
    assert has_torch == "False"
    for _ in range(100):
        if _is_gone(int(child)):
            return
        time.sleep(0.1)
    pytest.fail("the model process outlived the window")


def _is_gone(pid: int) -> bool:
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
