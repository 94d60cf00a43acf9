"""Heads of coded streams, read from real streams and from bytes written out by hand."""

import imagecodecs
import numpy as np
import pytest

from imaging.formats.dicom.codestreams import StreamError, jpeg2000_header, jpeg_header, jpegxl_size

SOF = bytes.fromhex("ffc0 0011 08 0010 0020 03 01 22 00 02 11 01 03 11 01")
SOS = bytes.fromhex("ffda 000c 03 01 00 02 11 03 11 00 3f 00")


def test_a_jpeg_head_by_hand():
    found = jpeg_header(b"\xff\xd8" + SOF + SOS + b"coded")
    assert (found.rows, found.columns, found.samples, found.bits) == (16, 32, 3, 8)
    assert found.process == 0xC0 and not found.is_lossless and not found.is_progressive
    assert found.is_subsampled and found.components[::2] == b"\1\2\3"
    assert found.scanned == 3 and found.scan == 2 + len(SOF) + len(SOS)


@pytest.mark.parametrize(
    "before",
    [
        b"\xff\xff\xff",  # fill bytes before a marker
        b"\xff\xe1\0\x0b" + b"\xff\xd8\xff\xc0\xff\xd9\0\0\0",  # a thumbnail's markers within an application segment
        b"\xff\xfe\0\2",  # an empty comment
    ],
)
def test_what_stands_before_the_frame_header_is_passed_over(before: bytes):
    found = jpeg_header(b"\xff\xd8" + before + SOF + SOS)
    assert (found.rows, found.columns) == (16, 32)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\0" * 100, b"\xff\xd8" + SOF, b"\xff\xd8" + SOS, b"\xff" * 64])
def test_no_jpeg_head_is_an_error(data: bytes):
    with pytest.raises(StreamError):
        jpeg_header(data)


@pytest.mark.parametrize("mct", [True, False])
def test_a_jpeg_2000_head_of_a_real_stream(mct: bool):
    pixels = np.zeros((12, 34, 3), np.uint8)
    found = jpeg2000_header(imagecodecs.jpeg2k_encode(pixels, level=0, mct=mct))
    assert (found.rows, found.columns, found.samples, found.bits) == (12, 34, 3, 8)
    assert found.is_transformed is mct


def test_jpeg_2000_components_of_unlike_size_are_an_error():
    data = bytearray(imagecodecs.jpeg2k_encode(np.zeros((12, 34, 3), np.uint8), level=0, codecformat="j2k"))
    data[46] = 2  # XRsiz of the second component
    with pytest.raises(StreamError, match="unlike size"):
        jpeg2000_header(bytes(data))


@pytest.mark.parametrize("shape", [(8, 8), (256, 256), (100, 37), (512, 768), (480, 640), (1, 3000), (1080, 1920)])
@pytest.mark.parametrize("boxed", [False, True])
def test_a_jpeg_xl_size_of_a_real_stream(shape: tuple[int, int], boxed: bool):
    data = imagecodecs.jpegxl_encode(np.zeros((*shape, 3), np.uint8), effort=1, usecontainer=boxed)
    assert jpegxl_size(data) == shape


@pytest.mark.parametrize("data", [b"", b"\xff\x0b123", b"jxlc", b"jxlp1234\0\0"])
def test_no_jpeg_xl_stream_is_an_error(data: bytes):
    with pytest.raises(StreamError):
        jpegxl_size(data)
