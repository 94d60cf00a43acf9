"""Getting ready to paint: the memory of an empty mask is given out before the first stroke, not page by page in it."""

from weakref import ReferenceType, ref

from imaging.layers import Layer
from imaging.memory import give_out
from viewer.jobs.runner import Runner
from viewer.state.hand import BRUSHES, Hand
from viewer.state.segmentation import Segmentation


class Priming:
    """Has it given out in the background once somebody holds a brush; a mask that is only looked at costs nothing."""

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
            self._background.start("mask-memory", "", lambda _: [give_out(layer) for layer in fresh], _ignore, _ignore)


def _ignore(result: object) -> None:
    """Without it the first strokes wait for their pages."""
