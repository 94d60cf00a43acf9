"""Examples as tensors: every slice goes through the model's own preprocessing once and is kept."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from imaging.progress import Report, silent
from inference.manifest import LabelSpec
from inference.preprocessing import Preprocessing
from training.augmentation import Augmentation
from training.errors import DataError
from training.examples import Example


class Slices(Dataset[tuple[Tensor, Tensor]]):
    """Pictures (C, H, W) float32 with the truth: channel numbers (H, W), or a class number (), int64."""

    def __init__(self, pictures: Tensor, truths: Tensor, preprocessing: Preprocessing) -> None:
        self.pictures, self.truths = pictures, truths
        self._preprocessing = preprocessing
        self._augmentation: Augmentation | None = None

    def augmented(self, augmentation: Augmentation) -> "Slices":
        """The same slices, changed at random each time they are taken."""
        changed = Slices(self.pictures, self.truths, self._preprocessing)
        changed._augmentation = augmentation
        return changed

    def subset(self, indices: Sequence[int]) -> "Slices":
        """Some of the slices, by number."""
        chosen = torch.as_tensor(list(indices), dtype=torch.int64)
        return Slices(self.pictures[chosen], self.truths[chosen], self._preprocessing)

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        picture, truth = self.pictures[index].float() / 255, self.truths[index]
        if self._augmentation is not None:
            blank = torch.zeros(picture.shape, dtype=torch.uint8)
            picture, moved = self._augmentation(picture, truth if truth.ndim else blank)
            truth = moved if truth.ndim else truth
        return torch.from_numpy(self._preprocessing.normalised(picture.numpy())), truth.long()


def prepare(
    examples: Sequence[Example], preprocessing: Preprocessing, labels: Sequence[LabelSpec], report: Report = silent
) -> Slices:
    """The examples, loaded and preprocessed: pictures kept as 8-bit greys, (N, H, W) uint8.

    Raises:
        DataError: there are no examples, a mask or slice does not fit its image, or no mask holds what is to be learnt.
        ReadError: a file cannot be read.
        Cancelled: by ``report``.
    """
    if not examples:
        raise DataError("there is nothing to learn from: no example is left")
    pictures, truths = [], []
    for number, example in enumerate(examples):
        report(number, len(examples), f"Preparing {example.name}")
        volume = example.volume()
        picture, placement = preprocessing.picture(volume, example.k)
        pictures.append(torch.from_numpy(np.rint(picture * 255).astype(np.uint8)))
        if example.load_mask is None:
            truths.append(torch.tensor([label.name for label in labels].index(example.label)))
        else:
            truths.append(torch.from_numpy(_channels(preprocessing.mask(example.mask_on(volume), placement), labels)))
    truth = torch.stack(truths)
    if truth.ndim > 1 and not truth.any():
        values = ", ".join(str(label.value) for label in labels)
        raise DataError(f"there is nothing to learn from: no mask has a label value ({values})")
    return Slices(torch.stack(pictures), truth, preprocessing)


def _channels(mask: np.ndarray, labels: Sequence[LabelSpec]) -> np.ndarray:
    """Channel numbers (0 background, then the labels in order) for label values; unknown values are background."""
    table = np.zeros(256, np.uint8)
    for channel, label in enumerate(labels, start=1):
        table[label.value] = channel
    return table[mask]
