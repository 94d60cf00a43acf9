"""The picture of one slice with what lies over it, kept until something that it shows changes."""

from collections.abc import Callable, Hashable, Iterator
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from imaging.labelmap import Label, Labelmap
from imaging.volume import Volume
from inference.prediction import HeatMap
from viewer.canvas.contour import Outline, outline
from viewer.canvas.heat_colours import heat_image
from viewer.canvas.patch import Patch, mean_reduced, picked_reduced
from viewer.canvas.rendering import colour_image, grey_image, mask_image
from viewer.state.findings import Findings
from viewer.state.segmentation import Segmentation
from viewer.state.view import View

PROPOSAL_OPACITY = 0.18

Value = TypeVar("Value")


class Latest(Generic[Value]):
    """The last value made, and what it was made for."""

    def __init__(self) -> None:
        self._key: Hashable = None
        self._value: Value | None = None

    def of(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value for ``key``, made again only when the key is another."""
        if self._value is None or key != self._key:
            self._key, self._value = key, make()
        return self._value

    def forget(self) -> None:
        """Make the next value anew."""
        self._key = self._value = None


class PlanePicture:
    """One patch of one slice as a QImage: grey or colour, heat map, masks, in this order."""

    def __init__(self, view: View, segmentation: Segmentation, findings: Findings) -> None:
        self._view, self._segmentation, self._findings = view, segmentation, findings
        self._plane: Latest[NDArray[Any]] = Latest()
        self._ground: Latest[QImage] = Latest()
        self._heat: Latest[QImage] = Latest()
        self._mask: Latest[QImage] = Latest()
        self._proposal: Latest[QImage] = Latest()
        self._composed: Latest[QImage] = Latest()
        self._outlines: Latest[tuple[Outline, ...]] = Latest()
        self._explained: Latest[bool] = Latest()

    def forget_volume(self) -> None:
        """Another volume is shown."""
        self._plane.forget()
        self._ground.forget()
        self.forget_mask()
        self.forget_findings()

    def forget_mask(self) -> None:
        """Voxels or colours of the annotation changed."""
        self._mask.forget()
        self._composed.forget()
        self._outlines.forget()

    def forget_findings(self) -> None:
        """Another prediction or heat map, or another way to show them."""
        self._heat.forget()
        self._explained.forget()
        self._proposal.forget()
        self._composed.forget()
        self._outlines.forget()

    def image(self, volume: Volume, patch: Patch) -> QImage:
        """The picture of ``patch`` of the shown slice, one image pixel per (reduced) plane pixel."""
        return self._composed.of(self._ground_key(patch), lambda: self._compose(volume, patch))

    def outlines(self, volume: Volume, patch: Patch) -> tuple[Outline, ...]:
        """Contours of the annotation and of the proposal, in pixels of :meth:`image`."""
        return self._outlines.of((self._view.k, patch), lambda: tuple(self._trace(volume, patch)))

    def explained(self, heat: HeatMap) -> bool:
        """Whether the shown slice has values in ``heat``."""
        return self._explained.of(self._view.k, lambda: not bool(np.isnan(heat.array[self._view.k]).all()))

    def _ground_key(self, patch: Patch) -> Hashable:
        return self._view.k, patch, self._view.window, self._view.inverted

    def _compose(self, volume: Volume, patch: Patch) -> QImage:
        ground = self._ground.of(self._ground_key(patch), lambda: self._ground_image(volume, patch))
        layers = list(self._layers(volume, patch))
        if not layers:
            return ground
        image = ground.copy()
        painter = QPainter(image)
        for layer, opacity in layers:
            painter.setOpacity(opacity)
            painter.drawImage(0, 0, layer)
        painter.end()
        return image

    def _layers(self, volume: Volume, patch: Patch) -> Iterator[tuple[QImage, float]]:
        key = (self._view.k, patch)
        heat = self.shown_heat(volume)
        if heat is not None:
            yield self._heat.of(key, lambda: self._heat_image(heat, patch)), self._findings.heat_opacity
        proposal = self._shown_proposal(volume)
        if proposal is not None:
            yield self._proposal.of(key, lambda: self._proposal_image(proposal, patch)), 1.0
        if self._mask_fits(volume):
            yield self._mask.of(key, lambda: self._mask_image(patch)), 1.0

    def _ground_image(self, volume: Volume, patch: Patch) -> QImage:
        key = (self._view.k, patch.factor)
        plane = self._plane.of(key, lambda: mean_reduced(volume.array[self._view.k], patch.factor))
        inverted = volume.inverted != self._view.inverted
        if volume.is_colour:
            return colour_image(patch.cut(plane), inverted)
        return grey_image(np.ascontiguousarray(patch.cut(plane)), self._view.window, inverted, volume.padding)

    def _heat_image(self, heat: HeatMap, patch: Patch) -> QImage:
        values = patch.cut(picked_reduced(heat.array[self._view.k], patch.factor))
        return heat_image(values, heat.limit, heat.signed)

    def _proposal_image(self, proposal: Labelmap, patch: Patch) -> QImage:
        values = patch.cut(picked_reduced(proposal.array[self._view.k], patch.factor))
        return mask_image(values, proposal.labels, PROPOSAL_OPACITY)

    def _mask_image(self, patch: Patch) -> QImage:
        segmentation = self._segmentation
        values = patch.cut(picked_reduced(segmentation.array[self._view.k], patch.factor))
        return mask_image(values, segmentation.labels, segmentation.opacity)

    def shown_heat(self, volume: Volume) -> HeatMap | None:
        """The heat map, if it is to be seen and belongs to a grid like this volume's."""
        heat = self._findings.heat
        if heat is None or not self._findings.heat_visible:
            return None
        return heat if heat.array.shape == volume.array.shape[:3] else None

    def _shown_proposal(self, volume: Volume) -> Labelmap | None:
        prediction = self._findings.prediction
        if prediction is None or prediction.mask is None or not self._findings.proposal_visible:
            return None
        return prediction.mask if prediction.mask.array.shape == volume.array.shape[:3] else None

    def _mask_fits(self, volume: Volume) -> bool:
        segmentation = self._segmentation
        return segmentation.visible and segmentation.array.shape == volume.array.shape[:3]

    def _trace(self, volume: Volume, patch: Patch) -> list[Outline]:
        proposal = self._shown_proposal(volume)
        sources: list[tuple[NDArray[np.uint8], tuple[Label, ...], bool]] = []
        if proposal is not None:
            sources.append((proposal.array, proposal.labels, True))
        if self._mask_fits(volume):
            sources.append((self._segmentation.array, self._segmentation.labels, False))
        outlines: list[Outline] = []
        for array, labels, proposed in sources:
            values = patch.cut(picked_reduced(array[self._view.k], patch.factor))
            outlines += [Outline(outline(values == label.value), label.colour, proposed) for label in labels]
        return outlines
