"""Getting ready to cut planes: the code for a volume's type of voxels is compiled before anybody turns a plane."""

import numpy as np

from imaging.progress import Report
from viewer import runtime
from viewer.jobs.compiling import prepare_planes
from viewer.jobs.runner import Runner
from viewer.state.session import Session


class Cutting:
    """Compiles in the background, once for each type of voxels, when a volume is whole and can be cut."""

    def __init__(self, session: Session, runner: Runner) -> None:
        self._session, self._runner = session, runner
        self._ready: set[type[np.generic]] = set()
        session.volume_changed.connect(self._prepare)
        session.completed.connect(self._prepare)

    def _prepare(self) -> None:
        volume = self._session.volume
        if volume is None or not self._session.complete or not self._session.active.can_cut:
            return
        dtype = volume.array.dtype.type
        if dtype in self._ready:
            return
        self._ready.add(dtype)

        def work(report: Report) -> None:
            report(0, 1, "Preparing planes")
            with runtime.uncollected():
                prepare_planes(dtype, report)

        self._runner.start("planes", "Preparing planes", work, _ignore, _ignore)


def _ignore(result: object) -> None:
    """What went wrong is told when a plane is cut."""
