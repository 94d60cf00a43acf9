import numpy as np
from numpy.typing import NDArray

from imaging.editing import MaskEdit, replace
from imaging.handwork import Handwork, handwork
from imaging.history import Step
from imaging.mask_delta import packed

SHAPE = (4, 10, 10)


class Line:
    """A mask and its undo line."""

    def __init__(self) -> None:
        self.array: NDArray[np.uint8] = np.zeros(SHAPE, np.uint8)
        self.steps: list[Step] = []

    def paint(self, name: str, rows: slice, value: int, small: bool = True) -> None:
        new = self.array.copy()
        new[1, rows, 2:5] = value
        edit = replace(self.array, new, name)
        assert isinstance(edit, MaskEdit)
        self.array = new
        self.steps.append(packed(Step(name, (edit,))) if small else Step(name, (edit,)))

    def tells(self, layer: int = 0) -> Handwork | None:
        return handwork(self.steps, lambda name: name == "Model", layer)


def rows(found: Handwork, fresh: bool = False) -> list[int]:
    region = found.fresh if fresh else found.drawn
    whole = np.zeros(SHAPE, bool)
    whole[region.box] = region.inside
    return np.flatnonzero(whole.any(axis=(0, 2))).tolist()


def test_what_a_person_drew_and_erased_is_handwork_and_what_a_model_did_is_not() -> None:
    line = Line()
    line.paint("Model", slice(2, 6), 1)
    line.paint("Brush", slice(6, 8), 1)
    line.paint("Eraser", slice(2, 3), 0, small=False)
    found = line.tells()
    assert found is not None
    assert rows(found) == [2, 6, 7]


def test_fresh_is_what_came_after_the_model() -> None:
    line = Line()
    line.paint("Brush", slice(0, 2), 1)
    line.paint("Model", slice(4, 6), 1)
    assert line.tells() is None
    line.paint("Brush", slice(8, 9), 1)
    found = line.tells()
    assert found is not None
    assert (rows(found), rows(found, fresh=True)) == ([0, 1, 8], [8])


def test_what_a_model_overwrote_is_no_handwork_any_more() -> None:
    line = Line()
    line.paint("Brush", slice(0, 4), 1)
    line.paint("Model", slice(2, 4), 2)
    line.paint("Brush", slice(8, 9), 1)
    found = line.tells()
    assert found is not None
    assert rows(found) == [0, 1, 8]


def test_other_layers_tell_nothing() -> None:
    line = Line()
    line.paint("Brush", slice(0, 4), 1)
    assert line.tells(layer=1) is None
