"""Files of a mask, one for each slice, in the order that people number them in."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.segmentation.numbered import in_order
from imaging.formats.segmentation.png_masks import read_pngs
from imaging.formats.segmentation.yolo import read_yolo
from imaging.geometry import Geometry

COUNT = 12


@pytest.mark.parametrize("name", ["{}.png", "{:04d}.png", "a12_slice{}.png", "mask ({}) b.png"])
def test_the_tenth_does_not_come_before_the_second(name: str):
    files = [Path(name.format(n)) for n in range(COUNT)]
    assert in_order(reversed(files)) == files


def test_names_without_numbers_are_in_order_of_letters():
    assert [file.name for file in in_order(map(Path, ["b.png", "1.png", "a.png", "a1.png"]))] == [
        "1.png",
        "a.png",
        "a1.png",
        "b.png",
    ]


def test_pictures_lie_on_the_slices_of_their_numbers(tmp_path: Path):
    for n in range(COUNT):
        Image.fromarray(np.full((2, 3), n + 1, np.uint8)).save(tmp_path / f"{n}.png")
    found = read_pngs(tmp_path, ImageGrid(Geometry((COUNT, 2, 3))))
    assert found.labelmap.array[:, 0, 0].tolist() == [*range(1, COUNT + 1)]


def test_outlines_lie_on_the_slices_of_their_numbers(tmp_path: Path):
    (tmp_path / "labels").mkdir()
    for n in range(COUNT):
        (tmp_path / "labels" / f"{n}.txt").write_text(f"{n} 0.5 0.5 1 1\n")
    found = read_yolo(tmp_path, ImageGrid(Geometry((COUNT, 2, 3))))
    assert found.labelmap.array[:, 0, 0].tolist() == [*range(1, COUNT + 1)]
