"""What saliency methods share: the score that is explained, and the shape of an answer."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from imaging.progress import Report

PERCENTILE = 99.5


@dataclass(frozen=True)
class Evidence:
    """(H, W) float32 attribution in the network's input frame, and how it came about."""

    values: NDArray[np.float32]
    signed: bool
    method: str
    layer: str


@dataclass(frozen=True)
class Task:
    """What is to be explained.

    Attributes:
        image: (1, C, H, W) float32, normalised, on the network's device.
        black: the same shape, of an image without any signal: where paths start.
        target: index of the class whose score is explained.
        layer: name of the module that layer methods look at.
    """

    image: Tensor
    black: Tensor
    target: int
    layer: str


class Method(Protocol):
    """A saliency method."""

    def __call__(self, network: nn.Module, task: Task, report: Report) -> Evidence:
        """The evidence that ``task`` asks for."""
        ...


class Scored(nn.Module):
    """A network whose output is one score per class, (N, L).

    For a classification the score of a class is its log-odds. For a segmentation it is the sum of the class's logits
    over the pixels where it wins in the image that is explained, the same pixels all along a path; over all pixels
    where it wins nowhere (as in arXiv 2002.11434).
    """

    def __init__(self, network: nn.Module, winners: Tensor | None) -> None:
        super().__init__()
        self.network = network
        self._winners = winners

    def forward(self, images: Tensor) -> Tensor:
        logits = self.network(images)
        return _log_odds(logits) if self._winners is None else (logits * self._winners).sum((2, 3))


def scored(network: nn.Module, image: Tensor, segmentation: bool) -> Scored:
    """The network with one score per class, to explain ``image`` (1, C, H, W)."""
    if not segmentation:
        return Scored(network, None)
    with torch.no_grad():
        return Scored(network, _winners(network(image)))


def limit(values: NDArray[np.float32]) -> float:
    """The end of the colour bar: the 99.5th percentile of the absolute values, never zero."""
    highest = float(np.percentile(np.abs(values), PERCENTILE))
    return highest or float(np.abs(values).max()) or 1.0


def _log_odds(logits: Tensor) -> Tensor:
    """(N, L): log p / (1 - p) of each class. Unlike p, it still changes where the network is sure."""
    others = ~torch.eye(logits.shape[1], dtype=torch.bool, device=logits.device)
    rest = [torch.logsumexp(logits[:, keep], 1) for keep in others]
    return logits - torch.stack(rest, 1)


def _winners(logits: Tensor) -> Tensor:
    """(1, L, H, W): 1 where the class has the highest logit, all 1 for a class that has it nowhere."""
    best = logits.argmax(1, keepdim=True)
    wins = torch.zeros_like(logits).scatter_(1, best, 1.0)
    nowhere = wins.sum((2, 3), keepdim=True) == 0
    return torch.where(nowhere, torch.ones_like(wins), wins)
