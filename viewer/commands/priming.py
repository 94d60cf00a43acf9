"""Getting ready to paint: what else the first stroke would wait for, memory page by page and machine code, is there."""

from collections.abc import Sequence
from weakref import ReferenceType, ref

from imaging.layers import Layer
from imaging.mask_code import load
from imaging.memory import give_out
from viewer import runtime
from viewer.jobs.runner import Runner
from viewer.state.hand import BRUSHES, Hand
from viewer.state.segmentation import Segmentation


class Priming:
    """Does so in the background once somebody holds a brush; a mask that is only looked at costs no memory."""

    def __init__(self, hand: Hand, segmentation: Segmentation, background: Runner) -> None:
        self._hand, self._segmentation, self._background = hand, segmentation, background
        self._primed: list[ReferenceType[Layer]] = []
        hand.changed.connect(self._prime)
        segmentation.labels_changed.connect(self._prime)

    def _prime(self) -> None:
        if self._hand.tool not in BRUSHES or self._segmentation.geometry is None:
            return
        layers, primed = self._segmentation.mask.layers, [each() for each in self._primed]
        self._primed = [ref(layer) for layer in layers]
        fresh = [layer for layer in layers if not any(layer is each for each in primed)]
        if fresh:
            self._background.start("brush", "", lambda _: _prepare(fresh), _ignore, _ignore)


def _prepare(layers: Sequence[Layer]) -> None:
    for layer in layers:
        give_out(layer)
    with runtime.uncollected():
        load()


def _ignore(result: object) -> None:
    """Without it the first strokes take longer."""
