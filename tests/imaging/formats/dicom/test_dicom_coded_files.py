"""Whole DICOM files with coded pixels and palettes, written here, values worked out by hand."""

import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom import dcmread, dcmwrite
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.uid import UID, ExplicitVRBigEndian

from imaging.errors import ReadError
from imaging.formats.dicom.header import read_header
from imaging.formats.dicom.pixels import frames_of

JPEG_LS = "1.2.840.10008.1.2.4.80"
COLOUR = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0}


def frames(path: Path) -> np.ndarray:
    with frames_of(read_header(path)) as reader:
        return np.stack([reader.stored(index) for index in range(reader.format.frames)])


def with_streams(path: Path, streams: list[bytes], syntax: str, fragments: int = 1) -> Path:
    """Replace the pixels of a file by coded frames."""
    data = dcmread(path)
    data.PixelData = encapsulate(streams, fragments_per_frame=fragments)
    data["PixelData"].is_undefined_length = True
    data["PixelData"].VR = "OB"
    data.file_meta.TransferSyntaxUID = UID(syntax)
    dcmwrite(path, data, implicit_vr=False, little_endian=True, force_encoding=True)
    return path


def with_values(path: Path, **values: bytes | list[int]) -> Path:
    """Set palette elements, whose value representation pydicom cannot guess."""
    data = dcmread(path)
    for keyword, value in values.items():
        data.add_new(keyword, "OW" if isinstance(value, bytes) else "US", value)
    data.save_as(path)
    return path


def palette(kind: str, tables: list[bytes], count: int, first: int, bits: int) -> dict[str, bytes | list[int]]:
    found: dict[str, bytes | list[int]] = {}
    for channel, table in zip(("Red", "Green", "Blue"), tables, strict=True):
        found[f"{channel}PaletteColorLookupTableDescriptor"] = [count, first, bits]
        found[f"{kind}{channel}PaletteColorLookupTableData"] = table
    return found


def words(*numbers: int) -> bytes:
    return np.array(numbers, "<u2").tobytes()


INDICES = np.array([[0, 5], [6, 99]], np.uint8)


def test_a_palette_of_sixteen_bits_keeps_them(write_dicom):
    path = write_dicom(INDICES, PhotometricInterpretation="PALETTE COLOR")
    tables = [words(0x1234, 0xFFFF), words(0x00FF, 0x0100), words(0, 0x7FFF)]
    with_values(path, **palette("", tables, 2, 5, 16))
    low, high = [0x1234, 0xFF, 0], [0xFFFF, 0x100, 0x7FFF]
    assert frames(path).tolist() == [[[low, low], [high, high]]]


def test_a_palette_of_eight_bits_has_two_entries_to_a_word(write_dicom):
    path = write_dicom(INDICES, PhotometricInterpretation="PALETTE COLOR")
    with_values(path, **palette("", [bytes([1, 2]), bytes([3, 4]), bytes([5, 250])], 2, 5, 8))
    assert frames(path).tolist() == [[[[1, 3, 5], [1, 3, 5]], [[2, 4, 250], [2, 4, 250]]]]


def test_the_first_entry_of_a_palette_is_negative_where_indices_can_be(write_dicom):
    path = write_dicom(np.array([[-9, -5], [-4, 7]], np.int16), PhotometricInterpretation="PALETTE COLOR")
    with_values(path, **palette("", [words(7, 0x1234)] * 3, 2, 0x10000 - 5, 16))
    assert frames(path)[0, ..., 0].tolist() == [[7, 7], [0x1234, 0x1234]]


def test_eight_bit_entries_declared_as_sixteen_are_not_made_black(write_dicom):
    path = write_dicom(INDICES, PhotometricInterpretation="PALETTE COLOR")
    with_values(path, **palette("", [words(1, 2), words(3, 4), words(5, 250)], 2, 5, 16))
    assert frames(path)[0, 1].tolist() == [[0x0202, 0x0404, 0xFAFA]] * 2


def test_sixteen_bit_entries_declared_as_eight_show_their_upper_half(write_dicom):
    path = write_dicom(INDICES, PhotometricInterpretation="PALETTE COLOR")
    with_values(path, **palette("", [words(0x0100, 0xFFFF)] * 3, 2, 5, 8))
    assert frames(path)[0].tolist() == [[[1] * 3] * 2, [[255] * 3] * 2]


