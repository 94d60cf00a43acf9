"""Lungs found in an axial slice."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from scipy.ndimage import grey_opening

from inference.body import (
    SMOOTHING_MM,
    _enclosed,  # pyright: ignore[reportPrivateUsage]  against its definition
    _opened,  # pyright: ignore[reportPrivateUsage]  against SciPy's
    lung_box,
)


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=30)), st.sampled_from([0.5, 0.7, 1.0, 4.0, 9.0]))
def test_what_is_thin_is_left_out_as_scipy_leaves_it_out(mask: NDArray[np.bool_], row_mm: float) -> None:
    """Beyond the border nothing speaks against tissue, and nothing for it."""
    rows, columns = (round(SMOOTHING_MM / mm / 2) for mm in (row_mm, 1.3))
    wide = np.pad(mask, ((rows, rows), (columns, columns)), constant_values=True)
    eroded = grey_opening(wide, (2 * rows + 1, 2 * columns + 1))[rows : rows + len(mask), columns:][:, : mask.shape[1]]
    found = _opened(mask, row_mm, 1.3)
    assert not (found & ~mask).any(), "an opening adds nothing"
    inner = np.s_[2 * rows : len(mask) - 2 * rows, 2 * columns : mask.shape[1] - 2 * columns]
    np.testing.assert_array_equal(found[inner], eroded[inner])


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=12)))
def test_enclosed_is_what_has_tissue_on_all_four_sides(tissue: NDArray[np.bool_]) -> None:
    found = _enclosed(tissue)
    for row, column in np.ndindex(tissue.shape):
        sides = tissue[: row + 1, column], tissue[row:, column], tissue[row, : column + 1], tissue[row, column:]
        assert found[row, column] == all(side.any() for side in sides)


def test_the_box_lies_about_the_lungs() -> None:
    plane = np.full((200, 240), -1000, np.int16)
    plane[20:180, 20:220] = 40
    plane[60:140, 40:100] = plane[60:140, 130:200] = -850
    assert lung_box(plane, 1.0, 1.0) == (48, 152, 28, 212), "12 mm outside the pleura on each side"
    assert lung_box(np.full((200, 240), -1000, np.int16), 1.0, 1.0) == (0, 200, 0, 240), "no body: everything"
