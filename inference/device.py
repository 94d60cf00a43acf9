"""Where the network runs."""

from typing import Literal

import torch

from inference.errors import InferenceError

Choice = Literal["auto", "cpu", "cuda"]


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
