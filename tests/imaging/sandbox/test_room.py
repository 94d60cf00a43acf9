"""Room made ahead for a volume: of its size or not at all, and never the memory of another."""

import time
from pathlib import Path

import numpy as np
import pytest

from imaging.sandbox.room import Room

SHAPE = (3, 40, 50)
BYTES = 2 * 3 * 40 * 50
INT16 = np.dtype(np.int16)


def files(folder: Path, together: int) -> list[Path]:
    found = [folder / "a", folder / "b"]
    found[0].write_bytes(bytes(together // 3))
    found[1].write_bytes(bytes(together - together // 3))
    return found


def test_memory_made_ahead_is_given_once(tmp_path: Path):
    room = Room(SHAPE, files(tmp_path, BYTES), BYTES)
    while room.made_bytes < BYTES:
        time.sleep(0.001)
    given = room.array(SHAPE, INT16)
    assert given.shape == SHAPE and given.dtype == INT16 and given.flags.writeable and not given.any()
    assert not np.shares_memory(room.array(SHAPE, INT16), given)


@pytest.mark.parametrize(("together", "most"), [(BYTES - 1, BYTES), (BYTES, BYTES - 1), (0, BYTES)])
def test_nothing_is_made_for_coded_planes_or_beyond_the_limit(together: int, most: int, tmp_path: Path):
    room = Room(SHAPE, files(tmp_path, together), most)
    assert room.array(SHAPE, INT16).shape == SHAPE
    assert room.made_bytes == 0


def test_nothing_is_made_where_a_file_is_gone(tmp_path: Path):
    room = Room(SHAPE, [tmp_path / "gone"], BYTES)
    assert not room.array(SHAPE, INT16).any()


@pytest.mark.parametrize(("shape", "dtype"), [((3, 40, 50), "u1"), ((4, 40, 50), "i2"), ((3, 40, 50), "i4")])
def test_a_volume_of_another_size_has_memory_of_its_own(shape: tuple[int, ...], dtype: str, tmp_path: Path):
    given = Room(SHAPE, files(tmp_path, BYTES), BYTES).array(shape, np.dtype(dtype))
    assert given.shape == shape and given.dtype == dtype and not given.any()
