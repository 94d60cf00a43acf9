"""A CT series from disk to a volume, beside the least that any program must do: read the pixels into one array."""

import os
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import (
    UID,
    CTImageStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from benchmarks.timing import Row, Seconds, compare, timed
from imaging.formats import reading
from imaging.formats.dicom import header
from imaging.sandbox import Sandbox
from imaging.study import Series
from imaging.volume import Volume

SIZE = 512
PIXEL_BYTES = 2 * SIZE * SIZE
REFERENCE = "preadv of the same bytes"


def loading(rounds: int) -> list[Row]:
    """Native CT series of 300 and 1,000 slices with their files in the page cache: listed, loaded, first looked at."""
    return [*_rows(300, rounds), *_rows(1000, rounds), *(_coded_row(codec, rounds) for codec in CODECS)]


def _rle(frame: NDArray[np.int16]) -> bytes:
    data = one_slice(0, frame)
    data.compress(RLELossless, encoding_plugin="pydicom")
    return next(generate_frames(data.PixelData, number_of_frames=1))


@dataclass(frozen=True)
class Codec:
    """A way to compress a frame, and the same library's way back."""

    name: str
    syntax: UID
    encode: Callable[[NDArray[np.int16]], bytes | bytearray]
    decode: Callable[[bytes], NDArray[Any]]


CODECS = (
    Codec(
        "JPEG lossless",
        JPEGLosslessSV1,
        lambda frame: imagecodecs.ljpeg_encode(frame.astype(np.uint16), bitspersample=12),
        imagecodecs.ljpeg_decode,
    ),
    Codec(
        "JPEG-LS",
        JPEGLSLossless,
        lambda frame: imagecodecs.jpegls_encode(frame.astype(np.uint16)),
        imagecodecs.jpegls_decode,
    ),
    Codec(
        "JPEG 2000",
        JPEG2000Lossless,
        lambda frame: imagecodecs.jpeg2k_encode(frame.astype(np.uint16), codecformat="j2k", reversible=True),
        imagecodecs.jpeg2k_decode,
    ),
    Codec(
        "RLE",
        RLELossless,
        _rle,
        lambda data: np.frombuffer(imagecodecs.dicomrle_decode(data, "<u2"), "<u2").reshape(SIZE, SIZE),
    ),
)


def _coded_row(codec: Codec, rounds: int, slices: int = 300) -> Row:
    """A compressed series beside the least that any program must do on all cores: read each file, decode its frame.

    Both put the frames into one new array: on a virtual machine whose host takes idle memory back, writing 157 MB of it
    for the first time was seen to take 320 ms instead of 11, half of what JPEG-LS needs to decode them. The note says
    what share of the codec's own speed is left, without files and with an array of its own, too.
    """
    frame = _smooth()
    data = bytes(codec.encode(frame))
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        files = [Path(name, f"{k:04d}.dcm") for k in range(slices)]
        for k, file in enumerate(files):
            one = one_slice(k, frame)
            one.file_meta.TransferSyntaxUID = codec.syntax
            one.PixelData = encapsulate([data])
            one["PixelData"].VR, one["PixelData"].is_undefined_length = "OB", True
            one.save_as(file, enforce_file_format=True)
        (series,) = reading.open_study(Path(name)).series
        load = timed(lambda: reading.load_volume(series))
        first = files[0].read_bytes()
        before_end = len(first) - first.index(data)
        least = timed(lambda: _decoded(pool, codec, slices, lambda k: _coded_bytes(files[k], before_end, len(data))))
        row = compare(f"load {codec.name}", load, "read, decoded by imagecodecs", least, rounds)
        alone_s = median(timed(lambda: _decoded(pool, codec, slices, lambda _: data))() for _ in range(rounds))
    share = 1000 * alone_s / row.ours_ms
    return replace(row, note=f"{slices} x {SIZE} x {SIZE}; {share:.2f} x the codec's own speed")


def _decoded(pool: ThreadPoolExecutor, codec: Codec, slices: int, coded: Callable[[int], bytes]) -> NDArray[np.uint16]:
    volume = np.empty((slices, SIZE, SIZE), np.uint16)

    def decode(k: int) -> None:
        volume[k] = codec.decode(coded(k))

    list(pool.map(decode, range(slices)))
    return volume


def _coded_bytes(file: Path, before_end: int, size: int) -> bytes:
    descriptor = os.open(file, os.O_RDONLY)
    data = os.pread(descriptor, size, os.fstat(descriptor).st_size - before_end)
    os.close(descriptor)
    return data


def _smooth() -> NDArray[np.int16]:
    """A frame with as much structure as a body has: gradients, edges and a little noise."""
    j, i = np.indices((SIZE, SIZE))
    body = 1000 * (np.hypot(j - SIZE / 2, i - SIZE / 2) < SIZE / 3) + j + 100 * np.sin(i / 20)
    return np.clip(body + np.random.default_rng(0).normal(100, 10, (SIZE, SIZE)), 0, 4095).astype(np.int16)


def _rows(slices: int, rounds: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as name, Sandbox() as sandbox:
        folder = Path(name)
        files = write_series(folder, slices)
        (series,) = reading.open_study(folder).series
        limit = timed(lambda: _read_pixels(files))
        size = f"{slices} x {SIZE} x {SIZE} int16"
        load = timed(lambda: reading.load_volume(series))
        loaded = compare("load a listed CT series", load, REFERENCE, limit, rounds, f"{size}; {_peak(series)}")
        listed = timed(lambda: _list_anew(folder))
        by_pydicom = compare("list it, headers only", listed, "pydicom header pass", _headers(files), rounds)
        whole, first = _in_sandbox(sandbox, folder)
        return [
            loaded,
            compare("  as the window does", whole, REFERENCE, limit, rounds, f"{size}, in the sandbox"),
            compare(
                "  its middle slice", _first_slice(series), "pydicom headers, middle", _middle(files), rounds, size
            ),
            compare("  as the window does", first, "pydicom headers, middle", _middle(files), rounds, size),
            replace(by_pydicom, note=f"{1000 * slices / by_pydicom.ours_ms:.0f} files/s"),
        ]


def _list_anew(folder: Path) -> None:
    """List without what is remembered of the last time."""
    header.forget()
    reading.open_study(folder)


def _in_sandbox(sandbox: Sandbox, folder: Path) -> tuple[Seconds, Seconds]:
    """Loads for somebody who looks on, until the last slice and until the first."""
    (series,) = sandbox.open_study(folder).series

    def until_first() -> float:
        eye, start = _Watcher(series.frames), time.perf_counter()
        sandbox.load_volume(series, arrival=eye)
        return eye.begun_s - start

    return timed(lambda: sandbox.load_volume(series, arrival=_Watcher(series.frames))), until_first


def _peak(series: Series) -> str:
    """Peak of what Python and NumPy allocate while loading, over the volume."""
    tracemalloc.start()
    volume = reading.load_volume(series)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return f"peak memory {peak / volume.array.nbytes:.2f} x the volume"


class _Watcher:
    """An arrival that looks at the middle slice.

    Attributes:
        begun_s: when it was there.
    """

    begun_s = 0.0

    def __init__(self, slices: int) -> None:
        self._slices = slices

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        return np.zeros(shape, dtype)

    def begun(self, volume: Volume) -> None:
        del volume
        self.begun_s = time.perf_counter()

    def wanted(self) -> int:
        return self._slices // 2

    def arrived(self, k: int) -> None:
        del k


class _FirstSlice(Exception):
    """The slice looked at is there."""


class _Eye(_Watcher):
    """One that wants no more."""

    def begun(self, volume: Volume) -> None:
        super().begun(volume)
        raise _FirstSlice


def _first_slice(series: Series) -> Seconds:
    def look() -> None:
        with suppress(_FirstSlice):
            reading.load_volume(series, arrival=_Eye(series.frames))

    return timed(look)


def _middle(files: list[Path]) -> Seconds:
    """What a viewer on pydicom does before it shows the middle slice: every header, then one file's pixels."""
    headers = _headers(files)

    def look() -> None:
        headers()
        _ = dcmread(files[len(files) // 2]).pixel_array

    return timed(look)


def _headers(files: list[Path]) -> Seconds:
    tags = ["SeriesInstanceUID", "InstanceNumber", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"]
    return timed(lambda: [dcmread(file, stop_before_pixels=True, specific_tags=list(tags)) for file in files])


def _read_pixels(files: list[Path]) -> NDArray[np.int16]:
    """The limit: pixels lie at the end of each file."""
    volume = np.empty((len(files), SIZE, SIZE), np.int16)
    for plane, file in zip(volume, files, strict=True):
        descriptor = os.open(file, os.O_RDONLY)
        os.preadv(descriptor, [plane.data], os.fstat(descriptor).st_size - PIXEL_BYTES)
        os.close(descriptor)
    return volume


def write_series(folder: Path, slices: int) -> list[Path]:
    """The files of a native CT series of noise, written to ``folder``."""
    noise = np.random.default_rng(0).integers(0, 2000, (SIZE, SIZE)).astype(np.int16)
    files = [folder / f"{k:04d}.dcm" for k in range(slices)]
    for k, file in enumerate(files):
        one_slice(k, np.roll(noise, k)).save_as(file, enforce_file_format=True)
    return files


def one_slice(k: int, pixels: NDArray[np.int16]) -> Dataset:
    """A CT slice as a scanner writes it, (rows, columns) 12-bit values, a millimetre above the one before."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = CTImageStorage
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = UID(f"2.25.7.{k + 1}")
    data.StudyInstanceUID, data.SeriesInstanceUID, data.FrameOfReferenceUID = "2.25.5", "2.25.6", "2.25.4"
    data.PatientID, data.Modality, data.InstanceNumber = "BENCHMARK", "CT", k + 1
    data.Rows, data.Columns = pixels.shape
    data.PixelSpacing, data.SliceThickness = [0.7, 0.7], 1.0
    data.ImagePositionPatient, data.ImageOrientationPatient = [0, 0, float(k)], [1, 0, 0, 0, 1, 0]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.RescaleSlope, data.RescaleIntercept = 1, -1024
    data.PixelData = pixels.astype("<i2").tobytes()
    return data
