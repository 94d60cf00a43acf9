"""Where the network runs, how many images at a time, and what to do when memory runs short."""

import sys
from pathlib import Path
from typing import Literal

import torch

from inference.errors import InferenceError

Choice = Literal["auto", "cpu", "cuda"]

BATCH = {"cpu": 2, "cuda": 16}
"""Images per pass: few on the CPU, so that Cancel is heard soon."""


def choose(choice: Choice = "auto") -> torch.device:
    """The device to run on: with ``auto`` the GPU when there is one, else the CPU.

    Raises:
        InferenceError: ``cuda`` was asked for and no usable GPU is there.
    """
    if choice == "cpu":
        return torch.device("cpu")
    if torch.cuda.is_available():
        return torch.device("cuda")
    if choice == "cuda":
        raise InferenceError("a GPU was asked for (cuda), but torch finds none. Use auto or cpu.")
    return torch.device("cpu")


def describe(device: torch.device) -> str:
    """``cpu``, or the name of the GPU."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


class Ladder:
    """A device and a number of images per pass, with smaller ones below."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.batch = BATCH[device.type]

    def step_down(self) -> str:
        """What was changed, in words, after memory ran short: half the images, at last the CPU.

        Raises:
            InferenceError: one image on the CPU is too much already.
        """
        if self.batch > 1:
            self.batch //= 2
            return f"memory was short: images at a time {self.batch}, not {self.batch * 2}"
        if self.device.type == "cpu":
            raise InferenceError("there is not enough memory to run this model on one image")
        self.device, self.batch = torch.device("cpu"), BATCH["cpu"]
        return "the GPU's memory was short: run on the CPU"


def peak_memory_mb() -> float:
    """Highest resident memory of this process so far, MiB; NaN where the system does not tell.

    On Linux from the kernel's own line: ``getrusage`` of a spawned process counts its parent's memory too.
    """
    status = Path("/proc/self/status")
    for line in status.read_text().splitlines() if status.exists() else []:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
