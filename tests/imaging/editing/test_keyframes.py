"""Filling between keyframes: a disc that wanders, the phantom's B-lines, what stays, both axes, colour, cancelling."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from imaging.editing.keyframes import fill_between
from imaging.phantom import clip
from imaging.progress import Cancelled
from tests.imaging.editing.lesions import dice

FRAMES, SIDE = 13, 96
Mask = NDArray[np.uint8]


def disc(k: int) -> NDArray[np.bool_]:
    """A disc that wanders down in an arc of 36 pixels, and grows."""
    rows, columns = np.ogrid[:SIDE, :SIDE]
    middle = 30 + 3 * k, 40 + 14 * np.sin(np.pi * k / (FRAMES - 1))
    return (rows - middle[0]) ** 2 + (columns - middle[1]) ** 2 <= (9 + k / 4) ** 2


def wandering(seed: int = 0) -> tuple[NDArray[np.uint8], Mask]:
    """The pictures, speckled, and the truth."""
    rng = np.random.default_rng(seed)
    truth = np.stack([disc(k) for k in range(FRAMES)])
    texture = ndimage.gaussian_filter(rng.normal(size=(SIDE, SIDE)), 3) * 200
    frames = [
        np.where(inside, 190, 80) + np.roll(texture, (3 * k, 0), (0, 1)) + rng.normal(0, 3, (SIDE, SIDE))
        for k, inside in enumerate(truth)
    ]
    return np.clip(np.stack(frames), 0, 255).astype(np.uint8), truth.astype(np.uint8)


def drawn(truth: Mask, keyframes: tuple[int, ...], value: int = 1) -> Mask:
    mask = np.zeros_like(truth)
    for k in keyframes:
        mask[k] = truth[k] * value
    return mask


def after(mask: Mask, image: NDArray[np.uint8], keyframes: tuple[int, ...], value: int = 1, axis: int = 0) -> Mask:
    found = fill_between(mask, value, image, keyframes, axis)
    assert found is not None
    whole = mask.copy()
    whole[found[0]] = found[1]
    return whole


def test_a_wandering_disc_is_found_on_every_frame_between() -> None:
    image, truth = wandering()
    mask = drawn(truth, (0, 12))
    seen = after(mask, image, (0, 12))
    assert min(dice(seen[k] == 1, truth[k] == 1) for k in range(1, 12)) > 0.9
    assert np.array_equal(seen[[0, 12]], mask[[0, 12]]), "keyframes stay"


def test_frames_may_lie_along_any_axis_and_in_colour() -> None:
    image, truth = wandering()
    turned, colour = np.moveaxis(truth, 0, 2).copy(), np.moveaxis(np.stack([image] * 3, axis=-1), 0, 2)
    mask = np.moveaxis(drawn(truth, (0, 12)), 0, 2).copy()
    seen = after(mask, colour, (0, 12), axis=2)
    assert min(dice(seen[..., k] == 1, turned[..., k] == 1) for k in range(1, 12)) > 0.9


def test_a_keyframe_in_the_middle_mends_what_was_filled_before() -> None:
    image, truth = wandering()
    mask = drawn(truth, (0, 12))
    mask[3:9, :6, :6] = 1
    mask[6] = truth[6]
    seen = after(mask, image, (0, 6, 12))
    assert np.array_equal(seen[6], mask[6])
    assert not seen[3:9, :6, :6].any(), "frames between are drawn anew"


def test_where_slices_are_unevenly_far_apart_the_place_counts() -> None:
    away = np.hypot(*np.meshgrid(np.arange(-32, 32), np.arange(-32, 32), indexing="ij"))
    mask = np.zeros((5, 64, 64), np.uint8)
    mask[0], mask[4] = away <= 5, away <= 25
    places_mm = (0.0, -5.0, -15.0, -20.0, -25.0)
    found = fill_between(mask, 1, np.zeros_like(mask), (0, 4), places_mm=places_mm)
    assert found is not None
    radii = np.sqrt((found[1] == 1).sum(axis=(1, 2)) / np.pi)
    assert radii == pytest.approx([5, 9, 17, 21, 25], abs=0.35), "20 px more on 25 mm"


def test_other_labels_stay() -> None:
    image, truth = wandering()
    mask = drawn(truth, (0, 12))
    mask[5, 40:50, 45:55] = 2
    seen = after(mask, image, (0, 12))
    assert np.array_equal(seen == 2, mask == 2)


def test_b_lines_of_the_phantom_are_followed_better_than_shapes_alone() -> None:
    phantom = clip()
    truth = (phantom.mask == 2).astype(np.uint8)
    seen = after(drawn(truth, (0, 10)), phantom.array, (0, 10))
    scores = [dice(seen[k] == 1, truth[k] == 1) for k in range(1, 10)]
    assert float(np.mean(scores)) > 0.88


@pytest.mark.parametrize("keyframes", [(), (4,), (4, 5), (0, 12, 40)], ids=["none", "one", "neighbours", "empty"])
def test_without_two_frames_and_one_between_there_is_nothing(keyframes: tuple[int, ...]) -> None:
    image, truth = wandering()
    assert fill_between(drawn(truth, (4, 5)), 1, image, keyframes) is None


def test_large_frames_are_looked_at_coarsely_and_drawn_finely() -> None:
    image, truth = wandering()
    large, outline = (np.repeat(np.repeat(each, 4, axis=1), 4, axis=2)[:5] for each in (image, truth))
    seen = after(drawn(outline, (0, 4)), large, (0, 4))
    assert min(dice(seen[k] == 1, outline[k] == 1) for k in range(1, 4)) > 0.95


def test_progress_is_told_and_it_can_be_cancelled() -> None:
    image, truth = wandering()
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int, _text: str) -> None:
        told.append((done, total))
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        fill_between(drawn(truth, (0, 12)), 1, image, (0, 12), report=stop)
    assert told == [(0, 24), (1, 24), (2, 24), (3, 24)]
