from multiprocessing import Pipe
from threading import Thread
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from viewer.jobs import transport


def through(value: Any) -> Any:
    here, there = Pipe()
    sender = Thread(target=transport.send, args=(here, value))
    sender.start()
    received = transport.receive(there)
    sender.join()
    here.close()
    there.close()
    return received


@settings(max_examples=25, deadline=None)
@given(
    arrays.arrays(
        st.sampled_from([np.int16, np.uint8, np.float32]), arrays.array_shapes(min_dims=1, max_dims=4, min_side=0)
    )
)
def test_arrays_arrive_as_they_were_sent(array: Any) -> None:
    received = through(array)
    assert received.dtype == array.dtype
    assert np.array_equal(received, array, equal_nan=array.dtype == np.float32)


def test_views_and_several_arrays_of_one_value() -> None:
    whole = np.arange(2 * 300 * 400, dtype=np.int16).reshape(2, 300, 400)
    sent = {"slice": whole[1:], "mirrored": whole[:, :, ::-1], "word": "HU"}
    received = through(sent)
    assert np.array_equal(received["slice"], sent["slice"])
    assert np.array_equal(received["mirrored"], sent["mirrored"])
    assert received["word"] == "HU"
    assert not received["slice"].flags.writeable


def test_a_closed_pipe_is_an_end_of_file() -> None:
    here, there = Pipe()
    here.close()
    with pytest.raises(EOFError):
        transport.receive(there)
    there.close()


def test_a_receiver_that_is_gone_is_an_error() -> None:
    here, there = Pipe()
    there.close()
    with pytest.raises(OSError):
        transport.send(here, np.zeros(3_000_000, np.uint8))
    here.close()
