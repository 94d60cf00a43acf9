"""Values to colours, worked out by hand."""

import numpy as np
import pytest
from PySide6.QtGui import QImage

from imaging.colour_tables import COLOUR_TABLES
from imaging.labelmap import Label
from imaging.volume import Window
from viewer.canvas.rendering import blank, colour_image, grey_image, look_up, mask_table, premultiplied


def pixels(image: QImage) -> np.ndarray:
    words = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return words[..., [2, 1, 0, 3]].copy()


def greys(plane: np.ndarray, window: Window, **rest) -> list[list[int]]:
    found = pixels(grey_image(plane, window, **rest))
    assert (found[..., 0] == found[..., 1]).all() and (found[..., 0] == found[..., 2]).all()
    assert (found[..., 3] == 255).all()
    return found[..., 0].tolist()


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32, np.float64])
def test_window_ends_are_black_and_white(dtype):
    plane = np.array([[-2000, -1350, 150, 3000]], dtype)
    assert greys(plane, Window(-600, 1500)) == [[0, 0, 255, 255]]


def test_unsigned_values_above_the_signed_range():
    plane = np.array([[0, 40000, 65535]], np.uint16)
    # 40000 / 65535 * 255 = 155.6
    assert greys(plane, Window(32768, 65536)) == [[0, 156, 255]]


def test_inverted_is_the_complement():
    plane = np.arange(256, dtype=np.uint8).reshape(1, -1)
    window = Window(128, 256)
    plain, inverted = greys(plane, window), greys(plane, window, inverted=True)
    assert plain == plane.tolist()
    assert [255 - v for v in plain[0]] == inverted[0]


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_padding_is_black_whatever_the_window(dtype, inverted):
    plane = np.array([[-2000, 0]], dtype)
    assert greys(plane, Window(-2000, 10), inverted=inverted, padding=(-2000, -2000))[0][0] == 0


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint16])
def test_table_and_arithmetic_agree(dtype):
    plane = np.random.default_rng(0).integers(np.iinfo(dtype).min, np.iinfo(dtype).max, (200, 37)).astype(dtype)
    window = Window(30, 100)
    assert greys(plane, window) == greys(plane.astype(np.int32), window)


def test_colours_are_drawn_as_they_are_and_as_negative():
    plane = np.array([[[10, 20, 30], [255, 0, 128]]], np.uint8)
    assert pixels(colour_image(plane)).tolist() == [[[10, 20, 30, 255], [255, 0, 128, 255]]]
    assert pixels(colour_image(plane, inverted=True)).tolist() == [[[245, 235, 225, 255], [0, 255, 127, 255]]]


def test_mask_colours_are_premultiplied_and_unknown_values_clear():
    labels = (Label(1, "a", (200, 100, 0)), Label(7, "b", (0, 0, 255)))
    table = mask_table(labels, 0.5)
    assert [int(table[value]) for value in (0, 1, 7, 9)] == [0, 0x80643200, 0x80000080, 0]


def test_premultiplied_word():
    assert premultiplied((255, 0, 128), 1.0) == 0xFFFF0080
    assert premultiplied((255, 255, 255), 0.0) == 0


def test_lookup_in_chunks_is_a_lookup():
    index = np.random.default_rng(1).integers(0, 256, (131, 5)).astype(np.uint8)
    table = np.arange(256, dtype=np.uint32) * 3
    out = np.zeros(index.shape, np.uint32)
    look_up(table, index, out)
    assert (out == index.astype(np.uint32) * 3).all()


def test_blank_image_is_written_through_its_memory():
    image, words = blank((2, 3), opaque=True)
    words[...] = 0xFF112233
    assert image.pixelColor(2, 1).name() == "#112233"


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_grey_levels_in_colours(dtype):
    """LINEAR over 0 to 255 leaves values as they are: each gets its own line of the table."""
    table = COLOUR_TABLES["Hot Iron"]
    plane = np.array([[0, 64, 128, 255]], dtype)
    shown = pixels(grey_image(plane, Window(128, 256), colours=table))
    assert shown[0, :, :3].tolist() == table.rgb[[0, 64, 128, 255]].tolist()
    turned = pixels(grey_image(plane, Window(128, 256), inverted=True, colours=table))
    assert turned[0, :, :3].tolist() == table.rgb[[255, 191, 127, 0]].tolist()


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_padding_is_black_in_any_colours(dtype):
    plane = np.array([[-2000, 0]], dtype)
    shown = pixels(grey_image(plane, Window(128, 256), padding=(-2000, -2000), colours=COLOUR_TABLES["Rainbow"]))
    assert shown[0].tolist() == [[0, 0, 0, 255], [0, 0, 255, 255]]
