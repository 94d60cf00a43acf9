"""Random walks: linear between seeds, held up by edges, a dense solver as oracle, priors, limits, cancelling."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from imaging.editing.random_walk import EDGE, INSIDE, LEAST_WEIGHT, OUTSIDE, Prior, walk
from imaging.progress import Cancelled

ONE_MM = (1.0, 1.0, 1.0)


def chain(length: int = 5) -> NDArray[np.int8]:
    known = np.zeros((1, 1, length), np.int8)
    known[0, 0, 0], known[0, 0, -1] = INSIDE, OUTSIDE
    return known


def test_between_two_seeds_on_a_flat_picture_it_falls_evenly() -> None:
    assert walk(np.zeros((1, 1, 5)), chain(), ONE_MM)[0, 0].tolist() == pytest.approx([1, 0.75, 0.5, 0.25, 0], abs=0.01)


def test_an_edge_holds_the_walk_up() -> None:
    values = np.array([0, 0, 0, 9, 9], float).reshape(1, 1, 5)
    seen = walk(values, chain(), ONE_MM)[0, 0]
    assert (seen[:3] > 0.8).all() and (seen[3:] < 0.2).all()


def test_a_long_way_to_the_next_slice_weighs_less() -> None:
    known = np.zeros((3, 1, 3), np.int8)
    known[0, 0, 1], known[1, 0, 0], known[1, 0, 2], known[2, 0, 1] = INSIDE, OUTSIDE, OUTSIDE, INSIDE
    flat = np.zeros(known.shape)
    assert walk(flat, known, ONE_MM)[1, 0, 1] == pytest.approx(0.5, abs=0.01)
    assert walk(flat, known, (3.0, 1.0, 1.0))[1, 0, 1] == pytest.approx(0.1, abs=0.01), "1/9 against 1"


def test_a_prior_alone_comes_back_where_nothing_speaks_against_it() -> None:
    prior = np.full((1, 4, 4), 0.3, np.float32)
    known = np.zeros(prior.shape, np.int8)
    assert walk(np.zeros(prior.shape), known, ONE_MM, Prior(prior)) == pytest.approx(prior, abs=0.01)


def test_known_voxels_stay_as_they_are() -> None:
    known = np.zeros((2, 3, 4), np.int8)
    known[0, 0, 0], known[1, 2, 3] = INSIDE, OUTSIDE
    prior = Prior(np.full(known.shape, 0.5, np.float32), 10.0)
    seen = walk(np.random.default_rng(0).normal(size=known.shape), known, ONE_MM, prior)
    assert seen[0, 0, 0] == 1 and seen[1, 2, 3] == 0


def dense(values: NDArray[np.float64], known: NDArray[np.int8], prior: Prior) -> NDArray[np.float64]:
    """The same equations, written down voxel by voxel and solved exactly."""
    index = {place: number for number, place in enumerate(np.ndindex(values.shape))}
    pairs = [
        (place, other)
        for place in index
        for axis in range(3)
        if (other := tuple(at + (axis == each) for each, at in enumerate(place))) in index
    ]
    usual = sum((values[a] - values[b]) ** 2 for a, b in pairs) / len(pairs)
    left, right = np.zeros((len(index), len(index))), np.zeros(len(index))
    for a, b in pairs:
        weight = np.exp(-EDGE / 100 * (values[a] - values[b]) ** 2 / max(usual, 1e-12)) + LEAST_WEIGHT
        for one, other in ((a, b), (b, a)):
            left[index[one], index[one]] += weight
            left[index[one], index[other]] -= weight
    for place, number in index.items():
        left[number, number] += prior.pull
        right[number] = prior.pull * prior.inside[place]
        if known[place]:
            left[number], left[number, number], right[number] = 0, 1, known[place] == INSIDE
    return np.asarray(np.linalg.solve(left, right), np.float64).reshape(values.shape)


@settings(max_examples=25, deadline=None)
@given(
    arrays(np.float64, (2, 4, 3), elements=st.floats(0, 100)),
    arrays(np.int8, (2, 4, 3), elements=st.sampled_from([0, 0, 0, INSIDE, OUTSIDE])),
    arrays(np.float32, (2, 4, 3), elements=st.floats(0, 1, width=32)),
)
def test_it_solves_what_a_dense_solver_solves(
    values: NDArray[np.float64], known: NDArray[np.int8], inside: NDArray[np.float32]
) -> None:
    prior = Prior(inside, 0.1)
    assert walk(values, known, ONE_MM, prior) == pytest.approx(dense(values, known, prior), abs=0.03)


def test_shapes_that_differ_and_nothing_known_are_refused() -> None:
    with pytest.raises(ValueError, match="expected one shape"):
        walk(np.zeros((1, 2, 2)), np.zeros((1, 2, 3), np.int8), ONE_MM)
    with pytest.raises(ValueError, match="neither seeds nor a prior"):
        walk(np.zeros((1, 2, 2)), np.zeros((1, 2, 2), np.int8), ONE_MM)


def test_it_can_be_cancelled() -> None:
    def stop(_done: int, _total: int, _text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        walk(np.zeros((1, 1, 5)), chain(), ONE_MM, report=stop)
