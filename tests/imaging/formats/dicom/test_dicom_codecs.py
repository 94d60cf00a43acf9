"""Coded frames made here with known pixels: right, or refused with a reason; never silently wrong."""

import zlib
from collections.abc import Callable

import imagecodecs
import numpy as np
import pytest

from imaging.formats.dicom import codecs
from imaging.formats.dicom.codecs import decode, inflated_frame
from imaging.formats.dicom.coded_frame import CodecError, Decoded, UnknownProcessError, Wanted

BASELINE, EXTENDED, LOSSLESS, JPEG_LS, NEAR = (f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 57, 80, 81))
JPEG_2000, JPEG_2000_LOSSY, HTJ2K, JPEG_XL = (f"1.2.840.10008.1.2.4.{n}" for n in (90, 91, 201, 110))
RLE = "1.2.840.10008.1.2.5"

Encode = Callable[[np.ndarray], bytes]
RNG = np.random.default_rng(3)
SMOOTH = (np.add.outer(np.arange(40), np.arange(56)) * 2 + RNG.integers(0, 9, (40, 56))).astype(np.uint8)
COLOUR = np.stack([SMOOTH, SMOOTH[::-1], SMOOTH[:, ::-1]], axis=-1)


def rle(pixels: np.ndarray, padding: bytes = b"") -> bytes:
    """One frame of RLE (PS3.5 G): byte planes of each sample, most significant first."""
    samples = pixels[..., None] if pixels.ndim == 2 else pixels
    whole = samples.astype(samples.dtype.newbyteorder(">")).view(np.uint8).reshape(*samples.shape, -1)
    planes = [whole[..., s, b].tobytes() for s in range(whole.shape[-2]) for b in range(whole.shape[-1])]
    segments = [imagecodecs.packbits_encode(plane) + padding for plane in planes]
    starts = np.cumsum([64, *map(len, segments)])[:-1]
    header = np.zeros(16, "<u4")
    header[0], header[1 : len(starts) + 1] = len(starts), starts
    return header.tobytes() + b"".join(segments)


ENCODERS: dict[str, Encode] = {
    BASELINE: lambda p: imagecodecs.jpeg8_encode(p, level=100),
    LOSSLESS: lambda p: imagecodecs.jpeg8_encode(p, lossless=True, bitspersample=8 * p.itemsize),
    JPEG_LS: imagecodecs.jpegls_encode,
    JPEG_2000: lambda p: imagecodecs.jpeg2k_encode(p, level=0, codecformat="j2k"),
    HTJ2K: lambda p: imagecodecs.htj2k_encode(p, level=0),
    JPEG_XL: lambda p: imagecodecs.jpegxl_encode(p, lossless=True),
    RLE: rle,
}


def wanted(pixels: np.ndarray, photometric: str = "MONOCHROME2", bits: int = 0) -> Wanted:
    samples = 1 if pixels.ndim == 2 else pixels.shape[2]
    return Wanted(*pixels.shape[:2], samples, bits or pixels.itemsize * 8, photometric)


@pytest.mark.parametrize("syntax", [LOSSLESS, JPEG_LS, JPEG_2000, HTJ2K, JPEG_XL, RLE])
@pytest.mark.parametrize("bits", [8, 16])
def test_lossless_codecs_give_back_what_they_were_given(syntax: str, bits: int):
    pixels = SMOOTH.astype(f"u{bits // 8}") << (bits - 8)
    found = decode(ENCODERS[syntax](pixels), syntax, wanted(pixels))
    assert np.array_equal(found.pixels, pixels)
    assert found.bits in (bits, None)


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "u8"])
def test_rle_of_any_word(dtype: str):
    pixels = RNG.integers(0, np.iinfo(dtype).max, (5, 7), dtype)
    assert np.array_equal(decode(rle(pixels), RLE, wanted(pixels)).pixels, pixels)
    padded = rle(pixels, padding=b"\x00\x00")
    assert np.array_equal(decode(padded, RLE, wanted(pixels)).pixels, pixels), "padding after a segment is no pixel"


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4"])
def test_rle_of_colour_has_a_segment_for_every_byte_of_every_sample(dtype: str):
    pixels = RNG.integers(0, np.iinfo(dtype).max, (4, 3, 3), dtype)
    assert np.array_equal(decode(rle(pixels), RLE, wanted(pixels, "RGB")).pixels, pixels)