def test_a_segmented_palette_is_expanded(write_dicom):
    path = write_dicom(np.array([[0, 1], [2, 4]], np.uint8), PhotometricInterpretation="PALETTE COLOR")
    ramp = words(0, 1, 0x1000, 1, 4, 0x5000)
    with_values(path, **palette("Segmented", [ramp, ramp, words(0, 5, 0, 0, 0, 0, 0xFF00)], 5, 0, 16))
    assert frames(path)[0].reshape(-1, 3).tolist() == [
        [0x1000, 0x1000, 0],
        [0x2000, 0x2000, 0],
        [0x3000, 0x3000, 0],
        [0x5000, 0x5000, 0xFF00],
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"RedPaletteColorLookupTableDescriptor": [5, 0, 16]}, "Red palette holds 4 entries, expected 5"),
        ({"BluePaletteColorLookupTableDescriptor": [2, 0]}, "without a Blue Palette Color Lookup Table Descriptor"),
    ],
)
def test_a_palette_that_is_not_there_is_named(write_dicom, changes, reason):
    path = write_dicom(INDICES, PhotometricInterpretation="PALETTE COLOR")
    with_values(path, **(palette("", [words(1, 2)] * 3, 2, 5, 16) | changes))
    with pytest.raises(ReadError, match=reason):
        frames(path)


def test_a_damaged_segmented_palette_is_named(write_dicom):
    path = write_dicom(INDICES, PhotometricInterpretation="PALETTE COLOR")
    with_values(path, **palette("Segmented", [words(7, 1, 1)] * 3, 2, 5, 16))
    with pytest.raises(ReadError, match="segmented Red palette is damaged: a segment of kind 7"):
        frames(path)


def test_eight_bit_palettes_in_big_endian_words(write_dicom):
    path = write_dicom(INDICES, PhotometricInterpretation="PALETTE COLOR")
    with_values(path, **palette("", [bytes([2, 1]), bytes([4, 3]), bytes([250, 5])], 2, 5, 8))
    data = dcmread(path)
    list(data.iterall())
    data.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    dcmwrite(path, data, little_endian=False, implicit_vr=False)
    assert frames(path).tolist() == [[[[1, 3, 5], [1, 3, 5]], [[2, 4, 250], [2, 4, 250]]]]


def test_a_supplemental_palette_leaves_grey_values_alone(write_dicom):
    path = write_dicom(np.array([[3, 700]], np.uint16))
    with_values(path, **palette("", [words(1, 2)] * 3, 2, 600, 16))
    assert frames(path).tolist() == [[[3, 700]]]


RED, GREY = (76, 85, 255), (128, 128, 128)
"""Luminance and chrominance of pure red and of a middle grey, full range (ITU-R BT.601)."""


@pytest.mark.parametrize("kind", ["native", "rle", "jpeg-ls", "jpeg 2000", "deflated"])
def test_luminance_and_chrominance_become_red_and_grey_however_they_are_stored(write_dicom, kind):
    pixels = np.array([[RED, GREY], [GREY, RED]], np.uint8)
    path = write_dicom(pixels.reshape(2, 6), Columns=2, **(COLOUR | {"PhotometricInterpretation": "YBR_FULL"}))
    if kind == "rle":
        planes = [imagecodecs.packbits_encode(pixels[..., n].tobytes()) for n in range(3)]
        starts = np.cumsum([64, *map(len, planes)])
        header = np.array([3, *starts[:3], *[0] * 12], "<u4").tobytes()
        with_streams(path, [header + b"".join(planes)], "1.2.840.10008.1.2.5")
    elif kind == "jpeg-ls":
        with_streams(path, [imagecodecs.jpegls_encode(pixels)], JPEG_LS)
    elif kind == "jpeg 2000":
        with_streams(path, [imagecodecs.jpeg2k_encode(pixels, level=0, mct=False)], "1.2.840.10008.1.2.4.90")
    elif kind == "deflated":
        packer = zlib.compressobj(wbits=-15)
        with_streams(path, [packer.compress(pixels.tobytes()) + packer.flush()], "1.2.840.10008.1.2.8.1")
    red, grey = [254, 0, 0], [128, 128, 128]
    assert frames(path).tolist() == [[[red, grey], [grey, red]]]


@pytest.mark.parametrize("coded", [False, True])
@pytest.mark.parametrize(("stored", "value"), [(16, 0xABCD), (12, 0xABC), (10, 0x2AF)])
def test_colour_of_more_than_eight_bits_keeps_them(write_dicom, coded, stored, value):
    pixels = np.full((4, 4, 3), value, np.uint16)
    path = write_dicom(pixels.reshape(4, 12), Columns=4, BitsStored=stored, HighBit=stored - 1, **COLOUR)
    if coded:
        stream = imagecodecs.jpeg2k_encode(pixels, level=0, bitspersample=stored)
        with_streams(path, [stream], "1.2.840.10008.1.2.4.90")
    found = frames(path)
    assert found.dtype == np.uint16 and (found == value).all()


@pytest.mark.parametrize(("stream_bits", "stored", "value"), [(8, 16, 200 << 8), (8, 12, 200 << 4), (12, 10, 200 << 2)])
def test_colour_of_a_stream_with_other_bits_is_as_bright_as_the_header_means(write_dicom, stream_bits, stored, value):
    pixels = np.full((4, 4, 3), 200 << (stream_bits - 8), np.uint8 if stream_bits == 8 else np.uint16)
    path = write_dicom(np.zeros((4, 12), np.uint16), Columns=4, BitsStored=stored, HighBit=stored - 1, **COLOUR)
    stream = imagecodecs.jpeg2k_encode(pixels, level=0, bitspersample=stream_bits)
    assert (frames(with_streams(path, [stream], "1.2.840.10008.1.2.4.91")) == value).all()


