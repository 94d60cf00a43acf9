"""TIFF against tifffile: signs, deep colour, white that is zero, and large files."""

import contextlib
import io
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from imaging.errors import ReadError
from imaging.formats import raster, reading, tiff
from imaging.formats.tiff_pages import TiffLayout
from imaging.progress import silent
from imaging.volume import Volume

RNG = np.random.default_rng(3)


def _written() -> bytes:
    stream = io.BytesIO()
    tifffile.imwrite(stream, np.zeros((2, 4, 4), np.uint8), photometric="minisblack")
    return stream.getvalue()


_TIFF = _written()


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


@pytest.mark.parametrize("planarconfig", ["contig", "separate"])
def test_deep_colour_keeps_its_bits_and_is_told(tmp_path: Path, planarconfig: str):
    pixels = RNG.integers(0, 1 << 16, (6, 8, 3)).astype(np.uint16)
    stored = pixels if planarconfig == "contig" else pixels.transpose(2, 0, 1)
    tifffile.imwrite(tmp_path / "p.tif", stored, photometric="rgb", planarconfig=planarconfig)
    found = load(tmp_path / "p.tif")
    assert np.array_equal(found.array[0], pixels) and found.colour_bits == 16
    assert np.array_equal(found.plane(0), pixels >> 8)
    assert found.warnings == ("the screen shows the 8 highest of 16 bits of colour",)


def test_separate_planes_of_eight_bits_are_read(tmp_path: Path):
    pixels = RNG.integers(0, 256, (3, 6, 8)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "p.tif", pixels, photometric="rgb", planarconfig="separate")
    assert np.array_equal(load(tmp_path / "p.tif").array[0], pixels.transpose(1, 2, 0))


@pytest.mark.parametrize(
    ("channels", "photometric", "words"),
    [
        (5, "minisblack", ("5 channels: the first is shown",)),
        (3, "rgb", ()),
        (4, "rgb", ("4 channels: the first 3 are shown",)),
        (4, "separated", ()),
    ],
)
def test_channels_that_are_not_shown_are_told(
    tmp_path: Path, channels: int, photometric: str, words: tuple[str, ...]
) -> None:
    pixels = RNG.integers(0, 256, (6, 8, channels)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "p.tif", pixels, photometric=photometric, planarconfig="contig")
    volume = load(tmp_path / "p.tif")
    assert volume.warnings == words
    if photometric != "separated":
        shown = pixels[..., :3] if photometric == "rgb" else pixels[..., 0]
        assert np.array_equal(volume.array[0], shown)


def test_a_picture_of_fewer_channels_than_its_colours_has_left_none_out(tmp_path: Path) -> None:
    """CIELab of one sample is lightness alone (TIFF 6.0, section 23)."""
    tifffile.imwrite(tmp_path / "p.tif", np.zeros((6, 8), np.uint8), photometric="minisblack")
    grey, lab = (struct.pack("<HHII", 262, 3, 1, photometric) for photometric in (1, 8))
    changed = (tmp_path / "p.tif").read_bytes().replace(grey, lab)
    (tmp_path / "p.tif").write_bytes(changed)
    assert lab in changed
    assert reading.open_study(tmp_path / "p.tif").series[0].warnings == ()


