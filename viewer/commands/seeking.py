"""From one slice with something marked to the next: where two masks differ, where a model saw something, a segment."""

import numpy as np
from numpy.typing import NDArray

from imaging.labelmap import Labelmap
from imaging.layers import any_label
from viewer.state.findings import COMPARED, Findings
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session


class Seeking:
    """Steps through the planes of the active viewport that show some of a mask.

    The mask is the one that lies over the images to be looked at or accepted, else the active segment.
    """

    def __init__(self, session: Session, segmentation: Segmentation, findings: Findings, notices: Notices) -> None:
        self._session, self._notices = session, notices
        self._segmentation, self.findings = segmentation, findings

    @property
    def compares(self) -> bool:
        """True while the difference of two masks is shown."""
        return self.findings.prediction is not None and self.findings.prediction.task == COMPARED

    @property
    def possible(self) -> bool:
        """True where the viewport steps through planes of voxels, and there is a mask to look for."""
        looks = self._over_images is not None or self._segmentation.active_label is not None
        return looks and self._session.has_volume() and self._session.active.axis is not None

    def step(self, by: int) -> None:
        """Show the next plane with some of it, with a negative ``by`` the one before."""
        pane = self._session.active
        if not self.possible:
            return
        others = tuple(axis for axis in range(3) if axis != pane.axis)
        planes, k = np.flatnonzero(self._marked().any(axis=others)), pane.view.k
        ahead = planes[planes > k] if by > 0 else planes[planes < k][::-1]
        if ahead.size:
            pane.view.set_slice(int(ahead[0]))
        else:
            self._notices.add("info", f"No slice {'after' if by > 0 else 'before'} this one has any of it.")

    @property
    def _over_images(self) -> Labelmap | None:
        """The mask that lies over the images and is seen."""
        shown = self.findings.prediction
        return shown.mask if shown is not None and self.findings.proposal_visible else None

    def _marked(self) -> NDArray[np.bool_]:
        """(K, J, I) bool: the voxels that are looked for."""
        over = self._over_images
        return any_label(over.layers) if over is not None else self._segmentation.inside(self._segmentation.active)
