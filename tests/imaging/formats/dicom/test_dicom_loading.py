"""Slices come in the order they are looked at, into one array, and the result is what a plain load gives."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from imaging.formats.reading import load_volume, open_study
from imaging.phantom import PhantomStudy
from imaging.progress import Cancelled
from imaging.volume import Volume


class Recorder:
    """An arrival that writes down what it is told, and looks at ``looks`` in turn."""

    def __init__(self, *looks: int) -> None:
        self.looks, self.arrays, self.volumes, self.slices = list(looks), [], [], []

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        self.arrays.append(np.zeros(shape, dtype))
        return self.arrays[-1]

    def begun(self, volume: Volume) -> None:
        self.volumes.append((volume, len(self.slices)))

    def wanted(self) -> int:
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]

    def arrived(self, k: int) -> None:
        self.slices.append(k)


def test_the_slice_looked_at_comes_first_then_its_neighbours(phantom_study: PhantomStudy) -> None:
    series = open_study(phantom_study.ct).series[0]
    recorder = Recorder(9)
    volume = load_volume(series, arrival=recorder)
    assert recorder.slices[0] == 9
    assert sorted(recorder.slices) == list(range(series.frames))
    assert sum(abs(k - 9) <= 8 for k in recorder.slices[:12]) >= 10, "near ones early, whichever thread is done first"
    assert recorder.slices.index(series.frames - 1) > series.frames // 2
    ((begun, before),) = recorder.volumes
    assert before == 0 and begun is volume
    assert np.shares_memory(volume.array, recorder.arrays[0]) and not volume.array.flags.writeable


def test_the_order_follows_the_eye(phantom_study: PhantomStudy) -> None:
    series = open_study(phantom_study.ct).series[0]
    last = series.frames - 1
    recorder = Recorder(0, 0, last)
    load_volume(series, arrival=recorder)
    assert recorder.slices[0] == 0 and last in recorder.slices[1:6]


@pytest.mark.parametrize("kind", ["ct", "xray", "ultrasound"])
def test_arriving_gives_what_loading_gives(phantom_study: PhantomStudy, kind: str) -> None:
    series = open_study(getattr(phantom_study, kind)).series[0]
    whole, piecewise = load_volume(series), load_volume(series, arrival=Recorder(0))
    assert np.array_equal(whole.array, piecewise.array) and whole.array.dtype == piecewise.array.dtype
    assert whole.windows == piecewise.windows and whole.geometry == piecewise.geometry


def test_a_header_that_promised_too_little_starts_again_with_a_wider_type(write_slices) -> None:
    files: list[Path] = write_slices(
        [(0, 0, 0), (0, 0, 2), (0, 0, 4)], RescaleSlope=1, RescaleIntercept=40_000, Modality="CT"
    )
    recorder = Recorder(1)
    volume = load_volume(open_study(files[0].parent).series[0], arrival=recorder)
    assert [array.dtype for array in recorder.arrays] == [np.int16, np.int32]
    assert volume.array.dtype == np.int32 and int(volume.array.min()) >= 40_000
    assert sorted(recorder.slices) == [0, 1, 2]


def test_a_cancelled_load_ends_with_its_threads(phantom_study: PhantomStudy) -> None:
    series = open_study(phantom_study.ct).series[0]
    recorder = Recorder(0)

    def stop(done: int, total: int, text: str) -> None:
        if done >= 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        load_volume(series, stop, recorder)
    assert 5 <= len(recorder.slices) < series.frames


def test_pictures_and_volumes_of_other_formats_arrive_too(phantom_study: PhantomStudy, tmp_path: Path) -> None:
    from imaging.formats import nifti

    volume = load_volume(open_study(phantom_study.ct).series[0])
    nifti.write(tmp_path / "a.nii.gz", volume.array, volume.geometry)
    recorder = Recorder(0)
    again = load_volume(open_study(tmp_path).series[0], arrival=recorder)
    assert np.array_equal(again.array, volume.array) and np.shares_memory(again.array, recorder.arrays[0])
    assert recorder.slices == list(range(len(volume.array)))