@pytest.mark.parametrize("byteorder", "<>")
@pytest.mark.parametrize("tile", [None, (16, 16)])
@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "packbits"])
@pytest.mark.parametrize("name", ["uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"])
def test_every_order_of_bytes_layout_and_compression_gives_the_same_values(
    tmp_path: Path, name: str, compression: str | None, tile: tuple[int, int] | None, byteorder: str
):
    pixels = (RNG.normal(size=(2, 21, 34)) * 100).astype(name)
    for bigtiff in (False, True):
        tifffile.imwrite(
            tmp_path / "p.tif", pixels, photometric="minisblack", byteorder=byteorder, bigtiff=bigtiff,
            compression=compression, tile=tile, rowsperstrip=None if tile else 5,
            predictor=compression in ("zlib", "lzw") or None,
        )  # fmt: skip
        found = load(tmp_path / "p.tif").array
        assert found.dtype == pixels.dtype and np.array_equal(found, pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_page_stands_upright(tmp_path: Path, orientation: int):
    image = Image.fromarray(RNG.integers(0, 256, (5, 8)).astype(np.uint8))
    image.save(tmp_path / "p.tif", tiffinfo={274: orientation})
    image.getexif()[274] = orientation
    assert np.array_equal(load(tmp_path / "p.tif").array[0], np.asarray(ImageOps.exif_transpose(image)))


def test_a_palette_gives_its_colours(tmp_path: Path):
    colours = RNG.integers(0, 1 << 16, (3, 256)).astype(np.uint16)
    pixels = RNG.integers(0, 256, (6, 8)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "p.tif", pixels, photometric="palette", colormap=colours)
    assert np.array_equal(load(tmp_path / "p.tif").array[0], (colours.T >> 8)[pixels])
    assert np.array_equal(raster.read_mask(tmp_path / "p.tif")[0], pixels)


def test_pages_of_other_types_are_series_of_their_own(tmp_path: Path):
    with tifffile.TiffWriter(tmp_path / "p.tif") as writer:
        for name in ("uint8", "uint16", "uint8"):
            writer.write(np.full((4, 5), 7, name), photometric="minisblack", contiguous=False)
    series = reading.open_study(tmp_path / "p.tif").series
    assert [reading.load_volume(one).array.shape for one in series] == [(2, 4, 5), (1, 4, 5)]


def test_white_that_is_zero_is_shown_so_and_its_values_stay(tmp_path: Path):
    pixels = RNG.integers(0, 1 << 16, (6, 8)).astype(np.uint16)
    tifffile.imwrite(tmp_path / "p.tif", pixels, photometric="miniswhite")
    found = load(tmp_path / "p.tif")
    assert found.inverted and np.array_equal(found.array[0], pixels)
    tifffile.imwrite(tmp_path / "q.tif", pixels, photometric="minisblack")
    assert not load(tmp_path / "q.tif").inverted


@pytest.mark.parametrize(
    ("pixels", "changes", "words"),
    [
        (np.zeros((6, 8), np.complex64), {}, "complex numbers"),
        (np.zeros((6, 8, 3), np.float32), {"photometric": "rgb"}, "colour of 32 bits (f)"),
        (np.zeros((6, 8), np.uint8), {"compression": "jpeg2000"}, "compressed in a way that is not read"),
    ],
)
def test_kinds_that_are_not_read_are_refused_in_words(tmp_path: Path, pixels: np.ndarray, changes: dict, words: str):
    tifffile.imwrite(tmp_path / "p.tif", pixels, **{"photometric": "minisblack", **changes})
    with pytest.raises(ReadError) as refused:
        tiff.load_volume(tiff.describe(tmp_path / "p.tif")[0], silent)
    assert words in str(refused.value)


def test_a_small_file_of_very_many_pixels_is_refused_before_decoding(tmp_path: Path):
    tifffile.imwrite(tmp_path / "p.tif", np.zeros((4, 4), np.uint16), photometric="minisblack")
    data = (tmp_path / "p.tif").read_bytes()
    with tifffile.TiffFile(tmp_path / "p.tif") as file:
        width_and_height = [file.pages[0].tags[number].valueoffset for number in (256, 257)]
    for at in width_and_height:
        data = data[:at] + (12_000).to_bytes(2, "little") + data[at + 2 :]
    (tmp_path / "p.tif").write_bytes(data)
    with pytest.raises(ReadError, match="declare 288000000 bytes of pixels"):
        tiff.describe(tmp_path / "p.tif")


@given(st.integers(0, 400), st.integers(0, 255), st.integers(0, 1 << 32))
def test_a_damaged_directory_is_refused_or_read_and_never_loops(at: int, byte: int, offset: int):
    data = bytearray(_TIFF)
    data[at % len(data)] = byte
    data[4:8] = (offset % (2 * len(data))).to_bytes(4, "little")
    with contextlib.suppress(ReadError):
        assert TiffLayout(Path("p.tif"), data).pages()
