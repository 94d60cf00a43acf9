"""What there is to learn from: one slice an example, whichever source it came from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from imaging.volume import Volume
from training.errors import DataError

Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class Example:
    """One slice with its truth, not yet loaded.

    Attributes:
        name: what a report calls it.
        group: patient or clip: what a split keeps together.
        k: the slice.
        load: the volume that the slice lies in.
        label: the class's name, or "".
        load_mask: (J, I) uint8 label values of the slice, or None where the truth is a class.
        annotation: identity of the annotation it came from, or "".
        pictures: hashes of all slices of the series, or of the file: a copy has the same.
        learnt_before: the model that a run goes on from had learnt from an annotation of this series.
    """

    name: str
    group: str
    k: int
    load: Callable[[], Volume]
    label: str = ""
    load_mask: Callable[[], Mask] | None = None
    annotation: str = ""
    pictures: frozenset[str] = frozenset()
    learnt_before: bool = False

    def volume(self) -> Volume:
        """The volume, which has the slice.

        Raises:
            DataError: it has not.
            ReadError: it cannot be read.
        """
        volume = self.load()
        if self.k >= volume.geometry.shape_kji[0]:
            raise DataError(
                f"{self.name}: slice {self.k + 1} is asked for, the image has {volume.geometry.shape_kji[0]}"
            )
        return volume

    def mask_on(self, volume: Volume) -> Mask:
        """(J, I) uint8 label values on the slice's own grid.

        Raises:
            DataError: there is no mask, or it is of another size.
            ReadError: it cannot be read.
        """
        if self.load_mask is None:
            raise DataError(f"{self.name}: there is no mask")
        mask, size = self.load_mask(), volume.geometry.shape_kji[1:]
        if mask.shape != size:
            raise DataError(f"{self.name}: the mask is {mask.shape}, the image {size}")
        return mask


@dataclass(frozen=True)
class Collection:
    """Examples, and how many were left out because their label or mask is not what the model knows."""

    examples: tuple[Example, ...]
    skipped: int
    source: str

    @property
    def groups(self) -> int:
        """Number of patients or clips."""
        return len({example.group for example in self.examples})


def kept_together(examples: Sequence[Example]) -> tuple[Example, ...]:
    """The examples, in which patients who share a picture are one: the same patient, under several identifiers."""
    merged: dict[str, str] = {}
    first_of: dict[str, str] = {}

    def patient(group: str) -> str:
        while group in merged:
            group = merged[group]
        return group

    for example in examples:
        for picture in example.pictures:
            known, own = patient(first_of.setdefault(picture, example.group)), patient(example.group)
            if own != known:
                merged[max(own, known)] = min(own, known)
    return tuple(replace(example, group=patient(example.group)) for example in examples)
