"""Small pictures: the middle slice, in its true proportions, from the cache while the files are the same."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from imaging.errors import ReadError
from imaging.formats.reading import open_study
from imaging.geometry import Calibration, Geometry
from imaging.phantom import PhantomStudy
from imaging.progress import silent
from imaging.sandbox import Sandbox
from imaging.study import Series
from imaging.volume import Volume, Window
from viewer.jobs.thumbnails import SIDE_PX, picture, thumbnail


def volume(array: np.ndarray, spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0), **more: object) -> Volume:
    geometry = Geometry(array.shape[:3], spacing_mm, calibration=Calibration.PATIENT)
    return Volume(array, geometry, "volume", **more)  # pyright: ignore[reportArgumentType]


def grey_at(image: QImage, x: int, y: int) -> int:
    return image.pixelColor(x, y).red()


def test_the_window_of_the_file_goes_from_black_to_white() -> None:
    array = np.zeros((1, 10, 10), np.int16)
    array[0, :, 5:] = 100
    image = picture(volume(array, windows=(Window(50, 100),)), 0)
    assert (image.width(), image.height()) == (SIDE_PX, SIDE_PX)
    assert grey_at(image, 5, 50) == 0 and grey_at(image, 90, 50) == 255
    inverted = picture(volume(array.copy(), windows=(Window(50, 100),), inverted=True), 0)
    assert grey_at(inverted, 5, 50) == 255


@pytest.mark.parametrize(
    ("shape", "spacing_mm", "size"),
    [
        ((1, 10, 20), (1.0, 1.0, 1.0), (96, 48)),
        ((1, 10, 20), (1.0, 4.0, 1.0), (48, 96)),
        ((1, 1, 500), (1.0,) * 3, (96, 1)),
    ],
)
def test_the_proportions_are_those_of_the_patient(shape, spacing_mm, size) -> None:
    image = picture(volume(np.zeros(shape, np.uint8), spacing_mm), 0)
    assert (image.width(), image.height()) == size


def test_colours_are_kept() -> None:
    array = np.zeros((1, 8, 8, 3), np.uint8)
    array[..., 1] = 200
    assert picture(volume(array), 0).pixelColor(40, 40).getRgb()[:3] == (0, 200, 0)


def test_one_file_of_a_series_is_enough_and_the_cache_answers_the_second_time(
    phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    ct = next(series for series in open_study(phantom_study.study).series if series.modality == "CT")
    with Sandbox() as sandbox:
        path = thumbnail(ct, tmp_path, sandbox, silent)
        whole = sandbox.load_volume(ct)
    expected = picture(whole, len(whole.array) // 2)
    made = QImage(str(path)).convertToFormat(expected.format())
    assert made == expected, "the middle slice as it looks in the whole"
    closed = Sandbox()
    closed.close()
    assert thumbnail(ct, tmp_path, closed, silent) == path, "nothing is read"


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = Series("1", "image", "DICOM", (tmp_path / "gone.dcm",), (1, 4, 4))
    closed = Sandbox()
    closed.close()
    with pytest.raises(ReadError, match="No such file"):
        thumbnail(gone, tmp_path, closed, silent)