def test_rle_of_single_bits_arrives_packed():
    bits = RNG.integers(0, 2, (3, 5), np.uint8)
    coded = rle(np.packbits(bits.ravel(), bitorder="little")[None])
    assert np.array_equal(decode(coded, RLE, Wanted(3, 5, 1, 1, "MONOCHROME2")).pixels, bits)


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
@pytest.mark.parametrize("syntax", [LOSSLESS, JPEG_2000])
def test_the_precision_is_what_the_stream_says(syntax: str, bits: int):
    pixels = RNG.integers(0, 1 << bits, (16, 16)).astype(np.uint16)
    pixels[0, 0] = (1 << bits) - 1
    if syntax == LOSSLESS:
        data = imagecodecs.jpeg8_encode(pixels, lossless=True, bitspersample=bits)
    else:
        data = imagecodecs.jpeg2k_encode(pixels, level=0, bitspersample=bits)
    found = decode(data, syntax, wanted(pixels))
    assert found.bits == bits and np.array_equal(found.pixels, pixels)


def test_jpeg_of_twelve_bits():
    pixels = SMOOTH.astype(np.uint16) << 4
    found = decode(imagecodecs.jpeg8_encode(pixels, level=100, bitspersample=12), EXTENDED, wanted(pixels))
    assert found.bits == 12 and np.abs(found.pixels.astype(int) - pixels).max() <= 2


def test_near_lossless_stays_within_its_bound():
    found = decode(imagecodecs.jpegls_encode(SMOOTH, level=3), NEAR, wanted(SMOOTH))
    difference = np.abs(found.pixels.astype(int) - SMOOTH).max()
    assert 0 < difference <= 3


def test_signed_jpeg_2000_keeps_its_sign():
    pixels = RNG.integers(-2000, 2000, (16, 16)).astype(np.int16)
    found = decode(imagecodecs.jpeg2k_encode(pixels, level=0), JPEG_2000, wanted(pixels))
    assert np.array_equal(found.pixels, pixels)


@pytest.mark.parametrize(
    ("syntax", "coded", "photometric", "is_ybr"),
    [
        (LOSSLESS, "RGB", "RGB", False),
        (LOSSLESS, "YCBCR", "YBR_FULL", True),  # lossless streams are not transformed by their decoder
        (JPEG_LS, "RGB", "RGB", False),
        (JPEG_LS, "RGB", "YBR_FULL", True),
        (RLE, "RGB", "YBR_FULL", True),
        (RLE, "RGB", "RGB", False),
    ],
)
def test_colour_that_no_stream_transforms_leaves_as_it_was_stored(syntax, coded, photometric, is_ybr):
    if syntax == LOSSLESS:
        data = imagecodecs.jpeg8_encode(COLOUR, lossless=True, colorspace="RGB", outcolorspace="RGB")
        if coded == "YCBCR":  # the same components without the marker that calls them red, green and blue
            data = data.replace(b"Adobe", b"other").replace(b"R\x11\0G\x11\0B\x11\0", b"\1\x11\0\2\x11\0\3\x11\0")
            data = data.replace(b"\3R\0G\0B\0", b"\3\1\0\2\0\3\0")
    else:
        data = ENCODERS[syntax](COLOUR)
    found = decode(data, syntax, wanted(COLOUR, photometric))
    assert found.is_ybr is is_ybr and np.array_equal(found.pixels, COLOUR)


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL_422", "YBR_FULL"])
@pytest.mark.parametrize("marker", [b"JFIF", b"none"])
def test_subsampled_colour_leaves_as_rgb_whatever_the_header_calls_it(photometric: str, marker: bytes):
    data = imagecodecs.jpeg8_encode(COLOUR, level=100, subsampling="422").replace(b"JFIF", marker)
    found = decode(data, BASELINE, wanted(COLOUR, photometric))
    assert not found.is_ybr
    assert np.abs(found.pixels.astype(int) - COLOUR).mean() < 4


