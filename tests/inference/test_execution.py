from typing import Literal

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from imaging.progress import Cancelled
from inference.device import Ladder
from inference.execution import Execution
from inference.manifest import InputSpec, LabelSpec, Manifest, NetworkSpec, PreprocessingSpec, WeightsSpec

IMAGES = np.zeros((1, 1, 16, 16), np.float32)


def manifest(task: Literal["segmentation", "classification"], flips: bool) -> Manifest:
    return Manifest(
        name="fixed",
        version="1.0.0",
        title="Fixed",
        task=task,
        input=InputSpec(modalities=("CT",)),
        labels=(LabelSpec(name="lesion", value=1),),
        network=NetworkSpec(name="fixed"),
        preprocessing=PreprocessingSpec(size_px=(16, 16), flips=flips),
        weights=WeightsSpec(file="weights.safetensors", sha256="0" * 64),
    )


def execution(
    network: nn.Module, flips: bool = False, task: Literal["segmentation", "classification"] = "segmentation"
) -> Execution:
    return Execution(network, manifest(task, flips), Ladder(torch.device("cpu")))


def nothing() -> None:
    pass


class TopLeft(nn.Module):
    """Certain of the lesion in the upper left quarter, of background elsewhere, whatever it is shown."""

    def forward(self, images: Tensor) -> Tensor:
        logits = torch.zeros(len(images), 2, *images.shape[2:])
        logits[:, 1] = -50.0
        logits[:, 1, : images.shape[2] // 2, : images.shape[3] // 2] = 50.0
        return logits


def test_without_mirrors_the_softmax_is_returned() -> None:
    shares = execution(TopLeft()).probabilities(IMAGES, nothing)
    assert shares is not None
    assert shares[0, 1, :8, :8] == pytest.approx(1.0)
    assert shares[0, 1, 8:, :] == pytest.approx(0.0)


def test_mirrored_copies_are_mirrored_back_and_averaged() -> None:
    shares = execution(TopLeft(), flips=True).probabilities(IMAGES, nothing)
    assert shares is not None
    assert shares[0, 1, 0, 0] == pytest.approx(1 / 3)
    assert shares[0, 1, 0, 15] == pytest.approx(1 / 3)
    assert shares[0, 1, 15, 0] == pytest.approx(1 / 3)
    assert shares[0, 1, 15, 15] == pytest.approx(0.0)
    assert shares.sum(1) == pytest.approx(1.0)


def test_a_classification_averages_the_image_and_its_mirror() -> None:
    class LeftEdge(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            return images[:, 0, 0, :2]

    image = IMAGES.copy()
    image[0, 0, 0] = np.arange(16) * 2.0
    shares = execution(LeftEdge(), True, "classification").probabilities(image, nothing)
    assert shares is not None
    as_is, mirrored = np.exp(2) / (1 + np.exp(2)), np.exp(28) / (np.exp(28) + np.exp(30))
    assert shares[0, 1] == pytest.approx((as_is + mirrored) / 2)


def test_cancel_is_heard_before_every_pass() -> None:
    calls: list[None] = []

    def between() -> None:
        calls.append(None)
        if len(calls) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        execution(TopLeft(), flips=True).probabilities(IMAGES, between)


def test_short_memory_is_answered_with_none() -> None:
    class Hungry(nn.Module):
        def forward(self, _images: Tensor) -> Tensor:
            raise torch.OutOfMemoryError

    hungry = execution(Hungry())
    assert hungry.probabilities(IMAGES, nothing) is None
    assert hungry.step_down() == "memory was short: images at a time 1, not 2"
