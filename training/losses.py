"""What the networks are trained to make small."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional


class LesionLoss(nn.Module):
    """Cross-entropy, plus Dice over the labels, plus Dice of any lesion against background.

    The last term keeps the outline right where the labels themselves are in doubt.
    """

    def __init__(self) -> None:
        super().__init__()
        from monai.losses.dice import DiceLoss  # MONAI costs seconds to import; only training pays them

        self._dice = DiceLoss(include_background=True, batch=True)

    def forward(self, logits: Tensor, masks: Tensor) -> Tensor:
        """Loss of (N, L, H, W) logits against (N, H, W) int64 channel numbers, 0 being background."""
        probabilities = torch.softmax(logits, 1)
        truth = functional.one_hot(masks, logits.shape[1]).movedim(-1, 1).to(probabilities.dtype)
        labels = self._dice(probabilities[:, 1:], truth[:, 1:])
        lesion = self._dice(1 - probabilities[:, :1], 1 - truth[:, :1])
        return functional.cross_entropy(logits, masks) + 0.5 * labels + lesion


class FindingLoss(nn.Module):
    """Cross-entropy in which every class weighs the same, however rare, with smoothed labels."""

    def __init__(self, counts: Tensor, label_smoothing: float) -> None:
        super().__init__()
        present = counts.clamp(min=1).float()
        self.register_buffer("weights", (present.sum() / (len(present) * present)).sqrt())
        self._smoothing = label_smoothing

    def forward(self, logits: Tensor, classes: Tensor) -> Tensor:
        """Loss of (N, L) logits against (N,) int64 class numbers."""
        return functional.cross_entropy(logits, classes, self.get_buffer("weights"), label_smoothing=self._smoothing)


def make_loss(task: Literal["segmentation", "classification"], counts: Tensor, label_smoothing: float) -> nn.Module:
    """The loss of a task; ``counts`` are the examples per class."""
    return LesionLoss() if task == "segmentation" else FindingLoss(counts, label_smoothing)
