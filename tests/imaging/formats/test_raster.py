"""Pictures: every value as stored, pages as frames, nothing claimed about millimetres."""

import io
import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from imaging.errors import ReadError, SaveError
from imaging.formats import raster, reading
from imaging.geometry import Calibration
from imaging.volume import Volume

GREY = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
DEEP = np.arange(12, dtype=np.uint16).reshape(3, 4) * 5000
RGB = np.stack([GREY, GREY[::-1], GREY // 2], axis=2)


def load(path: Path) -> Volume:
    study = reading.open_study(path)
    assert study.series, study.refused
    volume = reading.load_volume(study.series[0])
    assert study.series[0].shape_kji == volume.geometry.shape_kji
    assert volume.kind == "image" and volume.geometry.calibration is Calibration.NONE and volume.modality == ""
    return volume


@pytest.mark.parametrize("suffix", ["png", "tiff", "bmp"])
@pytest.mark.parametrize("pixels", [GREY, RGB], ids=["grey", "rgb"])
def test_lossless_pictures_keep_every_value(tmp_path: Path, suffix: str, pixels: np.ndarray):
    Image.fromarray(pixels).save(tmp_path / f"p.{suffix}")
    volume = load(tmp_path / f"p.{suffix}")
    assert volume.array.dtype == np.uint8 and np.array_equal(volume.array[0], pixels)


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bits_stay_sixteen_bits(tmp_path: Path, suffix: str):
    Image.fromarray(DEEP).save(tmp_path / f"p.{suffix}")
    volume = load(tmp_path / f"p.{suffix}")
    assert volume.array.dtype == np.uint16 and np.array_equal(volume.array[0], DEEP)


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("channels", [2, 3, 4])
def test_sixteen_bits_of_colour_or_beside_transparency_stay(tmp_path: Path, channels: int, orientation: int):
    pixels = np.random.default_rng(0).integers(0, 1 << 16, (5, 7, channels)).astype(np.uint16)
    data = imagecodecs.png_encode(pixels)
    exif = b"eXIf" + _exif(orientation)
    chunk = (len(exif) - 4).to_bytes(4) + exif + zlib.crc32(exif).to_bytes(4)
    (tmp_path / "p.png").write_bytes(data[:33] + chunk + data[33:])
    found = load(tmp_path / "p.png")
    expected = np.rot90(pixels, -1) if orientation == 6 else pixels
    assert np.array_equal(found.array[0], expected[..., :3] if channels > 2 else expected[..., 0])
    told = any("8 highest of 16 bits" in words for words in found.warnings)
    assert told == (channels > 2) and found.colour_bits == (16 if channels > 2 else 8)


def _exif(orientation: int) -> bytes:
    """An EXIF block that says nothing else."""
    return b"II*\0\10\0\0\0\1\0" + struct.pack("<HHLL", 0x0112, 3, 1, orientation) + bytes(4)


def _lzw_with_predictor(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
    return file.getvalue()


@pytest.mark.parametrize(
    ("write", "decode"),
    [(imagecodecs.png_encode, imagecodecs.png_decode), (_lzw_with_predictor, imagecodecs.tiff_decode)],
    ids=["png", "tiff"],
)
def test_sixteen_bits_are_what_imagecodecs_and_pillow_read(tmp_path: Path, write, decode):
    pixels = np.random.default_rng(0).integers(0, 1 << 16, (33, 47)).astype(np.uint16)
    path = tmp_path / "deep"
    path.write_bytes(write(pixels))
    found = load(path).array[0]
    assert np.array_equal(found, pixels)
    assert np.array_equal(found, decode(path.read_bytes()))
    assert np.array_equal(found, np.asarray(Image.open(path)))


def test_jpeg_equals_pillow(tmp_path: Path):
    Image.fromarray(RGB).resize((64, 48)).save(tmp_path / "p.jpg", quality=90)
    expected = np.asarray(Image.open(tmp_path / "p.jpg"))
    assert np.array_equal(load(tmp_path / "p.jpg").array[0], expected)


def test_colour_with_equal_channels_is_grey(tmp_path: Path):
    Image.fromarray(np.repeat(GREY[..., None], 3, axis=2)).save(tmp_path / "p.png")
    volume = load(tmp_path / "p.png")
    assert not volume.is_colour and np.array_equal(volume.array[0], GREY)


def test_pages_are_frames(tmp_path: Path):
    pages = [Image.fromarray(GREY + np.uint8(n)) for n in range(3)]
    pages[0].save(tmp_path / "p.tiff", save_all=True, append_images=pages[1:])
    volume = load(tmp_path / "p.tiff")
    assert np.array_equal(volume.array, np.stack([GREY + np.uint8(n) for n in range(3)]))


def test_pages_of_different_size_are_series_of_their_own(tmp_path: Path):
    pages = [Image.fromarray(each) for each in (GREY[:2], GREY[:2] + 1)]
    Image.fromarray(GREY).save(tmp_path / "p.tiff", save_all=True, append_images=pages)
    large, small = reading.open_study(tmp_path).series
    assert np.array_equal(reading.load_volume(large).array, GREY[None])
    assert np.array_equal(reading.load_volume(small).array, np.stack([GREY[:2], GREY[:2] + 1]))
    assert large.uid != small.uid and large.description != small.description


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_a_turned_picture_is_told(tmp_path: Path, compression: str):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(GREY).save(tmp_path / "p.tiff", exif=exif, compression=compression)
    (series,) = reading.open_study(tmp_path).series
    assert np.array_equal(reading.load_volume(series).array[0], np.rot90(GREY, -1))
    assert any("EXIF" in warning for warning in series.warnings)


def test_an_animated_png_keeps_its_times(tmp_path: Path):
    frames = [Image.fromarray(np.roll(GREY, n, axis=1)) for n in range(3)]
    frames[0].save(tmp_path / "p.png", save_all=True, append_images=frames[1:], duration=[40, 120, 70])
    (series,) = reading.open_study(tmp_path).series
    volume = reading.load_volume(series)
    assert series.kind == volume.kind == "clip" and volume.frame_times_ms == (0.0, 40.0, 160.0)
    assert np.array_equal(volume.array, np.stack([np.asarray(frame) for frame in frames]))


def test_the_image_of_an_animated_png_that_is_none_of_its_frames_is_not_shown(tmp_path: Path):
    stand_in, *pages = (Image.fromarray(np.full((4, 5), 50 * n, np.uint8)) for n in range(4))
    stand_in.save(tmp_path / "a.png", save_all=True, append_images=pages, default_image=True, duration=[40, 80, 200])
    volume = reading.load_volume(reading.open_study(tmp_path / "a.png").series[0])
    assert volume.kind == "clip" and volume.frame_times_ms == (0, 40, 120)
    assert volume.array[:, 0, 0].tolist() == [50, 100, 150]


def test_the_camera_orientation_is_honoured(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the top of the scene is on the right of the stored rows
    Image.fromarray(GREY).save(tmp_path / "p.png", exif=exif)
    assert np.array_equal(load(tmp_path / "p.png").array[0], np.rot90(GREY, -1))


def test_palette_and_transparency_give_the_colours_themselves(tmp_path: Path):
    palette = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8), mode="P") if False else Image.new("P", (2, 1))
    palette.putpalette([10, 20, 30, 200, 100, 50])
    palette.putdata([0, 1])
    palette.save(tmp_path / "palette.png")
    assert load(tmp_path / "palette.png").array.tolist() == [[[[10, 20, 30], [200, 100, 50]]]]
    clear = np.dstack([RGB, np.full(GREY.shape, 7, np.uint8)])
    Image.fromarray(clear).save(tmp_path / "clear.png")
    assert np.array_equal(load(tmp_path / "clear.png").array[0], RGB)
    assert load(tmp_path / "clear.png").warnings == ("transparency is left out",)
    assert load(tmp_path / "palette.png").warnings == ()


def test_a_truncated_picture_is_refused_by_name(tmp_path: Path):
    random = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    Image.fromarray(random).save(tmp_path / "p.png")
    (tmp_path / "p.png").write_bytes((tmp_path / "p.png").read_bytes()[:2000])
    with pytest.raises(ReadError, match=r"p\.png: damaged picture"):
        load(tmp_path / "p.png")


def test_a_picture_too_large_is_refused_before_decoding(tmp_path: Path):
    Image.fromarray(GREY).save(tmp_path / "p.bmp")
    raw = bytearray((tmp_path / "p.bmp").read_bytes())
    raw[18:26] = np.array([60000, 60000], "<i4").tobytes()
    (tmp_path / "p.bmp").write_bytes(raw)
    assert "more than the 268435456" in reading.open_study(tmp_path / "p.bmp").refused[0].reason


def test_masks_are_read_as_they_were_written(tmp_path: Path):
    mask = np.array([[0, 1], [2, 255]], np.uint8)
    raster.write_png(tmp_path / "m.png", mask)
    assert raster.read_mask(tmp_path / "m.png").tolist() == [mask.tolist()]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["m.png"]


def test_a_palette_mask_gives_its_indices(tmp_path: Path):
    picture = Image.new("P", (2, 1))
    picture.putpalette([255, 0, 0, 0, 255, 0])
    picture.putdata([1, 0])
    picture.save(tmp_path / "m.png")
    assert raster.read_mask(tmp_path / "m.png").tolist() == [[[1, 0]]]


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_greys_of_few_bits_are_the_labels_that_were_stored(tmp_path: Path, bits: int):
    labels = [0, 1, (1 << bits) - 1, 1]
    row = int("".join(f"{each:0{bits}b}" for each in labels).ljust(8 * -(-4 * bits // 8), "0"), 2)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 4, 1, bits, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0" + row.to_bytes(-(-4 * bits // 8)))),
        (b"IEND", b""),
    )
    parts = (struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
             for kind, data in chunks)  # fmt: skip
    (tmp_path / "m.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    assert raster.read_mask(tmp_path / "m.png").tolist() == [[labels]]


def test_a_colour_picture_is_no_mask(tmp_path: Path):
    raster.write_png(tmp_path / "m.png", RGB)
    with pytest.raises(ReadError, match="expected one channel"):
        raster.read_mask(tmp_path / "m.png")
    Image.fromarray(DEEP).save(tmp_path / "deep.png")
    with pytest.raises(ReadError, match="label values up to 55000"):
        raster.read_mask(tmp_path / "deep.png")


def test_saving_into_a_file_as_folder_is_an_error_in_words(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(SaveError, match="could not be saved"):
        raster.write_png(tmp_path / "file" / "m.png", GREY)
