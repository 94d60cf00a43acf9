"""TIFF against tifffile: signs, deep colour, white that is zero, and large files."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from imaging.formats import raster, reading
from imaging.volume import Volume

RNG = np.random.default_rng(3)


def load(path: Path) -> Volume:
    study = reading.open_study(path)
    assert study.series, study.refused
    return reading.load_volume(study.series[0])


@pytest.mark.parametrize("name", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_numbers_keep_their_sign(tmp_path: Path, name: str, compression: str | None):
    dtype = np.dtype(name)
    ends = (-1e6, 1e6) if dtype.kind == "f" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    pixels = np.linspace(*ends, 12).reshape(3, 4).astype(dtype)
    tifffile.imwrite(tmp_path / "p.tif", pixels, photometric="minisblack", compression=compression)
    assert np.array_equal(load(tmp_path / "p.tif").array[0], tifffile.imread(tmp_path / "p.tif"))


def test_a_big_tiff_is_read(tmp_path: Path):
    pixels = RNG.integers(0, 1 << 16, (3, 5, 7)).astype(np.uint16)
    tifffile.imwrite(tmp_path / "p.tif", pixels, bigtiff=True, photometric="minisblack")
    assert np.array_equal(load(tmp_path / "p.tif").array, pixels)


def test_deep_colour_is_told_and_scrambled_colour_refused(tmp_path: Path):
    pixels = RNG.integers(0, 1 << 16, (6, 8, 3)).astype(np.uint16)
    tifffile.imwrite(tmp_path / "p.tif", pixels, photometric="rgb")
    found = load(tmp_path / "p.tif")
    assert np.array_equal(found.array[0], pixels >> 8)
    assert found.warnings == ("16 bits per colour channel are shown with the 8 highest",)
    tifffile.imwrite(tmp_path / "q.tif", pixels.transpose(2, 0, 1), photometric="rgb", planarconfig="separate")
    series, refused = raster.read_series([tmp_path / "q.tif"])
    assert not series and "16 bits per channel in separate planes" in refused[0].reason


def test_separate_planes_of_eight_bits_are_read(tmp_path: Path):
    pixels = RNG.integers(0, 256, (3, 6, 8)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "p.tif", pixels, photometric="rgb", planarconfig="separate")
    assert np.array_equal(load(tmp_path / "p.tif").array[0], pixels.transpose(1, 2, 0))


def test_white_that_is_zero_is_shown_so_and_its_values_stay(tmp_path: Path):
    pixels = RNG.integers(0, 1 << 16, (6, 8)).astype(np.uint16)
    tifffile.imwrite(tmp_path / "p.tif", pixels, photometric="miniswhite")
    found = load(tmp_path / "p.tif")
    assert found.inverted and np.array_equal(found.array[0], pixels)
    tifffile.imwrite(tmp_path / "q.tif", pixels, photometric="minisblack")
    assert not load(tmp_path / "q.tif").inverted


def test_kinds_that_are_not_read_are_refused_in_words(tmp_path: Path):
    tifffile.imwrite(tmp_path / "p.tif", RNG.normal(size=(6, 8)), photometric="minisblack")
    _, refused = raster.read_series([tmp_path / "p.tif"])
    assert refused[0].reason == "a picture that is damaged, or of a kind and depth that is not read"
