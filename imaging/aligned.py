"""Masks of one image side by side: the layers of one against the layers of the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from imaging.labelmap import Label, Labelmap
from imaging.layers import Layers, filled_up


@dataclass(frozen=True)
class Aligned:
    """Masks with every label in the same layer of all of them.

    Attributes:
        labels: of all masks in order of value; what several say of one label, the first mask says.
        masks: the layers of each, as many of every one.
    """

    labels: tuple[Label, ...]
    masks: tuple[Layers, ...]

    def differs(self) -> NDArray[np.bool_]:
        """(K, J, I) bool: where the first two masks have different labels."""
        pairs = zip(self.masks[0], self.masks[1], strict=True)
        return np.logical_or.reduce([one != other for one, other in pairs])


def aligned(masks: Sequence[Labelmap]) -> Aligned:
    """Masks of one grid in layers that correspond; a label that lies in another layer of each gets one of its own."""
    known: dict[int, Label] = {}
    moved: set[int] = set()
    for label in (label for mask in masks for label in mask.labels):
        if known.setdefault(label.value, label).layer != label.layer:
            moved.add(label.value)
    top = max(len(mask.layers) for mask in masks)
    places = {value: top + n for n, value in enumerate(sorted(moved))}
    labels = (replace(known[value], layer=places.get(value, known[value].layer)) for value in sorted(known))
    return Aligned(tuple(labels), tuple(_laid(mask, places, top) for mask in masks))


def _laid(mask: Labelmap, places: dict[int, int], top: int) -> Layers:
    """The layers of a mask with some labels moved to other layers."""
    layers = filled_up(mask.layers, top + len(places))
    if places:
        layers = tuple(layer.copy() for layer in layers)
    for value, place in places.items():
        inside = mask.inside(value)
        for layer in layers:
            layer[inside & (layer == value)] = 0
        layers[place][inside] = value
    return layers
