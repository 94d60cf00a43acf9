"""Packed changes of a mask: they lead there and back, whatever was drawn, and cost little."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.editing import MaskEdit, on_layer
from imaging.history import Step
from imaging.legend import Legend, LegendEdit
from imaging.mask_delta import MaskDelta, merge, pack, packed

SHAPE = (4, 6, 8)


def change(array: np.ndarray, low: tuple[int, int, int], high: tuple[int, int, int], value: int) -> MaskEdit:
    k, j, i = (slice(a, b) for a, b in zip(low, high, strict=True))
    before = array[k, j, i].copy()
    return MaskEdit("Brush", (k, j, i), before, np.full_like(before, value))


corners = st.tuples(*(st.tuples(st.integers(0, n - 1), st.integers(1, n)) for n in SHAPE))


@given(boxes=st.lists(st.tuples(corners, st.integers(0, 255)), min_size=1, max_size=8), seed=st.integers(0, 50))
def test_deltas_lead_from_before_to_after_and_back(boxes: list, seed: int) -> None:
    start = np.random.default_rng(seed).integers(0, 3, SHAPE).astype(np.uint8)
    array, edits = start.copy(), []
    for ends, value in boxes:
        low = tuple(min(a, b - 1) for a, b in ends)
        high = tuple(max(a + 1, b) for a, b in ends)
        edits.append(change(array, low, high, value))
        edits[-1].apply_to(array)
    deltas = pack(edits)
    for together in (deltas, merge(reversed(deltas))):
        walked = start.copy()
        for delta in together:
            delta.apply_to(walked)
        assert np.array_equal(walked, array)
        for delta in reversed(together):
            edit = delta.reverted().edit(walked)
            edit.apply_to(walked)
        assert np.array_equal(walked, start)


def test_strokes_beside_each_other_are_one_delta_and_far_ones_are_not() -> None:
    array = np.zeros((400, 512, 512), np.uint8)
    beside = [change(array, (5, 10, 10 + x), (6, 20, 20 + x), 1) for x in range(5)]
    corner = change(array, (399, 500, 500), (400, 512, 512), 1)
    one, other = pack([*beside, corner])
    assert one.box == (slice(5, 6), slice(10, 20), slice(10, 24))
    assert other.box == corner.box


def test_changes_of_several_layers_stay_apart() -> None:
    layers = np.zeros((3, *SHAPE), np.uint8)
    edits = [on_layer(change(layers[n], (k, 0, 0), (k + 1, 2, 3), n + 1), n) for k, n in enumerate((2, 0, 2))]
    for edit in edits:
        edit.apply_to(layers[edit.layer or 0])
    assert [delta.layer for delta in pack(edits)] == [0, 2]
    walked = np.zeros_like(layers)
    for delta in merge(pack(edits)):
        assert delta.edit(walked[delta.layer]).layer == delta.layer
        delta.apply_to(walked[delta.layer])
    assert np.array_equal(walked, layers)


def test_two_hundred_balls_cost_little() -> None:
    array = np.zeros((60, 60, 60), np.uint8)
    k, j, i = np.ogrid[:60, :60, :60]
    ball = np.uint8((k - 30) ** 2 + (j - 30) ** 2 + (i - 30) ** 2 < 900)
    edit = MaskEdit("Ball", (slice(0, 60),) * 3, array, ball)
    assert sum(delta.nbytes for delta in pack([edit])) * 200 < 2_000_000 < edit.nbytes * 200


def test_a_step_keeps_what_is_not_of_voxels() -> None:
    array = np.zeros(SHAPE, np.uint8)
    legend = LegendEdit(Legend(), Legend((), "model", "1"))
    step = packed(Step("Accept", (legend, change(array, (0, 0, 0), (1, 2, 3), 1))))
    assert step.name == "Accept" and not step.loose
    assert isinstance(step.edits[0], MaskDelta) and step.edits[1:] == (legend,)


def test_bytes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected \(1, 1, 2\) voxels"):
        MaskDelta("", (slice(0, 1), slice(0, 1), slice(0, 2)), b"nothing").voxels()
