"""One series' annotation as it is being edited."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from imaging.geometry import Geometry
from imaging.history import History
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.layers import Layer, filled_up
from imaging.legend import Legend
from imaging.library.journal import Journal
from imaging.library.queued import BlindReading


@dataclass
class Mask:
    """One series' annotation as it is being edited, with its undo line.

    Attributes:
        layers: (K, J, I) uint8 label values each, the lowest first.
        active: the value of the label the brush paints.
        saved: the library holds it as ``revision``.
        revision: of the library, from which the mask was made last.
        journal: where its steps are written; None while there is no place for them.
        blind: the reading that it belongs to; None for the mask of the series.
    """

    geometry: Geometry | None = None
    layers: list[Layer] = field(default_factory=lambda: [np.zeros((1, 1, 1), np.uint8)])
    legend: Legend = field(default_factory=Legend)
    active: int = 0
    history: History = field(default_factory=History)
    saved: bool = True
    revision: int | None = None
    journal: Journal | None = None
    blind: BlindReading | None = None

    def __post_init__(self) -> None:
        self.set_legend(self.legend)

    def set_legend(self, legend: Legend) -> None:
        """Another legend; the active label stays if it is still there."""
        self.legend = legend
        if self.active not in {label.value for label in legend.labels}:
            self.active = legend.labels[0].value if legend.labels else 0

    @classmethod
    def of(
        cls,
        geometry: Geometry | None,
        saved: Labelmap | None,
        labels: tuple[Label, ...] = (),
        revision: int | None = None,
    ) -> Self:
        """A mask to be edited: what was ``saved`` as ``revision``, or an empty one with ``labels``; no undo line."""
        if geometry is None:
            return cls(legend=Legend(labels), revision=revision)
        if saved is None:
            return cls(geometry, [np.zeros(geometry.shape_kji, np.uint8)], Legend(labels), revision=revision)
        origin = saved.provenance
        made_by = (origin.model, origin.model_version) if origin else ()
        return cls(
            geometry, [layer.copy() for layer in saved.layers], Legend(saved.labels, *made_by), revision=revision
        )

    def seen(self, number: int) -> Layer:
        """The layer of this number as it is now; a read-only view."""
        view = self.layer(number).view()
        view.flags.writeable = False
        return view

    def layer(self, number: int) -> Layer:
        """The layer of this number, there from now on."""
        self.layers += filled_up(self.layers, number + 1)[len(self.layers) :]
        return self.layers[number]

    def labelmap(self, provenance: Provenance | None = None) -> Labelmap:
        """The mask as it is now, as a value of its own: the layers that have labels.

        Raises:
            ValueError: nothing is open.
        """
        if self.geometry is None:
            raise ValueError("no volume is open")
        labels = self.legend.labels
        used = 1 + max((label.layer for label in labels), default=0)
        array, *further = (layer.copy() for layer in filled_up(self.layers[:used], used))
        return Labelmap(array, self.geometry, labels, provenance, further=tuple(further))
