"""Pixel cells against bit patterns written out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread, dcmwrite
from pydicom.uid import ExplicitVRBigEndian

from imaging.errors import ReadError
from imaging.formats.dicom.cells import settle_bits, settle_coded, unpack
from imaging.formats.dicom.coded_frame import Decoded
from imaging.formats.dicom.header import read_header
from imaging.formats.dicom.pixel_format import PixelFormat, pixel_format
from imaging.formats.dicom.pixels import frames_of


def layout_of(rows: int, columns: int, bits: int, **changes: object) -> PixelFormat:
    plain = {
        "rows": rows, "columns": columns, "frames": 1, "samples": 1, "bits_allocated": bits, "bits_stored": bits,
        "high_bit": int(changes.get("bits_stored", bits)) - 1, "is_signed": False, "is_planar": False,
        "photometric": "MONOCHROME2", "number": "integer", "little_endian": True,
    }  # fmt: skip
    return PixelFormat(**(plain | changes))


def frames(path):
    with frames_of(read_header(path)) as reader:
        return [reader.stored(index).tolist() for index in range(reader.format.frames)]


def test_twelve_bit_cells_share_bytes_lowest_bit_first():
    # 0x123 and 0x456 in three bytes: the low byte, two halves, the high byte.
    assert unpack(bytes([0x23, 0x61, 0x45]), layout_of(1, 2, 12)).tolist() == [[0x123, 0x456]]


def test_frames_of_packed_cells_need_not_begin_with_a_byte(write_dicom):
    # Two frames of one pixel each, 12 bits: the second begins in the middle of the second byte.
    packed = np.frombuffer(bytes([0x23, 0x61, 0x45, 0x00]), np.uint8).reshape(2, 1, 2)
    path = write_dicom(packed, Rows=1, Columns=1, BitsAllocated=12, BitsStored=12, HighBit=11)
    assert frames(path) == [[[0x123]], [[0x456]]]


def test_frames_of_bits_need_not_begin_with_a_byte(write_dicom):
    # Three frames of 1 x 3 bits, 101 011 110 from the lowest bit on: the second crosses no byte, the third does.
    bits = [1, 0, 1, 0, 1, 1, 1, 1, 0]
    packed = np.packbits(bits, bitorder="little").reshape(1, 1, 2)
    path = write_dicom(packed, Columns=3, NumberOfFrames=3, BitsAllocated=1, BitsStored=1, HighBit=0)
    assert packed.tolist() == [[[0b11110101, 0]]]
    assert frames(path) == [[[1, 0, 1]], [[0, 1, 1]], [[1, 1, 0]]]


@pytest.mark.parametrize(("little", "cell"), [(True, [0x01, 0x02, 0x83]), (False, [0x83, 0x02, 0x01])])
def test_cells_of_three_bytes(little, cell):
    found = layout_of(1, 1, 24, little_endian=little, is_signed=True)
    assert unpack(bytes(cell), found).tolist() == [[0x830201]]
    assert settle_bits(unpack(bytes(cell), found), found).tolist() == [[0x830201 - (1 << 24)]]


@pytest.mark.parametrize(("bits", "value"), [(32, -(1 << 31)), (64, -(1 << 63)), (16, -1), (8, -128)])
def test_whole_words_keep_their_sign(bits, value):
    data = value.to_bytes(bits // 8, "little", signed=True)
    found = layout_of(1, 1, bits, is_signed=True)
    assert settle_bits(unpack(data, found), found).tolist() == [[value]]


@pytest.mark.parametrize("vr", ["OB", "OW"])
@pytest.mark.parametrize("pixels", [[[1, 2, 3]], [[1, 2, 3, 4]]])
def test_bytes_in_big_endian_words_are_swapped_only_for_ow(write_dicom, vr, pixels):
    path = write_dicom(np.array([pixels, pixels], np.uint8))
    data = dcmread(path)
    plain = np.frombuffer(bytes(np.array([pixels, pixels], np.uint8)), np.uint8)
    data.PixelData = plain.tobytes() if vr == "OB" else plain.view("<u2").astype(">u2").tobytes()
    data["PixelData"].VR = vr
    data.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    list(data.iterall())  # values are parsed before the byte order changes
    dcmwrite(path, data, little_endian=False, implicit_vr=False)
    assert frames(path) == [pixels, pixels]


def test_planes_and_pixels_hold_the_same_colours():
    by_pixel = bytes([10, 20, 30, 11, 21, 31])
    by_plane = bytes([10, 11, 20, 21, 30, 31])
    colour = {"samples": 3, "photometric": "RGB"}
    expected = [[[10, 20, 30], [11, 21, 31]]]
    assert unpack(by_pixel, layout_of(1, 2, 8, **colour)).tolist() == expected
    assert unpack(by_plane, layout_of(1, 2, 8, is_planar=True, **colour)).tolist() == expected


def test_half_chrominance_is_shared_by_two_pixels():
    found = layout_of(1, 4, 8, samples=3, photometric="YBR_FULL_422")
    words = unpack(bytes([1, 2, 100, 200, 3, 4, 101, 201]), found)
    assert words.tolist() == [[[1, 100, 200], [2, 100, 200], [3, 101, 201], [4, 101, 201]]]


@given(st.data())
def test_settled_values_do_not_depend_on_the_bits_around_them(data):
    stored = data.draw(st.integers(1, 16))
    high = data.draw(st.integers(stored - 1, 15))
    signed = data.draw(st.booleans())
    low_value, high_value = (-(1 << (stored - 1)), (1 << (stored - 1)) - 1) if signed else (0, (1 << stored) - 1)
    value = data.draw(st.integers(low_value, high_value))
    around = data.draw(st.integers(0, 0xFFFF))
    shift = high - stored + 1
    mask = ((1 << stored) - 1) << shift
    word = (around & ~mask & 0xFFFF) | ((value << shift) & mask)
    found = layout_of(1, 1, 16, bits_stored=stored, high_bit=high, is_signed=signed)
    assert settle_bits(np.array([[word]], np.uint16), found).tolist() == [[value]]


@pytest.mark.parametrize(
    ("stream_bits", "lossless", "word", "signed", "expected"),
    [
        (12, True, 0x0FFF, True, -1),  # the stream has the stored bits only: its sign bit is bit 11
        (13, True, 0x1830, True, -2000),  # fewer bits than Bits Stored (16): the stream's own sign bit
        (16, True, 0xF123, False, 0x123),  # a whole word, an overlay above the stored bits
        (16, False, 0x1005, False, 0x1005),  # lossy: nothing can be kept above the stored bits, so it is a value
    ],
)
def test_the_precision_of_a_stream_counts(stream_bits, lossless, word, signed, expected):
    stored = 16 if stream_bits == 13 else 12
    found = layout_of(1, 1, 16, bits_stored=stored, is_signed=signed)
    values, _ = settle_coded(Decoded(np.array([[word]], np.uint16), stream_bits), found, lossless)
    assert values.tolist() == [[expected]]


def test_a_high_bit_below_the_stored_bits_is_taken_as_the_highest_of_them(write_dicom):
    path = write_dicom(np.full((2, 2), 0x8001, np.uint16), HighBit=11)
    found = pixel_format(read_header(path))
    assert found.high_bit == 15 and found.assumptions == ("High Bit 11 cannot hold 16 stored bits: read as 15",)
    assert frames(path) == [[[0x8001] * 2] * 2]


def test_full_chrominance_under_the_name_of_half_is_read_as_full(write_dicom):
    path = write_dicom(
        np.full((2, 6), 128, np.uint8), Columns=2, SamplesPerPixel=3, PhotometricInterpretation="YBR_FULL_422",
        PlanarConfiguration=0,
    )  # fmt: skip
    assert pixel_format(read_header(path)).assumptions == (
        "named YBR_FULL_422 but stored with full chrominance: read as YBR_FULL",
    )
    assert frames(path) == [[[[128, 128, 128]] * 2] * 2]


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"BitsAllocated": 14, "BitsStored": 14, "HighBit": 13}, "Bits Allocated 14: expected 1, 12 or 8 to 64"),
        ({"BitsAllocated": 72}, "Bits Allocated 72: expected"),
        ({"BitsStored": 17}, "Bits Stored 17"),
        ({"HighBit": 16}, "High Bit 16"),
        ({"SamplesPerPixel": 4, "PhotometricInterpretation": "ARGB"}, "ARGB with 4 samples"),
        ({"SamplesPerPixel": 3, "PhotometricInterpretation": "HSV"}, "HSV with 3 samples"),
        ({"SamplesPerPixel": 3, "PhotometricInterpretation": "MONOCHROME2"}, "MONOCHROME2 with 3 samples"),
        ({"PhotometricInterpretation": "RGB"}, "RGB with 1 samples"),
        (
            {
                "SamplesPerPixel": 3,
                "PhotometricInterpretation": "RGB",
                "BitsAllocated": 1,
                "BitsStored": 1,
                "HighBit": 0,
            },
            "3 samples of 1 bits",
        ),
    ],
)
def test_cells_that_make_no_sense_are_refused(write_dicom, attributes, words):
    path = write_dicom(np.zeros((8, 8), np.uint16), **attributes)
    with pytest.raises(ReadError, match=words):
        pixel_format(read_header(path))


@pytest.mark.filterwarnings("ignore:Expected explicit VR")
def test_the_private_syntax_of_big_endian_pixels_under_a_little_endian_header(write_dicom):
    pixels = np.array([[1, 258], [40000, 3]], np.uint16)
    path = write_dicom(pixels)
    data = dcmread(path)
    data.PixelData = pixels.astype(">u2").tobytes()
    data.file_meta.TransferSyntaxUID = "1.2.840.113619.5.2"
    dcmwrite(path, data, implicit_vr=True, little_endian=True, force_encoding=True)
    assert frames(path) == [pixels.tolist()]
