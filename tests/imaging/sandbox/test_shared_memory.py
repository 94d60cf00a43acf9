"""Shared memory has no name, cannot be cut short, and ends with its last array."""

import mmap
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from imaging.sandbox.memory import new_block, writable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="descriptors of Unix")


def test_what_the_worker_writes_the_program_reads() -> None:
    block = new_block(24)
    assert block.fd is not None
    theirs = writable(24, os.dup(block.fd), "")
    ours = block.array((2, 3), np.dtype("<f4"))
    block.close()
    np.frombuffer(theirs, "<f4")[4] = 7.5
    assert ours.tolist() == [[0, 0, 0], [0, 7.5, 0]]
    assert not ours.flags.writeable


@pytest.mark.skipif(sys.platform != "linux", reason="seals are Linux")
def test_worker_cannot_cut_it_short() -> None:
    block = new_block(mmap.PAGESIZE)
    assert block.fd is not None
    with pytest.raises(PermissionError):
        os.ftruncate(block.fd, 0)
    block.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_memory_ends_with_its_last_array() -> None:
    block = new_block(mmap.PAGESIZE)
    array = block.array((mmap.PAGESIZE,), np.dtype("u1"))[5:]
    block.close()
    del block
    assert "memfd:wetread" in Path("/proc/self/maps").read_text()
    del array
    assert "memfd:wetread" not in Path("/proc/self/maps").read_text()
