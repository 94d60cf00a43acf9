"""A network at work: batches of images in, probabilities out."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.device import Ladder
from inference.manifest import Manifest

Probabilities = NDArray[np.float32]

MIRRORED_AXES: dict[str, tuple[tuple[int, ...], ...]] = {
    "segmentation": ((), (-1,), (-2,)),
    "classification": ((), (-1,)),
}
"""Axes of (N, C, H, W) along which copies are mirrored. A chest X-ray upside down is none, an axial slice still is."""


class Execution:
    """A network on a device, which gives way when memory runs short.

    Attributes:
        ladder: where it runs now, and how many images at a time.
    """

    def __init__(self, network: nn.Module, manifest: Manifest, ladder: Ladder) -> None:
        self.ladder = ladder
        self.network = network.to(ladder.device)
        self._segments = manifest.task == "segmentation"
        self._mirrored = MIRRORED_AXES[manifest.task] if manifest.preprocessing.flips else ((),)

    def probabilities(
        self, images: NDArray[np.float32], between: Callable[[], None], mirrored: bool = True
    ) -> Probabilities | None:
        """(N, L, H, W) or (N, L) float32 of (N, C, H, W) float32 images, averaged over mirrored copies.

        Args:
            images: the network's input.
            between: called before every pass; may raise Cancelled.
            mirrored: False leaves the mirrored copies out, at a third of the time.

        Returns:
            None when memory was short: call :meth:`step_down`, then come again with fewer images.
        """
        try:
            ways = self._mirrored if mirrored else ((),)
            return self._averaged(torch.from_numpy(images).to(self.ladder.device), ways, between)
        except torch.OutOfMemoryError:
            return None

    def step_down(self) -> str:
        """What was changed, in words.

        Raises:
            InferenceError: there is no smaller step.
        """
        change = self.ladder.step_down()
        torch.cuda.empty_cache()
        self.network.to(self.ladder.device)
        return change

    def _averaged(
        self, images: Tensor, ways: tuple[tuple[int, ...], ...], between: Callable[[], None]
    ) -> Probabilities:
        with torch.inference_mode():
            each: list[Tensor] = []
            for axes in ways:
                between()
                shares = torch.softmax(self.network(images.flip(axes)).float(), 1)
                each.append(shares.flip(axes) if self._segments else shares)
            return torch.stack(each).mean(0).cpu().numpy()
