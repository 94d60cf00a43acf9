"""Planes painted one after the other into a mask, in as few layers as keep every segment whole."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Shape
from imaging.labelmap import Label
from imaging.layers import Layer, Layers


class Painting:
    """A mask in the making: a segment that would hide a part of another one moves to a layer that has room for it."""

    def __init__(self, shape_kji: Shape) -> None:
        self._layers: list[Layer] = [np.zeros(shape_kji, np.uint8)]
        self._place: dict[int, int] = {}
        self._slices: dict[int, set[int]] = {}

    @property
    def layers(self) -> Layers:
        """(K, J, I) uint8 each, so far."""
        return tuple(self._layers)

    def add(self, k: int, marked: NDArray[np.bool_], value: int) -> None:
        """Give ``value`` to the marked pixels, (J, I), of slice ``k``."""
        place = self._place.setdefault(value, 0)
        if self._is_taken(place, k, marked, value):
            place = self._place[value] = self._moved(value, k, marked)
        self._layers[place][k][marked] = value
        self._slices.setdefault(value, set()).add(k)

    def add_all(self, marked: NDArray[np.bool_], value: int) -> None:
        """Give ``value`` to the marked voxels, (K, J, I)."""
        for k in np.flatnonzero(marked.any(axis=(1, 2))).tolist():
            self.add(k, marked[k], value)

    def placed(self, labels: Iterable[Label]) -> tuple[Label, ...]:
        """The labels, each with the layer that its voxels are in."""
        return tuple(replace(each, layer=self._place.get(each.value, 0)) for each in labels)

    def _is_taken(self, place: int, k: int, marked: NDArray[np.bool_], value: int) -> bool:
        there = self._layers[place][k][marked]
        return bool(((there != 0) & (there != value)).any())

    def _moved(self, value: int, k: int, marked: NDArray[np.bool_]) -> int:
        """The layer in which a segment is now, with room for a part that is to come."""
        here = self._layers[self._place[value]]
        planes = {each: here[each] == value for each in self._slices.get(value, ())}
        for each, inside in planes.items():
            here[each][inside] = 0
        wanted = [*planes.items(), (k, marked)]
        roomy = (
            n
            for n in range(len(self._layers))
            if not any(self._is_taken(n, each, inside, value) for each, inside in wanted)
        )
        place = next(roomy, len(self._layers))
        if place == len(self._layers):
            self._layers.append(np.zeros(here.shape, np.uint8))
        for each, inside in planes.items():
            self._layers[place][each][inside] = value
        return place
