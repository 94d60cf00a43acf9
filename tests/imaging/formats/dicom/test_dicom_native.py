"""The quick way for uncompressed frames gives what the long way gives; what is kept of a file is forgotten with it."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.pixels import apply_rescale, pixel_array

from imaging.formats.dicom.header import read_header
from imaging.formats.reading import load_volume, open_study
from imaging.stored_planes import StoredPlanes


@pytest.mark.parametrize("signed", [0, 1])
@pytest.mark.parametrize("bits", [10, 12, 15, 16])
@pytest.mark.parametrize("intercept", [0, -1024, 30_000])
def test_values_are_pydicoms(write_dicom, signed: int, bits: int, intercept: int) -> None:
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    values = np.linspace(low, high, 5 * 7).round().astype(np.int32).reshape(5, 7)
    stored = (values & ((1 << bits) - 1)).astype(np.uint16)
    path: Path = write_dicom(
        stored,
        BitsStored=bits,
        HighBit=bits - 1,
        PixelRepresentation=signed,
        RescaleSlope=1,
        RescaleIntercept=intercept,
    )
    volume = load_volume(open_study(path).series[0])
    assert np.array_equal(volume.array[0], values + intercept)
    data = dcmread(path)
    assert np.array_equal(volume.array[0], apply_rescale(pixel_array(data), data))


def test_bits_that_are_not_stored_are_left_out(write_dicom) -> None:
    stored = np.array([[0xF123, 0x0FFF], [0x8000, 0x1001]], np.uint16)
    path = write_dicom(stored, BitsStored=12, HighBit=11, RescaleSlope=1, RescaleIntercept=-1024)
    assert load_volume(open_study(path).series[0]).array[0].tolist() == [[-733, 3071], [-1024, -1023]]


@pytest.mark.parametrize("stored", [np.uint8, np.uint16, np.int16])
def test_values_without_a_rescale_keep_their_type(write_dicom, stored: type[np.integer]) -> None:
    ends = np.iinfo(stored)
    values = np.array([[ends.min, ends.max], [1, 0]], stored)
    path = write_dicom(values, PixelRepresentation=int(ends.min < 0))
    loaded = load_volume(open_study(path).series[0]).array
    assert loaded.dtype == stored
    assert np.array_equal(loaded[0], values)


@pytest.mark.parametrize(
    ("stored", "intercept", "expected"),
    [
        (np.array([[-32768, 5]], np.int16), -1024, [[-33792, -1019]]),
        (np.array([[33_792, 0]], np.uint16), -1024, [[32_768, -1024]]),
        (np.array([[65_535, 0]], np.uint16), -40_000, [[25_535, -40_000]]),
        (np.array([[32_767, 0]], np.int16), 1, [[32_768, 1]]),
    ],
)
def test_a_value_that_does_not_fit_widens_the_whole(
    write_dicom, stored: NDArray[np.integer], intercept: int, expected: list[list[int]]
) -> None:
    signed = int(stored.dtype.kind == "i")
    path = write_dicom(stored, PixelRepresentation=signed, RescaleSlope=1, RescaleIntercept=intercept)
    loaded = load_volume(open_study(path).series[0]).array
    assert loaded.dtype == np.int32
    assert loaded[0].tolist() == expected


def test_a_large_intercept_wraps_no_value_that_fits(write_dicom) -> None:
    path = write_dicom(np.array([[65_535, 40_000]], np.uint16), RescaleSlope=1, RescaleIntercept=-40_000)
    loaded = load_volume(open_study(path).series[0]).array
    assert loaded.dtype == np.int16
    assert loaded[0].tolist() == [[25_535, 0]]


def test_the_quick_way_is_taken_for_every_ordinary_ct_and_not_for_a_slope(
    write_dicom, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    read_into = StoredPlanes.read_into
    monkeypatch.setattr(StoredPlanes, "read_into", lambda *what: (taken.append(1), read_into(*what)))
    for n, bits in enumerate((12, 16)):
        ct = write_dicom(np.ones((4, 4), np.uint16), BitsStored=bits, HighBit=bits - 1, RescaleIntercept=-1024)
        load_volume(open_study(ct).series[0])
        assert len(taken) == n + 1
    scaled = write_dicom(np.ones((4, 4), np.uint16), BitsStored=12, HighBit=11, RescaleSlope=2, RescaleIntercept=0)
    load_volume(open_study(scaled).series[0])
    assert len(taken) == 2


def test_a_changed_file_is_read_anew_although_size_and_time_are_the_same(write_dicom) -> None:
    path: Path = write_dicom(np.full((4, 4), 7, np.uint16), RescaleSlope=1, RescaleIntercept=-1000)
    first = read_header(path)
    assert read_header(path) is first
    before = path.stat()
    data = path.read_bytes()
    assert data.count(b"-1000") == 1
    path.write_bytes(data.replace(b"-1000", b"-1001"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size and path.stat().st_mtime_ns == before.st_mtime_ns
    assert load_volume(open_study(path).series[0]).array[0, 0, 0] == 7 - 1001
