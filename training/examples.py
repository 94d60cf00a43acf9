"""What there is to learn from: one slice an example, whichever source it came from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.volume import Volume

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
    """

    name: str
    group: str
    k: int
    load: Callable[[], Volume]
    label: str = ""
    load_mask: Callable[[], Mask] | None = None
    annotation: str = ""


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
