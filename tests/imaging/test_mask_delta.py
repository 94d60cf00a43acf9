"""Packed changes of a mask: they lead there and back, whatever was drawn, and cost little."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imagecodecs import zstd_encode

from imaging.editing import MaskEdit, on_layer
from imaging.editing.boxes import whole
from imaging.history import Step
from imaging.legend import Legend, LegendEdit
from imaging.mask_delta import LARGE_VOXELS, PIECE_VOXELS, MaskDelta, merge, pack, packed

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
            delta.reverted().apply_to(walked)
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


LARGE = (3, 700, 700)


@given(
    rows=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 699), st.integers(0, 699), st.integers(1, 255))),
    beyond=st.tuples(*(st.integers(0, 2) for _ in range(6))),
    filled=st.booleans(),
)
@settings(deadline=None, max_examples=12)
def test_large_boxes_are_changed_by_machine_code_as_small_ones_are(rows: list, beyond: tuple, filled: bool) -> None:
    differences = np.full(LARGE, 3 * filled, np.uint8)
    for k, j, i, value in rows:
        differences[k, j, i:] ^= value
    low, high = beyond[:3], beyond[3:]
    box = tuple(slice(start, start + size) for start, size in zip(low, LARGE, strict=True))
    assert differences.size > LARGE_VOXELS
    delta = MaskDelta.of("", box, differences)
    assert np.array_equal(delta.voxels(), differences)
    start = np.arange(np.prod(np.add(np.add(LARGE, low), high)), dtype=np.uint8).reshape(
        np.add(np.add(LARGE, low), high)
    )
    expected, found, across = start.copy(), start.copy(), np.asfortranarray(start)
    expected[box] ^= differences
    for array in (found, across):
        delta.apply_to(array)
        assert np.array_equal(array, expected)


def test_a_large_change_is_packed_in_pieces_and_what_did_not_change_has_none() -> None:
    array = np.zeros((80, 256, 300), np.uint8)
    array[3, 5:9, 7:20], array[70:72, 0, 299] = 1, 2
    pieces = pack([MaskEdit("Brush", whole(array.shape), np.zeros_like(array), array)])
    slices = PIECE_VOXELS // (256 * 300)
    assert [piece.box[0] for piece in pieces] == [slice(0, slices), slice(slices, 80)]
    again = np.zeros_like(array)
    for piece in pieces:
        piece.apply_to(again)
    assert np.array_equal(again, array)
    far = np.zeros_like(array)
    far[0, 0, 0] = 1
    assert len(pack([MaskEdit("Brush", whole(array.shape), np.zeros_like(array), far)])) == 1


@pytest.mark.parametrize(
    ("data", "box"),
    [
        (b"nothing", (1, 1, 2)),
        (zstd_encode(b"1234"), (1, 1, 2)),
        (zstd_encode(bytes((2, 0, 0, 0, 1))), (1, 1, 2)),
        (zstd_encode(b""), (1, 1, 4)),
    ],
)
def test_bytes_that_do_not_fit_are_refused(data: bytes, box: tuple[int, int, int]) -> None:
    delta = MaskDelta("", whole(box), data)
    with pytest.raises(ValueError, match=r"expected \(1, 1, \d\) voxels"):
        delta.apply_to(np.zeros((1, 1, 2), np.uint8))


def test_a_change_beyond_a_large_box_is_refused_by_machine_code_too() -> None:
    array, columns = np.zeros((4, 700, 700), np.uint8), bytes((0, 0, 255, 0, 1))
    delta = MaskDelta("", whole((3, 700, 700)), zstd_encode(columns))
    with pytest.raises(ValueError, match="a change beyond them"):
        delta.apply_to(array)
    assert not array.any()


def test_a_box_counted_from_the_end_is_refused_before_anything_outside_the_mask_is_written() -> None:
    around = np.zeros((10, 700, 700), np.uint8)
    delta = MaskDelta.of("", (slice(-4, -1), slice(0, 700), slice(0, 700)), np.ones((3, 700, 700), np.uint8))
    with pytest.raises(ValueError, match=r"expected \(3, 700, 700\) voxels"):
        delta.apply_to(around[5:])
    assert not around.any()
