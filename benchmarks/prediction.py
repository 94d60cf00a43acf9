"""Predictions in the process of their own that the window uses: the first after a click, in a process that is not there
yet, and those after it, beside the network's own passes over the same prepared images.

``first`` is beside a plain Python that imports torch, loads the network and runs it once: less nobody can wait.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks.timing import Row, compare, timed
from imaging.geometry import Calibration, Geometry
from imaging.progress import silent
from imaging.volume import Volume
from inference.registry import Package, Registry
from viewer.jobs.inference_process import InferenceProcess
from viewer.jobs.inference_server import threads

MODELS = Path(__file__).parents[1] / "resources" / "models"
FIRST_LIMIT_S = 4.0
SLICES = 8

PLAIN = """
import sys
from pathlib import Path
from benchmarks.prediction import network_of
network_of(sys.argv[1])()
"""


def prediction(rounds: int) -> list[Row]:
    """Each built-in model: first and second prediction of one image; a stack of slices, where it takes stacks."""
    rows: list[Row] = []
    for package in Registry((MODELS,)).packages():
        if package.manifest is not None and package.usable:
            rows += _rows(package, rounds)
    return rows


def network_of(name: str, slices: int = 1) -> Callable[[], object]:
    """The network's passes over prepared images, as often as the program runs it; torch is imported here."""
    import torch

    from inference import networks
    from inference.device import Ladder, choose
    from inference.execution import Execution
    from inference.preprocessing import Preprocessing

    package = Registry((MODELS,)).find(name)
    assert package.manifest is not None
    torch.set_num_threads(threads())
    ladder = Ladder(choose("auto"))
    execution = Execution(networks.load(package.folder, package.manifest), package.manifest, ladder)
    volume, forward = _volume(package, slices), Preprocessing(package.manifest.preprocessing, package.manifest.input)
    images = np.stack([forward.forward(volume, k)[0] for k in range(slices)])

    def run() -> None:
        for first in range(0, slices, ladder.batch):
            execution.probabilities(images[first : first + ladder.batch], lambda: None, mirrored=slices == 1)

    return run


def _rows(package: Package, rounds: int) -> list[Row]:
    assert package.manifest is not None
    process, stacks = InferenceProcess(), package.manifest.task == "segmentation"
    try:
        later = [_later(package, process, slices, rounds) for slices in ((1, SLICES) if stacks else (1,))]
        return [_first(package, min(rounds, 3)), *later]
    finally:
        process.shut_down()


def _later(package: Package, process: InferenceProcess, slices: int, rounds: int) -> Row:
    assert package.manifest is not None
    name, volume = package.manifest.name, _volume(package, slices)
    ours = timed(lambda: process.predict(package, volume, "auto", silent, probabilities=True))
    what = f"{name}: prediction of {slices} image{'s' * (slices > 1)} once the model is there"
    return compare(what, ours, "the network's own passes", timed(network_of(name, slices)), rounds, "limit 1.10")


def _first(package: Package, rounds: int) -> Row:
    assert package.manifest is not None
    name, volume = package.manifest.name, _volume(package, 1)

    def ours() -> float:
        process, start = InferenceProcess(), perf_counter()
        try:
            process.predict(package, volume, "auto", silent, probabilities=True)
            return perf_counter() - start
        finally:
            process.shut_down()

    plain = timed(lambda: subprocess.run([sys.executable, "-c", PLAIN, name], check=True))
    what, note = f"{name}: first prediction, in a new process", f"limit {1000 * FIRST_LIMIT_S:.0f} ms"
    return compare(what, ours, "plain Python that runs the network once", plain, rounds, note)


def _volume(package: Package, slices: int) -> Volume:
    """Noise that the model takes: a CT of 512 x 512, or a radiograph of 2500 x 2048."""
    assert package.manifest is not None
    stack = package.manifest.task == "segmentation"
    shape = (slices, 512, 512) if stack else (1, 2500, 2048)
    values = np.random.default_rng(0).integers(-1000, 400, shape).astype(np.int16)
    geometry = Geometry(shape, (5.0, 0.7, 0.7) if stack else (1.0, 0.15, 0.15), calibration=Calibration.PATIENT)
    modality = package.manifest.input.modalities[0]
    return Volume(values, geometry, "volume" if stack and slices > 1 else "image", "HU" if stack else "", modality)
