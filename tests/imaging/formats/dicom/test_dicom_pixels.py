"""Pixels of real files against pydicom's own decoders, and bit patterns worked out by hand."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.pixels import apply_color_lut
from pydicom.uid import RLELossless

from imaging.errors import ReadError, Truncated
from imaging.formats import reading
from imaging.volume import Volume

Bundled = Callable[[str], Path]


def load(path: Path) -> Volume:
    study = reading.open_study(path)
    assert study.series, study.refused
    return reading.load_volume(study.series[0])


@pytest.mark.parametrize(
    "name",
    [
        "CT_small.dcm",
        "MR_small.dcm",
        "MR_small_RLE.dcm",
        "MR_small_bigendian.dcm",
        "MR_small_implicit.dcm",
        "image_dfl.dcm",
        "rtdose.dcm",
        "rtdose_rle.dcm",
        "liver_1frame.dcm",
    ],
)
def test_native_rle_deflated_and_bit_pixels_equal_pydicom(bundled: Bundled, name: str):
    path = bundled(name)
    data = dcmread(path)
    expected = data.pixel_array.reshape(-1, data.Rows, data.Columns)
    expected = expected * int(data.get("RescaleSlope", 1)) + int(data.get("RescaleIntercept", 0))
    assert np.array_equal(load(path).array, expected)


@pytest.mark.parametrize("name", ["MR_small_jpeg_ls_lossless.dcm", "MR_small_jp2klossless.dcm"])
def test_lossless_streams_hold_the_pixels_they_were_made_from(bundled: Bundled, name: str):
    assert np.array_equal(load(bundled(name)).array[0], dcmread(bundled("MR_small.dcm")).pixel_array)


@pytest.mark.parametrize(
    "name",
    [
        "JPEG2000.dcm",
        "J2K_pixelrep_mismatch.dcm",
        "examples_jpeg2k.dcm",
        "SC_rgb_small_odd_jpeg.dcm",
        "SC_rgb_jpeg_dcmd.dcm",
    ],
)
def test_jpeg_and_jpeg_2000_equal_pydicom_with_pillow(bundled: Bundled, name: str):
    data = dcmread(bundled(name))
    expected = data.pixel_array.astype(np.int32)
    if "RescaleIntercept" in data:
        expected = expected * int(data.RescaleSlope) + int(data.RescaleIntercept)
    assert np.array_equal(load(bundled(name)).array[0], expected)


def test_twelve_bit_jpeg_shows_the_scan_that_jpeg_2000_shows(bundled: Bundled):
    twelve, other = (load(bundled(name)).array.ravel() for name in ("JPGExtended.dcm", "JPEG2000.dcm"))
    assert twelve.max() == 264
    assert np.corrcoef(twelve, other)[0, 1] > 0.95


BARS = {5: (255, 0, 0), 15: (255, 128, 128), 25: (0, 255, 0), 45: (0, 0, 255), 65: (0, 0, 0), 95: (255, 255, 255)}
"""Row to colour of the bars in pydicom's secondary captures."""


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        ("SC_rgb_rle.dcm", 0),
        ("SC_rgb_rle_16bit.dcm", 1),
        ("SC_ybr_full_422_uncompressed.dcm", 5),
        ("SC_rgb_dcmtk_+eb+cr.dcm", 2),
        ("SC_rgb_dcmtk_+eb+cy+np.dcm", 5),
        ("SC_rgb_dcmtk_+eb+cy+s4.dcm", 5),
        ("SC_rgb_jpeg_dcmtk.dcm", 5),
        ("SC_rgb_jpeg_gdcm.dcm", 2),
        ("SC_rgb_gdcm_KY.dcm", 2),
    ],
)
def test_colour_comes_out_as_rgb_however_it_was_coded(bundled: Bundled, name: str, tolerance: int):
    volume = load(bundled(name))
    assert volume.is_colour and volume.plane(0).dtype == np.uint8
    found = {row: tuple(int(c) for c in volume.plane(0)[row, 50]) for row in BARS}
    assert all(np.abs(np.subtract(found[row], BARS[row])).max() <= tolerance for row in BARS), found


