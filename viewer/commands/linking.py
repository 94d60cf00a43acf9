"""Viewports that follow one another: by place in the patient, in window, in zoom."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject

from imaging.colour_tables import ColourTable
from imaging.geometry import Geometry
from imaging.intensity import Voi
from viewer.state.links import Links
from viewer.state.pane import Pane
from viewer.state.session import Session

PARALLEL = 0.98
"""Planes whose normals agree this well (cosine) scroll together: within about 11 degrees."""


@dataclass(frozen=True)
class _Look:
    """What another viewport may follow."""

    k: int
    voi: Voi
    inverted: bool
    colours: ColourTable | None
    zoom: float
    pan_px: tuple[float, float]
    grid: Geometry | None


class Linking(QObject):
    """Passes on what changes in one viewport to those that are linked with it."""

    def __init__(self, session: Session, links: Links) -> None:
        super().__init__()
        self._session, self._links = session, links
        self._seen: dict[Pane, _Look] = {}
        self._anchors_mm: dict[Pane, float] = {}
        self._anchors_k: dict[Pane, int] = {}
        self._passing = False
        session.pane_changed.connect(self._changed)
        session.panes_changed.connect(self._forget)
        links.changed.connect(self._anchor)

    def _forget(self) -> None:
        self._seen = {pane: look for pane, look in self._seen.items() if pane in self._session.panes}
        self._anchor()

    def _anchor(self) -> None:
        """Remember where every viewport stands: linked by offset, they keep these distances."""
        self._anchors_k = {pane: pane.view.k for pane in self._session.panes}
        places = ((pane, _depth_mm(pane)) for pane in self._session.panes)
        self._anchors_mm = {pane: depth for pane, depth in places if depth is not None}

    def _changed(self, pane: Pane) -> None:
        view = pane.view
        now = _Look(view.k, view.voi, view.inverted, view.colours, view.zoom, view.pan_px, pane.grid)
        before = self._seen.get(pane)
        self._seen[pane] = now
        if before is None or before.grid is not now.grid:
            self._join(pane)
            self._anchor()  # planes of another series, or other planes of this one, stand elsewhere
            return
        if self._passing or before == now:
            return
        self._passing = True
        try:
            for other in self._session.shown_panes:
                if other is not pane and other.volume is not None:
                    self._pass_on(pane, other, before, now)
        finally:
            self._passing = False

    def _pass_on(self, pane: Pane, other: Pane, before: _Look, now: _Look) -> None:
        if now.k != before.k:
            self._follow(pane, other)
        looks_otherwise = (now.voi, now.inverted) != (before.voi, before.inverted) or now.colours is not before.colours
        together = self._links.window or self._in_planes_of_one_volume(pane, other)
        if looks_otherwise and together and _same_values(pane, other):
            other.view.set_inverted(now.inverted)
            other.view.set_colours(now.colours)
            other.view.set_voi(now.voi)
        if self._links.zoom and (now.zoom, now.pan_px) != (before.zoom, before.pan_px):
            _zoom_alike(pane, other)

    def _join(self, pane: Pane) -> None:
        """Go with planes that are new in a viewport to where the others are."""
        if self._links.follow != "position" or self._passing:
            return
        others = (other for other in self._session.shown_panes if other is not pane and other.volume is not None)
        at = next((each for each in others if _parallel(pane, each) and _same_frame(pane, each)), None)
        centre = None if at is None else at.centre_lps()
        if centre is not None:
            self._passing = True
            try:
                pane.go_to(centre)
            finally:
                self._passing = False

    def _in_planes_of_one_volume(self, pane: Pane, other: Pane) -> bool:
        sheet = self._session.sheet_of(pane)
        return sheet.layout.one_volume and other in sheet.panes

    def _follow(self, pane: Pane, other: Pane) -> None:
        if self._links.follow == "offset" and (pane.centre_lps() is None or other.centre_lps() is None):
            self._keep_count(pane, other)
        if self._links.follow == "off" or not _parallel(pane, other):
            return
        if self._links.follow == "position" and _same_frame(pane, other):
            centre = pane.centre_lps()
            if centre is not None:
                other.go_to(centre)
        elif self._links.follow == "offset":
            self._keep_distance(pane, other)

    def _keep_count(self, pane: Pane, other: Pane) -> None:
        """Without places in the patient, as in clips and pictures, frames are counted from where both stood."""
        if pane in self._anchors_k and other in self._anchors_k:
            other.view.set_slice(self._anchors_k[other] + pane.view.k - self._anchors_k[pane])

    def _keep_distance(self, pane: Pane, other: Pane) -> None:
        depth, at = _depth_mm(pane), self._anchors_mm.get(pane)
        other_at, geometry = self._anchors_mm.get(other), other.slice_geometry(other.view.k)
        if depth is None or at is None or other_at is None or geometry is None:
            return
        shift = other_at + depth - at - (_depth_mm(other) or 0.0)
        x, y, z = np.asarray(other.centre_lps()) + shift * _normal(other)
        other.go_to((float(x), float(y), float(z)))


def _normal(pane: Pane) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """The unit normal of the shown plane towards Left, Posterior or Superior, whichever is nearest."""
    geometry = pane.slice_geometry(pane.view.k)
    assert geometry is not None
    normal = geometry.normal_lps
    return normal * np.sign(normal[np.argmax(np.abs(normal))])


def _depth_mm(pane: Pane) -> float | None:
    """How far the shown plane lies along its normal."""
    centre = pane.centre_lps()
    return None if centre is None else float(np.dot(centre, _normal(pane)))


def _parallel(pane: Pane, other: Pane) -> bool:
    if pane.centre_lps() is None or other.centre_lps() is None:
        return False
    return abs(float(np.dot(_normal(pane), _normal(other)))) > PARALLEL


def _same_frame(pane: Pane, other: Pane) -> bool:
    if pane.opened is other.opened:
        return True
    one, two = pane.series, other.series
    return (
        one is not None
        and two is not None
        and bool(one.frame_of_reference)
        and (one.frame_of_reference == two.frame_of_reference)
    )


def _same_values(pane: Pane, other: Pane) -> bool:
    """Whether a window of one means the same in the other."""
    one, two = pane.volume, other.volume
    return one is not None and two is not None and (one is two or (one.modality, one.unit) == (two.modality, two.unit))


def _zoom_alike(pane: Pane, other: Pane) -> None:
    """The same millimetres on the screen where both know them, else the same zoom; the same shift."""
    here, there = pane.transform(), other.transform()
    if here is None or there is None:
        return
    zoom = pane.view.zoom
    if pane.volume and other.volume and pane.volume.geometry.has_mm and other.volume.geometry.has_mm:
        zoom = other.view.zoom * here.px_per_mm / there.px_per_mm
    other.view.set_zoom(zoom, pane.view.pan_px)