@pytest.mark.parametrize("marker", [b"Adobe", b"other"])
def test_jpeg_colour_named_by_its_marker_or_its_components_is_not_transformed(marker: bytes):
    coded = imagecodecs.jpeg8_encode(COLOUR, level=100, colorspace="RGB", outcolorspace="RGB")
    assert b"Adobe" in coded and b"R\x11" in coded
    found = decode(coded.replace(b"Adobe", marker), BASELINE, wanted(COLOUR, "YBR_FULL"))
    assert np.abs(found.pixels.astype(int) - COLOUR).max() < 6


@pytest.mark.parametrize(("mct", "photometric", "is_ybr"), [(True, "YBR_RCT", False), (False, "YBR_FULL", True)])
def test_jpeg_2000_colour_follows_the_transform_in_the_stream(mct, photometric, is_ybr):
    data = imagecodecs.jpeg2k_encode(COLOUR, level=0, mct=mct, codecformat="j2k")
    found = decode(data, JPEG_2000, wanted(COLOUR, photometric))
    assert found.is_ybr is is_ybr and np.array_equal(found.pixels, COLOUR)


@pytest.mark.parametrize("syntax", list(ENCODERS))
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.98])
def test_a_stream_cut_short_is_refused(syntax: str, share: float):
    whole = ENCODERS[syntax](SMOOTH)
    with pytest.raises(CodecError, match=r"truncated|damaged|stream|segment|hold"):
        decode(whole[: int(len(whole) * share)], syntax, wanted(SMOOTH))


@pytest.mark.parametrize("syntax", [BASELINE, LOSSLESS, JPEG_LS, JPEG_2000])
def test_a_stream_that_lacks_nothing_but_its_end_marker_is_read(syntax: str):
    whole = ENCODERS[syntax](SMOOTH)
    assert whole.endswith(b"\xff\xd9")
    without = decode(whole[:-2], syntax, wanted(SMOOTH))
    assert np.array_equal(without.pixels, decode(whole, syntax, wanted(SMOOTH)).pixels)


@pytest.mark.parametrize(("coded_as", "coding"), [(JPEG_LS, "JPEG-LS"), (JPEG_2000, "JPEG 2000"), (JPEG_XL, "JPEG XL")])
@pytest.mark.parametrize("declared", [BASELINE, LOSSLESS, RLE])
def test_a_stream_of_another_family_is_read_as_what_it_is_and_told(coded_as: str, coding: str, declared: str):
    frame = decode(ENCODERS[coded_as](SMOOTH), declared, Wanted(40, 56, 1, 8, "MONOCHROME2"))
    assert np.array_equal(frame.pixels, SMOOTH)
    assert frame.repairs == (f"coded frames are {coding}, which is not what the transfer syntax says: read so",)


def test_a_loss_that_the_transfer_syntax_denies_is_told():
    frame = decode(ENCODERS[BASELINE](SMOOTH), LOSSLESS, Wanted(40, 56, 1, 8, "MONOCHROME2"))
    assert frame.repairs == ("coded frames are lossy JPEG, which is not what the transfer syntax says: read so",)
    assert decode(ENCODERS[LOSSLESS](SMOOTH), BASELINE, Wanted(40, 56, 1, 8, "MONOCHROME2")).repairs == ()


@pytest.mark.parametrize("syntax", list(ENCODERS))
def test_a_stream_of_another_size_is_refused_before_it_is_decoded(syntax: str, monkeypatch):
    coded = ENCODERS[syntax](SMOOTH)
    for name in ("jpeg8_decode", "jpegls_decode", "jpeg2k_decode", "jpegxl_decode"):
        monkeypatch.setattr(imagecodecs, name, lambda *_, **__: pytest.fail("decoded a stream of another size"))
    with pytest.raises(CodecError, match=r"40 x 56 pixels, expected 41 x 56|holds 2240 bytes, expected 2296"):
        decode(coded, syntax, Wanted(41, 56, 1, 8, "MONOCHROME2"))


@pytest.mark.parametrize("syntax", [BASELINE, LOSSLESS, JPEG_LS, JPEG_2000, RLE])
def test_three_components_are_no_grey_image(syntax: str):
    with pytest.raises(CodecError, match=r"3 components, expected 1|3 segments, expected 1"):
        decode(ENCODERS[syntax](COLOUR), syntax, Wanted(40, 56, 1, 8, "MONOCHROME2"))


