"""The layers of a mask: each has one value per voxel; segments that may overlap lie in different ones.

A value stands for one label of the whole mask, and its voxels all lie in the layer that the label names.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Layer = NDArray[np.uint8]
Layers = tuple[Layer, ...]
"""(K, J, I) uint8 label values each, the lowest first."""


def layer_of(layers: Sequence[Layer], number: int) -> Layer:
    """The layer of this number; an empty one where there is none, which costs no memory until it is written."""
    return layers[number] if number < len(layers) else _empty_like(layers[0])


def filled_up(layers: Sequence[Layer], count: int) -> Layers:
    """The same with empty layers at the end, so that there are ``count`` at least."""
    return (*layers, *(_empty_like(layers[0]) for _ in range(count - len(layers))))


def flat(layers: Sequence[Layer], table: Layer | None = None) -> Layer:
    """One value per voxel: where labels overlap, that of the uppermost layer.

    Args:
        layers: or the same plane of each.
        table: (256,) uint8, what each value becomes first; what becomes 0 hides nothing.
    """
    lowest, *above = layers if table is None else [table[layer] for layer in layers]
    for layer in above:
        lowest = np.where(layer, layer, lowest)
    return lowest


def any_label(layers: Sequence[Layer]) -> NDArray[np.bool_]:
    """(K, J, I) bool: the voxels with a label in any layer."""
    marked = layers[0] != 0
    for layer in layers[1:]:
        marked |= layer != 0
    return marked


def overlap(layers: Sequence[Layer]) -> NDArray[np.bool_]:
    """(K, J, I) bool: the voxels with labels in more than one layer."""
    marked, shared = layers[0] != 0, np.zeros(layers[0].shape, np.bool_)
    for layer in layers[1:]:
        shared |= marked & (layer != 0)
        marked |= layer != 0
    return shared


def _empty_like(layer: Layer) -> Layer:
    return np.zeros(layer.shape, np.uint8)  # zeros_like writes them, which takes the memory
