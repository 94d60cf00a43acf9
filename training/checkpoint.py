"""Weights on disk: safetensors, whole or not there; and the moving average that is released."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor, nn

from imaging.saving import write_bytes


class Average:
    """An exponential moving average of a network's weights and running statistics.

    Early on the average is short (arXiv 1412.6980 has the same idea), so random weights do not linger in it.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._decay = decay
        self._updates = 0
        self.weights = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move towards the network as it is now."""
        self._updates += 1
        decay = min(self._decay, (1 + self._updates) / (10 + self._updates))
        for name, tensor in network.state_dict().items():
            if tensor.is_floating_point():
                self.weights[name].lerp_(tensor, 1 - decay)
            else:
                self.weights[name].copy_(tensor)


def save_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Write tensors as safetensors, replacing what stood there only when whole.

    Raises:
        SaveError: the file cannot be written.
    """
    write_bytes(path, save({name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}))


def compact(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors with matrices and kernels in float16; vectors stay float32, where small values matter."""
    return {
        name: tensor.half() if tensor.is_floating_point() and tensor.ndim > 1 else tensor
        for name, tensor in weights.items()
    }