def test_palette_colours_equal_pydicom(bundled: Bundled):
    data = dcmread(bundled("examples_palette.dcm"))
    assert np.array_equal(load(bundled("examples_palette.dcm")).array[0], apply_color_lut(data.pixel_array, data))


def test_a_jpeg_colour_clip_plays_at_its_frame_time(bundled: Bundled):
    volume = load(bundled("examples_ybr_color.dcm"))
    data = dcmread(bundled("examples_ybr_color.dcm"), stop_before_pixels=True)
    assert volume.kind == "clip" and volume.array.shape == (30, 240, 320, 3)
    assert volume.frame_times_ms[:2] == (0.0, float(data.FrameTime))
    expected_mm = float(data.SequenceOfUltrasoundRegions[0].PhysicalDeltaX) * 10
    assert volume.geometry.spacing_mm[2] == pytest.approx(expected_mm)


@pytest.mark.parametrize(
    ("signed", "raw", "stored_bits", "high_bit", "expected"),
    [
        (0, 0xABC0, 12, 15, 0xABC),  # left-justified
        (0, 0xF123, 12, 11, 0x123),  # an overlay in the unused bits
        (1, 0x0FFF, 12, 11, -1),  # sign of the stored bits, not of the word
        (1, 0x0800, 12, 11, -2048),
        (1, 0x8000, 16, 15, -32768),
    ],
)
def test_stored_bits_by_hand(write_dicom, signed, raw, stored_bits, high_bit, expected):
    path = write_dicom(
        np.full((2, 2), raw, np.uint16), BitsStored=stored_bits, HighBit=high_bit, PixelRepresentation=signed
    )
    assert load(path).array.tolist() == [[[expected] * 2] * 2]


def test_monochrome1_is_marked_and_its_values_are_untouched(write_dicom):
    pixels = np.array([[0, 1], [2, 4095]], np.uint16)
    volume = load(write_dicom(pixels, PhotometricInterpretation="MONOCHROME1", Modality="DX"))
    assert volume.inverted and np.array_equal(volume.array[0], pixels)


def test_modality_lut_sequence_by_hand(write_dicom):
    from pydicom.dataset import Dataset

    lut = Dataset()
    lut.LUTDescriptor, lut.LUTData, lut.ModalityLUTType = [3, 10, 16], [7, 500, 65535], "US"
    lut["LUTDescriptor"].VR = lut["LUTData"].VR = "US"
    path = write_dicom(np.array([[0, 10], [11, 99]], np.uint16), ModalityLUTSequence=[lut], Modality="OT")
    assert load(path).array.tolist() == [[[7, 7], [500, 65535]]]


def test_planar_colour_by_hand(write_dicom):
    planes = np.stack([np.full((2, 2), value, np.uint8) for value in (10, 20, 30)])
    path = write_dicom(
        planes, Rows=2, Columns=2, NumberOfFrames=None, SamplesPerPixel=3, PhotometricInterpretation="RGB",
        PlanarConfiguration=1, Modality="OT",
    )  # fmt: skip
    assert load(path).array.reshape(-1, 3).tolist() == [[10, 20, 30]] * 4


def test_float_pixels_keep_their_values(write_dicom):
    path = write_dicom(np.zeros((2, 2), np.uint16), Modality="MR")
    data = dcmread(path)
    values = np.array([[0.5, -1.25], [3e5, 0]], "<f4")
    del data.PixelData
    data.BitsAllocated, data.FloatPixelData = 32, values.tobytes()
    del data.BitsStored, data.HighBit, data.PixelRepresentation
    data.save_as(path, enforce_file_format=True)
    assert np.array_equal(load(path).array[0], values)
    data.RescaleSlope, data.RescaleIntercept = 2, -5
    data.save_as(path)
    assert np.array_equal(load(path).array[0], values * 2 - 5)


