"""Memory is given out ahead: it is there, and its values are as they were."""

import resource
import sys
from unittest.mock import Mock

import numpy as np
import pytest

from imaging import memory
from imaging.memory import give_out

BYTES = 64 << 20


def faults() -> int:
    """How often this process has waited for a page so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives memory out on request")
def test_who_writes_first_waits_for_no_page() -> None:
    array = np.zeros(BYTES, np.uint8)
    give_out(array)
    before = faults()
    array[:] = 1
    assert faults() - before < 100, "of 16,384 pages"


def test_values_stay() -> None:
    array = np.arange(1 << 20, dtype=np.int16)[3:-5]
    before = array.copy()
    give_out(array)
    assert np.array_equal(array, before)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives memory out on request")
def test_an_array_within_a_page_and_one_with_gaps_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    libc = Mock()
    monkeypatch.setattr(memory, "_libc", lambda: libc)
    large = np.zeros((64, 4096), np.uint8)
    for array in (np.zeros(3), large[:, ::2]):
        give_out(array)
    libc.madvise.assert_not_called()
    give_out(large)
    libc.madvise.assert_called_once()
