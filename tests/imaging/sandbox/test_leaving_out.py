"""A damaged coded frame costs its file, and not the series it lies in."""

from collections.abc import Callable, Generator
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import CTImageStorage, JPEGLSLossless, generate_uid

from imaging.errors import ReadError
from imaging.sandbox import Sandbox
from imaging.sandbox.leaving_out import MOST_LEFT_OUT, can_leave_out, load_readable
from imaging.study import Series

WriteSeries = Callable[..., list[Path]]


@pytest.fixture(scope="module")
def sandbox() -> Generator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture
def write_series(tmp_path: Path) -> WriteSeries:
    """Write JPEG-LS slices whose pixels are their number, 2 mm apart; the streams of some end after 20 bytes."""

    def write(count: int, damaged: set[int]) -> list[Path]:
        return [_write(tmp_path / f"{k:02d}.dcm", k, k in damaged) for k in range(count)]

    return write


def _write(path: Path, k: int, is_damaged: bool) -> Path:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = JPEGLSLossless
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, generate_uid()
    data.Modality, data.SeriesInstanceUID, data.StudyInstanceUID = "CT", "1.2.3.4", "1.2.3"
    data.Rows, data.Columns, data.SamplesPerPixel, data.PhotometricInterpretation = 4, 5, 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit, data.PixelRepresentation, data.InstanceNumber = 15, 0, k + 1
    data.ImagePositionPatient, data.ImageOrientationPatient = [0, 0, 2 * k], [1, 0, 0, 0, 1, 0]
    data.PixelSpacing = [1, 1]
    stream = bytes(imagecodecs.jpegls_encode(np.full((4, 5), k, np.uint16)))
    data.PixelData = encapsulate([stream[:20] if is_damaged else stream])
    data["PixelData"].VR = "OB"
    data.save_as(path, enforce_file_format=True)
    return path


def only_series(sandbox: Sandbox, folder: Path) -> Series:
    (series,) = sandbox.open_study(folder).series
    return series


def test_the_other_slices_keep_their_values_and_places(sandbox: Sandbox, write_series: WriteSeries):
    files = write_series(6, {2})
    series = only_series(sandbox, files[0].parent)
    ((found, volume),), refused = load_readable(sandbox, series)
    assert [one.file for one in refused] == [files[2]] and "frame 1 (JPEG-LS" in refused[0].reason
    assert found.uid == series.uid and files[2] not in found.files
    assert volume.array[:, 0, 0].tolist() == [0, 1, 3, 4, 5]
    assert [each.origin_lps[2] for each in volume.slice_geometries] == [0, 2, 6, 8, 10]
    assert any(words.startswith("02.dcm was left out: frame 1") for words in found.warnings)
    assert any("1 slice is missing between 2 and 3" in words for words in found.warnings)


def test_the_last_slice_left_out_leaves_a_volume(sandbox: Sandbox, write_series: WriteSeries):
    series = only_series(sandbox, write_series(5, {3, 4})[0].parent)
    ((found, volume),), refused = load_readable(sandbox, series)
    assert volume.kind == "volume" and volume.array[:, 0, 0].tolist() == [0, 1, 2]
    assert len(refused) == 2 and sum("was left out" in words for words in found.warnings) == 2


def test_a_sound_series_is_as_it_was(sandbox: Sandbox, write_series: WriteSeries):
    series = only_series(sandbox, write_series(4, set())[0].parent)
    ((found, volume),), refused = load_readable(sandbox, series)
    assert found == series and not refused and volume.kind == "volume"


def test_a_series_of_damaged_files_is_refused(sandbox: Sandbox, write_series: WriteSeries):
    count = MOST_LEFT_OUT + 3
    series = only_series(sandbox, write_series(count, set(range(count)))[0].parent)
    with pytest.raises(ReadError, match="frame 1"):
        load_readable(sandbox, series)


def test_what_blames_no_single_file_of_several_leaves_nothing_out(sandbox: Sandbox, write_series: WriteSeries):
    files = write_series(3, set())
    series = only_series(sandbox, files[0].parent)
    assert can_leave_out(series, ReadError(files[1], "damaged"))
    assert not can_leave_out(series, ReadError(files[1].with_name("other"), "damaged"))
    assert not can_leave_out(series, OSError())
    stopped = ReadError(files[0], "the reader did not answer")
    stopped.__cause__ = RuntimeError("who was it")
    assert not can_leave_out(series, stopped)
