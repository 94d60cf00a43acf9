"""Planes pass through borrowed memory into a volume that only the program can write."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.sandbox.memory import new_block, writable
from imaging.sandbox.planes import LentPlanes, TakenPlanes
from imaging.sandbox.wire import WireError

SHAPE = (6, 2, 3)
INT16 = np.dtype(np.int16)


def both_sides(buffers: tuple[int, int]) -> tuple[LentPlanes, TakenPlanes]:
    block = new_block(buffers[0] * buffers[1] * 2 * 3 * 2)
    taken = TakenPlanes(SHAPE, INT16, buffers, block)
    memory: np.ndarray[Any, Any] = np.frombuffer(writable(block.size, block.fd, block.name), INT16)
    stand_in = np.broadcast_to(np.zeros((), INT16), SHAPE)
    return LentPlanes(stand_in, memory.reshape((*buffers, 2, 3)), taken.take), taken


@given(st.permutations(range(6)), st.integers(1, 3))
def test_planes_land_in_their_places_in_any_order(ks: list[int], each: int):
    lent, taken = both_sides((2, each))
    for start in range(0, 6, each):
        task = ks[start : start + each]
        with lent.filling(task) as planes:
            for k, plane in zip(task, planes, strict=True):
                plane[...] = k + 1
    assert [plane.tolist() for plane in taken.array] == [[[k + 1] * 3] * 2 for k in range(6)]


def test_a_plane_that_failed_is_not_taken_and_its_buffer_is_used_again():
    lent, taken = both_sides((1, 1))
    with pytest.raises(OSError, match="damaged"), lent.filling([0]) as (plane,):
        plane[...] = 7
        raise OSError("damaged")
    with lent.filling([1]) as (plane,):
        plane[...] = 8
    assert taken.array[:2, 0, 0].tolist() == [0, 8]


def test_nobody_can_write_to_the_volume():
    _, taken = both_sides((1, 1))
    with pytest.raises(ValueError, match="WRITEABLE"):
        taken.array.flags.writeable = True


@pytest.mark.parametrize(("buffer", "ks"), [(1, [0]), (-1, [0]), (0, [6]), (0, [-1]), (0, [0, 1])])
def test_what_does_not_exist_is_not_taken(buffer: int, ks: list[int]):
    _, taken = both_sides((1, 1))
    with pytest.raises(WireError, match="planes"):
        taken.take(buffer, ks)
