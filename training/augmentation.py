"""Random changes of picture and mask together that leave the label true."""

import torch
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import v2

from training.config import AugmentationConfig


class Augmentation:
    """Draws one random change per example from torch's generator."""

    def __init__(self, config: AugmentationConfig) -> None:
        self.config = config
        self._geometric = v2.Compose(
            [
                v2.RandomHorizontalFlip(0.5 if config.mirror_columns else 0.0),
                v2.RandomVerticalFlip(0.5 if config.mirror_rows else 0.0),
                v2.RandomAffine(
                    (-config.degrees, config.degrees),
                    (config.shift, config.shift),
                    (1 - config.zoom, 1 + config.zoom),
                    interpolation=v2.InterpolationMode.BILINEAR,
                ),
            ]
        )
        self._erase = v2.RandomErasing(config.erase, scale=(0.02, 0.12))

    def __call__(self, picture: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """(H, W) float32, 0-1, and (H, W) uint8, both moved alike; only the picture's greys are changed."""
        moved, moved_mask = self._geometric(tv_tensors.Image(picture[None]), tv_tensors.Mask(mask[None]))
        greys = self._erase(self._regrey(torch.Tensor(moved).clone()))
        return greys[0].clamp(0, 1), torch.as_tensor(moved_mask)[0]

    def _regrey(self, picture: Tensor) -> Tensor:
        brightness, contrast, gamma = ((2 * torch.rand(3)) - 1).unbind()
        picture = picture.clamp(0, 1) ** (1 + self.config.gamma * gamma)
        middle = picture.mean()
        picture = middle + (picture - middle) * (1 + self.config.contrast * contrast)
        picture = picture + self.config.brightness * brightness
        return picture + torch.randn_like(picture) * self.config.noise * torch.rand(1)