@pytest.mark.parametrize("syntax", [LOSSLESS, JPEG_LS, JPEG_2000, JPEG_XL])
def test_more_bits_than_are_allocated_are_refused(syntax: str):
    pixels = SMOOTH.astype(np.uint16) << 8
    with pytest.raises(CodecError, match="Bits Allocated is 8"):
        decode(ENCODERS[syntax](pixels), syntax, wanted(pixels, bits=8))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: b"\x10" + d[1:], "16 segments, expected 2"),
        (lambda d: d[:8] + b"\xff\xff\xff\x7f" + d[12:], "do not fit a frame"),
        (lambda d: d[:4] + b"\x01\0\0\0" + d[8:], "do not fit a frame"),
    ],
)
def test_rle_headers_that_lie_are_refused(change, words):
    pixels = SMOOTH.astype(np.uint16)
    with pytest.raises(CodecError, match=words):
        decode(change(rle(pixels)), RLE, wanted(pixels))


def test_an_rle_bomb_is_refused_by_its_size():
    header = (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56)
    with pytest.raises(CodecError, match="84 bytes of RLE cannot hold 16777216"):
        decode(header + b"\x81\0" * 10, RLE, Wanted(4096, 4096, 1, 8, "MONOCHROME2"))


def test_a_deflated_frame_gives_its_bytes_and_no_more():
    packer = zlib.compressobj(wbits=-15)
    data = packer.compress(bytes(1 << 20)) + packer.flush()
    assert inflated_frame(data, 100) == bytes(100)
    with pytest.raises(CodecError, match=f"holds {1 << 20} bytes, expected {1 << 21}"):
        inflated_frame(data, 1 << 21)
    with pytest.raises(CodecError, match="damaged"):
        inflated_frame(b"\xff" * 20, 100)


@pytest.mark.parametrize("wbits", [-15, 15])
@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_a_deflated_frame_may_be_in_the_wrapper_of_zlib(wbits: int, level: int):
    packer = zlib.compressobj(level, wbits=wbits)
    assert inflated_frame(packer.compress(SMOOTH.tobytes()) + packer.flush(), SMOOTH.size) == SMOOTH.tobytes()


def test_a_stored_block_that_looks_like_a_wrapper_is_none():
    # 78 01 CC: unused bits, a stored block of 0xCC01 bytes; 0x7801 is also what a wrapper begins with.
    content = bytes(range(256)) * 205
    size = 0xCC01
    block = b"\x78" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + content[:size]
    assert inflated_frame(block, size) == content[:size]


@pytest.mark.parametrize("marker", [0xC5, 0xC7, 0xCB, 0xCF])
def test_a_process_without_a_decoder_is_named(marker: int):
    data = ENCODERS[BASELINE](SMOOTH)
    with pytest.raises(UnknownProcessError, match=f"SOF{marker - 0xC0} "):
        decode(data.replace(b"\xff\xc0", bytes([0xFF, marker]), 1), BASELINE, wanted(SMOOTH))


class Panic(BaseException):
    """What a codec written in another language may throw."""


@pytest.mark.parametrize(("thrown", "caught"), [(Panic("boom"), CodecError), (KeyboardInterrupt(), KeyboardInterrupt)])
def test_a_panic_of_a_codec_is_a_damaged_frame_but_an_interrupt_is_not(monkeypatch, thrown, caught):
    def panic(*_: object) -> Decoded:
        raise thrown

    monkeypatch.setattr(codecs, "_DECODERS", {RLE: panic})
    with pytest.raises(caught):
        decode(b"", RLE, wanted(SMOOTH))


@pytest.mark.parametrize("missing_from", [0, 1])
def test_an_rle_segment_that_ends_between_two_runs_is_refused(missing_from: int):
    pixels = RNG.integers(0, 1 << 16, (2, 128), np.uint16)
    literal = [bytes([127]) + pixels.view(np.uint8).ravel()[start::2].tobytes()[:128] for start in (1, 0)]
    segments = [part * 2 for part in literal]
    segments[missing_from] = literal[missing_from]
    header = np.zeros(16, "<u4")
    header[:3] = 2, 64, 64 + len(segments[0])
    with pytest.raises(CodecError, match="an RLE segment holds 128 bytes, expected 256"):
        decode(header.tobytes() + b"".join(segments), RLE, wanted(pixels))
