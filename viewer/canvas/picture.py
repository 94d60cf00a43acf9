"""The picture of one slice with what lies over it, kept until something that it shows changes."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from imaging.colour_tables import ColourTable
from imaging.geometry import Geometry
from imaging.intensity import Voi
from imaging.labelmap import Label, Labelmap
from imaging.layers import Layers
from imaging.volume import Volume
from inference.prediction import HeatMap
from viewer.canvas.contour import Outline
from viewer.canvas.fusion_image import fusion_image
from viewer.canvas.heat_colours import heat_image
from viewer.canvas.latest import Latest
from viewer.canvas.mask_overlay import MaskOverlay
from viewer.canvas.overlay_planes import overlay_image
from viewer.canvas.patch import Patch, mean_reduced, picked_reduced
from viewer.canvas.rendering import colour_image, grey_image
from viewer.state.findings import Findings
from viewer.state.fusion import Fusion
from viewer.state.mask_steps import Touched
from viewer.state.motion import draft_grid
from viewer.state.opened import OpenSeries
from viewer.state.pane import Pane
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

PROPOSAL_OPACITY = 0.18
CHANGE_OPACITY = 0.35

_Cut = tuple[int, float, str]
_Place = tuple[int, Patch]
_Look = tuple[_Place, Voi, bool, tuple[float, str], Fusion | None, ColourTable | None]


class PlanePicture:
    """One patch of one slice as a QImage: grey or colour, heat map, masks, in this order."""

    def __init__(self, session: Session, pane: Pane, segmentation: Segmentation, findings: Findings) -> None:
        self._session, self._pane, self._segmentation, self._findings = session, pane, segmentation, findings
        self._view = pane.view
        self._values: Latest[_Cut, NDArray[Any]] = Latest()
        self._plane: Latest[tuple[_Cut, int], NDArray[Any]] = Latest()
        self._draft: Latest[tuple[_Cut, Patch], NDArray[Any]] = Latest()
        self._ground: Latest[_Look, QImage] = Latest()
        self._overlays: Latest[_Place, QImage | None] = Latest()
        self._heat: Latest[_Place, QImage] = Latest()
        self._mask: Latest[_Place, tuple[MaskOverlay, ...]] = Latest()
        self._mask_planes: tuple[NDArray[np.uint8], ...] = ()
        self._proposal: Latest[_Place, tuple[MaskOverlay, ...]] = Latest()
        self._change: Latest[_Place, MaskOverlay] = Latest()
        self._composed: Latest[_Look, QImage] = Latest()
        self._explained: Latest[int, bool] = Latest()
        self._fused_values: Latest[tuple[int, OpenSeries, Patch | None], NDArray[Any]] = Latest()
        self._fusion: Latest[tuple[int, Patch, Fusion], QImage] = Latest()

    def forget_volume(self) -> None:
        """Another volume is shown."""
        self._values.forget()
        self._plane.forget()
        self._draft.forget()
        self._ground.forget()
        self._overlays.forget()
        self._fused_values.forget()
        self._fusion.forget()
        self.forget_mask()
        self.forget_findings()
        self.forget_change()

    def take_values(self, values: NDArray[Any]) -> None:
        """Draw values of the shown plane that were sampled elsewhere."""
        self._values.put(self._cut_key, values)

    def forget_mask(self) -> None:
        """The whole annotation, its colours or its visibility changed."""
        self._mask.forget()
        self._composed.forget()

    def forget_findings(self) -> None:
        """Another prediction or heat map, or another way to show them."""
        self._heat.forget()
        self._explained.forget()
        self._proposal.forget()
        self._composed.forget()

    def forget_change(self) -> None:
        """Another change, or none, is proposed."""
        self._change.forget()
        self._composed.forget()

    def refresh_mask(self, volume: Volume, touched: Touched) -> QRect | None:
        """The annotation changed within a box: draw only that part again.

        Returns:
            What changed in pixels of :meth:`image`, empty where nothing is seen of it; None where all must be drawn.
        """
        overlays, place, layer = self._mask.value, self._mask.key, touched.layer
        planes, sampled_anew = self._mask_planes, place is not None and place[1].step > 0
        if overlays is None or layer >= len(overlays) or place is None or sampled_anew or not self._mask_fits(volume):
            self.forget_mask()
            return None
        spans = self._pane.planes.cut_again(self._segmentation.layers[layer], place[0], touched.box, planes[layer])
        box = None if spans is None else place[1].box_of(*spans)
        if box is None:
            return QRect()
        overlays[layer].refresh(box)
        top, bottom, left, right = box
        part = QRect(left, top, right - left, bottom - top)
        self._compose_again(volume, place, part)
        return part

    def image(self, volume: Volume, patch: Patch) -> QImage:
        """The picture of ``patch`` of the shown slice, one image pixel per (reduced) plane pixel."""
        return self._composed.of(self._look(patch), lambda: self._compose(volume, patch))

    def plain(self, volume: Volume, patch: Patch) -> QImage:
        """The picture without anything laid over it."""
        return self._ground.of(self._look(patch), lambda: self._ground_image(volume, patch))

    def outlines(self, volume: Volume, patch: Patch) -> tuple[Outline, ...]:
        """Contours of the proposal and of the annotation, in pixels of :meth:`image`."""
        return tuple(line for overlay in self._masks(volume, patch) for line in overlay.outlines)

    def overlays(self, volume: Volume, patch: Patch) -> QImage | None:
        """The overlays of the file for the shown slice, in pixels of :meth:`image`; None where none are to be seen."""
        if not self._session.marks.overlays or not volume.overlays or self._pane.plane != "stored":
            return None
        return self._overlays.of((self._view.k, patch), lambda: overlay_image(volume, self._view.k, patch))

    def explained(self, heat: HeatMap) -> bool:
        """Whether the shown slice has values in ``heat``."""
        return self._explained.of(
            self._view.k, lambda: not bool(np.isnan(self._pane.planes.cut(heat.array, self._view.k)).all())
        )

    def shown_heat(self, volume: Volume) -> HeatMap | None:
        """The heat map, if it is to be seen and belongs to a grid like this volume's."""
        heat = self._findings.heat
        if heat is None or not self._findings.heat_visible or not self._is_worked_on:
            return None
        return heat if heat.array.shape == volume.array.shape[:3] else None

    def _look(self, patch: Patch) -> _Look:
        slab = (self._view.slab_mm, self._view.projection)
        return (self._view.k, patch), self._view.voi, self._view.inverted, slab, self._view.fusion, self._view.colours

    def _compose(self, volume: Volume, patch: Patch) -> QImage:
        ground = self.plain(volume, patch)
        layers = list(self._layers(volume, patch))
        if not layers:
            return ground
        image = ground.copy()
        _draw(image, layers)
        return image

    def _compose_again(self, volume: Volume, place: _Place, part: QRect) -> None:
        image, ground = self._composed.value, self._ground.value
        if image is None or ground is None or image is ground or self._composed.key != self._look(place[1]):
            self._composed.forget()
            return
        _draw(image, [(ground, 1.0), *self._layers(volume, place[1])], part)

    def _layers(self, volume: Volume, patch: Patch) -> Iterator[tuple[QImage, float]]:
        fused = self._fused(patch)
        if fused is not None:
            yield fused, 1.0
        heat = self.shown_heat(volume)
        if heat is not None:
            image = self._heat.of((self._view.k, patch), lambda: self._heat_image(heat, patch))
            yield image, self._findings.heat_opacity
        for overlay in self._masks(volume, patch):
            if not overlay.is_empty:
                yield overlay.image, 1.0

    def _fused(self, patch: Patch) -> QImage | None:
        """The picture of what lies over the volume, None without."""
        fusion, k = self._view.fusion, self._view.k
        if fusion is None:
            return None
        grid = self._draft_grid(patch)
        plane = grid or self._pane.slice_geometry(k)
        if plane is None:
            return None
        values = self._fused_values.of((k, fusion.opened, patch if grid else None), lambda: fusion.values(plane))
        part = np.ascontiguousarray(patch.turned(values) if grid else patch.cut(mean_reduced(values, patch.factor)))
        return self._fusion.of((k, patch, fusion), lambda: fusion_image(part, fusion))

    def _masks(self, volume: Volume, patch: Patch) -> Iterator[MaskOverlay]:
        place = (self._view.k, patch)
        proposal = self._shown_proposal(volume)
        if proposal is not None:
            yield from self._proposal.of(place, lambda: self._proposal_overlays(proposal, patch))
        if self._mask_fits(volume):
            yield from self._mask.of(place, lambda: self._mask_overlays(patch))
        change = self._session.workbench.proposal
        if change is not None and self._mask_fits(volume):
            yield self._change.of(place, lambda: self._change_overlay(change.shown, patch))

    def _ground_image(self, volume: Volume, patch: Patch) -> QImage:
        part, inverted = self._ground_values(patch), volume.inverted != self._view.inverted
        if volume.is_colour:
            return colour_image(part, inverted)
        return grey_image(np.ascontiguousarray(part), self._view.voi, inverted, self._pane.padding, self._view.colours)

    def _ground_values(self, patch: Patch) -> NDArray[Any]:
        grid, key = self._draft_grid(patch), self._cut_key
        if grid is not None:
            return patch.turned(self._draft.of((key, patch), lambda: self._pane.draft_values(grid)))
        values = self._values.of(key, lambda: self._pane.values(self._view.k))
        return patch.cut(self._plane.of((key, patch.factor), lambda: mean_reduced(values, patch.factor)))

    def _heat_image(self, heat: HeatMap, patch: Patch) -> QImage:
        return heat_image(self._cut(heat.array, patch), heat.limit, heat.signed)

    def _proposal_overlays(self, proposal: Labelmap, patch: Patch) -> tuple[MaskOverlay, ...]:
        planes = tuple(self._plane_of(layer, patch) for layer in proposal.layers)
        return _overlay_of_each(planes, patch, proposal.labels, PROPOSAL_OPACITY, proposed=True)

    def _change_overlay(self, change: Labelmap, patch: Patch) -> MaskOverlay:
        return MaskOverlay(self._cut(change.array, patch), change.labels, CHANGE_OPACITY, proposed=True)

    def _mask_overlays(self, patch: Patch) -> tuple[MaskOverlay, ...]:
        shown = self._segmentation
        self._mask_planes = tuple(self._plane_of(layer, patch) for layer in shown.layers)
        return _overlay_of_each(self._mask_planes, patch, shown.drawn_labels, shown.opacity, proposed=False)

    def _cut(self, array: NDArray[Any], patch: Patch) -> NDArray[Any]:
        return _part(self._plane_of(array, patch), patch)

    def _plane_of(self, array: NDArray[Any], patch: Patch) -> NDArray[Any]:
        """The shown plane through labels, or of a plane that moves what is sampled for ``patch``."""
        planes, grid = self._pane.planes, self._draft_grid(patch)
        return planes.cut(array, self._view.k) if grid is None else planes.cut(array, 0, grid)

    def _draft_grid(self, patch: Patch) -> Geometry | None:
        """The pixels to sample of a plane that moves, None where all are."""
        if patch.step == 0 or self._pane.grid is None:
            return None
        return draft_grid(self._pane.grid, self._view.k, patch.rows, patch.columns, patch.factor, patch.step)

    @property
    def _cut_key(self) -> _Cut:
        return self._view.k, self._view.slab_mm, self._view.projection

    def _shown_proposal(self, volume: Volume) -> Labelmap | None:
        prediction = self._findings.prediction
        if prediction is None or prediction.mask is None or not self._findings.proposal_visible:
            return None
        if not self._is_worked_on:
            return None
        return prediction.mask if prediction.mask.array.shape == volume.array.shape[:3] else None

    def _mask_fits(self, volume: Volume) -> bool:
        shown = self._segmentation
        return shown.visible and self._is_worked_on and shown.array.shape == volume.array.shape[:3]

    @property
    def _is_worked_on(self) -> bool:
        """Masks and findings belong to the series of the active viewport; others that show it have them too."""
        return self._pane.opened is self._session.opened


def _part(plane: NDArray[Any], patch: Patch) -> NDArray[Any]:
    """What is displayed of a plane through labels: a view of it."""
    return patch.turned(plane) if patch.step else patch.cut(picked_reduced(plane, patch.factor))


def _overlay_of_each(
    planes: Layers, patch: Patch, labels: tuple[Label, ...], opacity: float, proposed: bool
) -> tuple[MaskOverlay, ...]:
    """One overlay for each layer, the lowest first: where labels overlap, their colours blend."""
    return tuple(
        MaskOverlay(_part(plane, patch), tuple(each for each in labels if each.layer == n), opacity, proposed)
        for n, plane in enumerate(planes)
    )


def _draw(image: QImage, layers: list[tuple[QImage, float]], part: QRect | None = None) -> None:
    """Draw ``layers`` with their opacities onto ``image``, or onto a part of it."""
    painter = QPainter(image)
    if part is not None:
        painter.setClipRect(part)
    for layer, opacity in layers:
        painter.setOpacity(opacity)
        painter.drawImage(0, 0, layer)
    painter.end()
