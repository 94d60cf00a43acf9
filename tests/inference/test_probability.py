import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from imaging.geometry import Geometry
from inference.probability import ProbabilityMap, labelled, quantised


def two_labels() -> ProbabilityMap:
    array = np.zeros((2, 1, 2, 3), np.uint8)
    array[0, 0, 0] = 51, 102, 255
    array[1, 0, 0] = 51, 204, 0
    return ProbabilityMap(array, (1, 4), Geometry((1, 2, 3)))


def test_a_label_has_its_probabilities() -> None:
    assert two_labels().of(4)[0, 0].tolist() == pytest.approx([0.2, 0.8, 0.0])
    assert two_labels().of(4).dtype == np.float32


def test_labels_together_are_at_most_certain() -> None:
    box = (slice(0, 1), slice(0, 1), slice(0, 3))
    assert two_labels().any_within(box).tolist() == [[pytest.approx([0.4, 1.0, 1.0])]]


def test_an_unknown_label_is_refused_by_its_value() -> None:
    with pytest.raises(ValueError, match="label value 2: the model's are 1, 4"):
        two_labels().of(2)


def test_a_map_of_another_grid_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected \(1, 1, 2, 3\)"):
        ProbabilityMap(np.zeros((2, 1, 2, 3), np.uint8), (1,), Geometry((1, 2, 3)))


def test_nobody_writes_into_a_map() -> None:
    assert not two_labels().array.flags.writeable


@given(st.lists(st.floats(0, 1, width=32), min_size=1))
def test_quantised_values_are_off_by_half_a_step_at_most(values: list[float]) -> None:
    exact = np.array(values, np.float32)
    assert np.abs(quantised(exact) / 255 - exact).max() <= 0.5 / 255 + 1e-6


def test_what_lies_outside_is_held_at_the_ends() -> None:
    assert quantised(np.array([-0.2, 1.3], np.float32)).tolist() == [0, 255]


@given(
    arrays(np.float32, array_shapes(min_dims=3, max_dims=3, max_side=5), elements=st.sampled_from([0, 0.25, 0.5, 0.6])),
    st.sampled_from([0.4, 0.5, 0.75]),
)
def test_the_most_probable_label_is_that_of_argmax(shares: NDArray[np.float32], threshold: float) -> None:
    values = np.array([3, 1, 200, 7, 9], np.uint8)[: len(shares)]
    expected = np.where(shares.sum(0) > threshold, values[shares.argmax(0)], 0)
    found = labelled(shares, values, threshold)
    assert found.dtype == np.uint8 and np.array_equal(found, expected)