@pytest.mark.parametrize("planar", [0, 1])
def test_deflated_frames_have_the_order_of_native_ones(write_dicom, planar):
    pixels = np.array([10, 20, 30, 11, 21, 31] if not planar else [10, 11, 20, 21, 30, 31], np.uint8)
    path = write_dicom(pixels.reshape(1, 6), Columns=2, **(COLOUR | {"PlanarConfiguration": planar}))
    packer = zlib.compressobj(wbits=-15)
    with_streams(path, [packer.compress(pixels.tobytes()) + packer.flush()], "1.2.840.10008.1.2.8.1")
    assert frames(path).tolist() == [[[[10, 20, 30], [11, 21, 31]]]]


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"])
def test_streams_without_a_sign_hold_signed_values(write_dicom, syntax, signed):
    values = np.array([[-1000, -1], [0, 1000]] if signed else [[1000, 1], [0, 4095]], np.int16)
    cells = values.view(np.uint16) & 0x0FFF
    encode = {
        "57": lambda p: imagecodecs.jpeg8_encode(p, lossless=True, bitspersample=12),
        "80": imagecodecs.jpegls_encode,
        "90": lambda p: imagecodecs.jpeg2k_encode(p, level=0, bitspersample=12),
    }[syntax[-2:]]
    path = write_dicom(cells, BitsStored=12, HighBit=11, PixelRepresentation=int(signed))
    assert np.array_equal(frames(with_streams(path, [encode(cells)], syntax))[0], values)


@pytest.mark.parametrize("table", [True, False])
@pytest.mark.parametrize("per_frame", [1, 2])
def test_fragments_of_rle_frames_are_told_apart(write_dicom, table, per_frame):
    pixels = np.random.default_rng(1).integers(0, 9999, (3, 16, 16)).astype(np.uint16)
    streams: list[bytes] = []
    for frame in pixels:
        planes = [imagecodecs.packbits_encode((frame >> shift).astype(np.uint8).tobytes()) for shift in (8, 0)]
        header = np.array([2, 64, 64 + len(planes[0]), *[0] * 13], "<u4").tobytes()
        streams.append(header + b"".join(planes))
    path = with_streams(write_dicom(pixels), streams, "1.2.840.10008.1.2.5", per_frame)
    if not table:
        data = dcmread(path)
        data.PixelData = encapsulate(streams, fragments_per_frame=per_frame, has_bot=False)
        data.save_as(path)
    assert np.array_equal(frames(path), pixels)


@pytest.mark.parametrize("shift", [0, 2])
def test_an_extended_offset_table_is_followed_where_it_fits_and_else_told(write_dicom, shift):
    pixels = np.random.default_rng(2).integers(0, 255, (3, 8, 8)).astype(np.uint8)
    streams = [bytes(imagecodecs.jpegls_encode(each)) for each in pixels]
    path = with_streams(write_dicom(pixels), streams, JPEG_LS)
    data = dcmread(path)
    data.PixelData, offsets, data.ExtendedOffsetTableLengths = encapsulate_extended(streams)
    data.ExtendedOffsetTable = (np.frombuffer(offsets, "<u8") + shift).astype("<u8").tobytes()
    data.save_as(path)
    with frames_of(read_header(path)) as reader:
        assert np.array_equal([reader.stored(index) for index in (2, 0, 1)], pixels[[2, 0, 1]])
        said = list(reader.repairs)
    assert said == ["the table of frame offsets does not fit the coded frames: found without it"] * (shift > 0)


def test_a_frame_that_is_not_there_is_named(write_dicom):
    pixels = np.zeros((2, 4, 4), np.uint8)
    stream = imagecodecs.jpegls_encode(pixels[0])
    path = with_streams(write_dicom(pixels), [stream, stream[: len(stream) // 2]], JPEG_LS)
    with pytest.raises(ReadError, match=r"frame 2 \(JPEG-LS Lossless Image Compression\)"):
        frames(path)


def test_fragments_under_a_written_length_are_found(write_dicom):
    pixels = np.arange(64, dtype=np.uint8).reshape(8, 8)
    path = with_streams(write_dicom(pixels), [imagecodecs.jpegls_encode(pixels)], JPEG_LS)
    whole = path.read_bytes()
    start = whole.index(b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff")
    value = whole[start + 12 : -8]  # without the delimiter, which only an undefined length needs
    path.write_bytes(
        whole[: start + 8] + len(value).to_bytes(4, "little") + value + b"\xfc\xff\xfc\xffOB\0\0" + bytes(4)
    )
    assert np.array_equal(frames(path)[0], pixels)
