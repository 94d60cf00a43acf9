"""Stored values of every image in pydicom's wheel against pydicom's own decoders."""

from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from pydicom import dcmread
from pydicom.pixels import apply_color_lut, pixel_array

from imaging.errors import ReadError
from imaging.formats.dicom.header import read_header
from imaging.formats.dicom.pixels import frames_of

FOLDER = Path(pydicom.data.__file__).parent / "test_files"

EXACT = [
    "693_J2KI.dcm",
    "CT_small.dcm",
    "ExplVR_BigEnd.dcm",
    "J2K_pixelrep_mismatch.dcm",
    "JPEG2000.dcm",
    "MR_small.dcm",
    "MR_small_RLE.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_expb.dcm",
    "MR_small_implicit.dcm",
    "MR_small_jp2klossless.dcm",
    "SC_rgb_rle.dcm",
    "SC_rgb_rle_16bit.dcm",
    "SC_rgb_rle_16bit_2frame.dcm",
    "SC_rgb_rle_2frame.dcm",
    "SC_rgb_rle_32bit.dcm",
    "SC_rgb_rle_32bit_2frame.dcm",
    "SC_rgb_small_odd.dcm",
    "SC_rgb_small_odd_big_endian.dcm",
    "SC_ybr_full_422_uncompressed.dcm",
    "examples_jpeg2k.dcm",
    "examples_overlay.dcm",
    "examples_palette.dcm",
    "examples_rgb_color.dcm",
    "image_dfl.dcm",
    "liver_1frame.dcm",
    "liver_expb_1frame.dcm",
    "rtdose.dcm",
    "rtdose_1frame.dcm",
    "rtdose_expb.dcm",
    "rtdose_expb_1frame.dcm",
    "rtdose_rle.dcm",
    "rtdose_rle_1frame.dcm",
]

LOSSY_COLOUR = [
    "SC_jpeg_no_color_transform.dcm",
    "SC_jpeg_no_color_transform_2.dcm",
    "SC_rgb_dcmtk_+eb+cr.dcm",
    "SC_rgb_dcmtk_+eb+cy+n1.dcm",
    "SC_rgb_dcmtk_+eb+cy+n2.dcm",
    "SC_rgb_dcmtk_+eb+cy+np.dcm",
    "SC_rgb_dcmtk_+eb+cy+s2.dcm",
    "SC_rgb_dcmtk_+eb+cy+s4.dcm",
    "SC_rgb_gdcm_KY.dcm",
    "SC_rgb_jpeg_app14_dcmd.dcm",
    "SC_rgb_jpeg_dcmd.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
    "SC_rgb_jpeg_lossy_gdcm.dcm",
    "SC_rgb_small_odd_jpeg.dcm",
    "examples_ybr_color.dcm",
]

BARS = {
    # Rows of grey bars and their values, within the bound of their near-lossless streams.
    "JPEGLSNearLossless_08.dcm": [(0, 255), (7, 127), (12, 64), (17, 32), (22, 16), (27, 4), (40, 0)],
    "JPEGLSNearLossless_16.dcm": [(2, 65535), (7, 32767), (12, 16384), (17, 4096), (22, 1024), (27, 256), (47, 0)],
}

REFUSED = {
    "MR_truncated.dcm": "found 8130 bytes of pixels, expected 8192",
    "JPEG2000-embedded-sequence-delimiter.dcm": "the stream holds .* pixels, expected 1024 x 256",
}


def ours(name: str) -> np.ndarray:
    with frames_of(read_header(FOLDER / name)) as reader:
        return np.stack([reader.stored(index) for index in range(reader.format.frames)])


def theirs(name: str) -> np.ndarray:
    """pydicom's values, through the palette where there is one."""
    data = dcmread(FOLDER / name)
    found = pixel_array(data)
    return apply_color_lut(found, data) if data.PhotometricInterpretation == "PALETTE COLOR" else found


@pytest.mark.parametrize("name", EXACT)
def test_lossless_and_native_files_equal_pydicom(name: str):
    found = ours(name)
    assert np.array_equal(found, theirs(name).reshape(found.shape))


@pytest.mark.parametrize("name", LOSSY_COLOUR)
def test_lossy_colour_equals_pydicom_within_rounding(name: str):
    found = ours(name)
    assert np.abs(found.astype(int) - theirs(name).reshape(found.shape)).max() <= 1


@pytest.mark.parametrize("name", list(BARS))
def test_near_lossless_bars(name: str):
    found = ours(name)[0].astype(int)
    assert (found == found[:, :1]).all()
    assert all(abs(found[row, 0] - value) <= 2 for row, value in BARS[name])


@pytest.mark.parametrize(
    ("name", "bound"),
    [("SC_rgb_jls_lossy_line.dcm", 2), ("SC_rgb_jls_lossy_sample.dcm", 2), ("SC_rgb_jpeg_gdcm.dcm", 0)],
)
def test_other_codings_of_one_image_show_that_image(name: str, bound: int):
    assert np.abs(ours(name).astype(int) - ours("SC_rgb_rle.dcm")).max() == bound


@pytest.mark.parametrize("name", list(REFUSED))
def test_damaged_files_are_refused(name: str):
    with pytest.raises(ReadError, match=REFUSED[name]):
        ours(name)
