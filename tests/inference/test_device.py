from pathlib import Path

import pytest
import torch

from inference.device import Ladder, choose, describe, peak_memory_mb
from inference.errors import InferenceError


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_a_missing_gpu_is_named_and_auto_goes_on_without() -> None:
    assert choose("auto").type == "cpu"
    with pytest.raises(InferenceError, match=r"a GPU was asked for \(cuda\), but torch finds none"):
        choose("cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_is_taken_and_named() -> None:
    assert choose("auto").type == choose("cuda").type == "cuda"
    assert describe(choose("cuda")) == torch.cuda.get_device_name()


def test_the_cpu_can_be_asked_for() -> None:
    assert describe(choose("cpu")) == "cpu"


def test_the_ladder_halves_the_batch_then_leaves_the_gpu_then_gives_up() -> None:
    ladder = Ladder(torch.device("cuda"))
    steps: list[tuple[str, int]] = []
    with pytest.raises(InferenceError, match="not enough memory to run this model on one image"):
        while True:
            steps.append((ladder.device.type, ladder.batch))
            ladder.step_down()
    assert steps == [("cuda", 16), ("cuda", 8), ("cuda", 4), ("cuda", 2), ("cuda", 1), ("cpu", 2), ("cpu", 1)]


def test_a_step_says_what_changed() -> None:
    ladder = Ladder(torch.device("cuda"))
    assert ladder.step_down() == "memory was short: images at a time 8, not 16"
    ladder.batch = 1
    assert ladder.step_down() == "the GPU's memory was short: run on the CPU"


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's process files")
def test_the_peak_is_at_least_what_is_resident_now() -> None:
    resident_mb = int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / (1 << 20)
    assert resident_mb * 0.99 <= peak_memory_mb() < resident_mb * 20