def test_a_short_rle_frame_is_refused(write_dicom):
    path = write_dicom(np.arange(64, dtype=np.uint16).reshape(8, 8), Modality="MR")
    data = dcmread(path)
    data.compress(RLELossless, generate_instance_uid=False)
    data.Rows = 80
    data.save_as(path)
    with pytest.raises(ReadError, match="frame 1"):
        load(path)


def test_a_transfer_syntax_that_cannot_be_decoded_is_named(write_dicom):
    path = write_dicom(np.arange(64, dtype=np.uint16).reshape(8, 8))
    data = dcmread(path)
    data.compress(RLELossless, generate_instance_uid=False)
    data.save_as(path)
    path.write_bytes(path.read_bytes().replace(b"1.2.840.10008.1.2.5\0", b"1.2.840.10008.1.2.9\0"))
    study = reading.open_study(path)
    assert "1.2.840.10008.1.2.9" in study.refused[0].reason and "cannot be decoded" in study.refused[0].reason


@pytest.mark.parametrize("attributes", [{"Rows": 65535, "Columns": 65535}, {"NumberOfFrames": 2**31 - 1}])
def test_a_lie_about_the_size_is_refused_before_memory_is_taken(write_dicom, attributes):
    path = write_dicom(np.zeros((16, 16), np.uint16), **attributes)
    study = reading.open_study(path)
    assert "truncated: found 512 bytes of pixels, expected" in study.refused[0].reason


def test_truncated_is_an_error_of_its_own(bundled: Bundled):
    from imaging.formats.dicom.header import read_header
    from imaging.formats.dicom.pixel_format import pixel_format

    path = bundled("rtdose_1frame.dcm")
    kept = read_header(path)  # which other tests get too
    header = replace(kept, dataset=deepcopy(kept.dataset))
    header.dataset.Rows = 11
    with pytest.raises(Truncated, match="found 400 bytes of pixels, expected 440"):
        pixel_format(header)


def test_colour_at_half_width_needs_an_even_number_of_columns(write_dicom):
    path = write_dicom(
        np.zeros((2, 6), np.uint8), Columns=3, SamplesPerPixel=3, PhotometricInterpretation="YBR_FULL_422",
        PlanarConfiguration=0,
    )  # fmt: skip
    assert "3 columns: expected an even number" in reading.open_study(path).refused[0].reason


@pytest.mark.parametrize("photometric", ["YBR_RCT", "YBR_PARTIAL_420", "CMYK"])
def test_colours_that_native_pixels_cannot_have_are_refused(write_dicom, photometric):
    path = write_dicom(
        np.zeros((6, 2), np.uint8), Rows=2, SamplesPerPixel=3, PhotometricInterpretation=photometric,
        PlanarConfiguration=0,
    )  # fmt: skip
    assert f"photometric interpretation {photometric}" in reading.open_study(path).refused[0].reason


def test_lossless_jpeg_colour_is_not_transformed(write_dicom):
    import imagecodecs
    from pydicom.encaps import encapsulate
    from pydicom.uid import JPEGLosslessSV1

    pixels = np.random.default_rng(0).integers(0, 255, (8, 8, 3), np.uint8)
    path = write_dicom(
        np.zeros((8, 8), np.uint8), SamplesPerPixel=3, PhotometricInterpretation="RGB", PlanarConfiguration=0
    )
    data = dcmread(path)
    data.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    coded = imagecodecs.jpeg8_encode(pixels, lossless=True, colorspace="RGB", outcolorspace="RGB")
    data.PixelData = encapsulate([coded])
    data["PixelData"].is_undefined_length = True
    data.save_as(path)
    assert np.array_equal(load(path).array[0], pixels)
