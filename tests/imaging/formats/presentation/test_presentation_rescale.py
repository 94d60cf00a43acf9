"""The window of a presentation state whose values are not those of its image (PS3.3 C.11.1)."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut
from pydicom.sequence import Sequence as Items

from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.presentation.presentation import Presentation
from imaging.formats.presentation.reading import read_presentation
from imaging.formats.presentation.writing import write_presentation
from imaging.formats.reading import load_volume, open_study
from imaging.labelmap import Provenance
from imaging.measurement.ruler import Ground
from imaging.phantom import PhantomStudy
from imaging.study import Series
from imaging.volume import Window

MADE = Provenance("Doe Jane", datetime(2026, 2, 3, tzinfo=UTC))


@pytest.fixture
def read(phantom_study: PhantomStudy, tmp_path: Path):
    """Write a state of the phantom's CT, whose values are stored ones − 1024, with other attributes, and read it."""
    series = next(each for each in open_study(phantom_study.study).series if each.modality == "CT")
    ground = Ground(load_volume(series))
    path = tmp_path / "pr.dcm"
    write_presentation(
        Presentation(4, Window(40.0, 400.0)),
        (),
        ground,
        series,
        path,
        Provenance("Doe Jane", datetime(2026, 2, 3, tzinfo=UTC)),
    )

    def read(**attributes: object) -> Presentation:
        state = dcmread(path)
        assert (state.RescaleSlope, state.RescaleIntercept) == (1, -1024)
        for keyword, value in attributes.items():
            if value is None:
                delattr(state, keyword)
            else:
                setattr(state, keyword, value)
        state.save_as(path)
        return read_presentation(path, grid_of(ground.volume), series)

    return read


def test_a_window_for_the_values_of_the_image_is_taken_over(read):
    assert (read().window, read().warnings) == (Window(40.0, 400.0), ())


def test_a_window_for_stored_values_is_changed_to_fit(read):
    found = read(RescaleSlope=None, RescaleIntercept=None, RescaleType=None)
    assert found.window == Window(40.0 - 1024, 400.0)
    assert found.warnings == ("its window is for stored values × 1 + 0: changed to fit the values that are shown",)


def test_a_window_for_values_scaled_otherwise_is_changed_to_fit(read):
    """Stored = (40 - 10) / 2 = 15, which the image shows as 15 - 1024; 400 of the state are 200 of the image."""
    assert read(RescaleSlope=2, RescaleIntercept=10).window == Window(15.0 - 1024, 200.0)


def test_a_window_after_a_table_is_told(read):
    found = read(ModalityLUTSequence=Items([Dataset()]))
    assert "its window may not fit: values go through a table first" in found.warnings


@pytest.fixture(params=[(0, 0), (1, -300)], ids=["unsigned", "signed"])
def tabled(request: pytest.FixtureRequest, phantom_study: PhantomStudy, tmp_path: Path) -> tuple[Series, Ground]:
    """Three slices of the CT whose stored values go through a table of 40,000 entries; the last has another one."""
    sign, first = request.param
    ct = next(each for each in open_study(phantom_study.study).series if each.modality == "CT")
    (tmp_path / "in").mkdir()
    for n, path in enumerate(ct.files[:3]):
        data = dcmread(path)
        for keyword in ("RescaleSlope", "RescaleIntercept", "RescaleType"):
            delattr(data, keyword)
        data.Modality, data.PixelRepresentation = "MG", sign
        lut = Dataset()
        lut.add_new("LUTDescriptor", "SS" if sign else "US", [40_000, first, 16])
        lut.add_new("LUTData", "OW", (np.arange(40_000, dtype="<u2") // 2 + (n == 2)).tobytes())
        lut.ModalityLUTType = "OD"
        data.ModalityLUTSequence = Items([lut])
        data.save_as(tmp_path / "in" / f"{n}.dcm")
    (series,) = open_study(tmp_path / "in").series
    return series, Ground(load_volume(series))


def test_the_modality_table_of_the_image_is_written_and_read_back(
    tabled: tuple[Series, Ground], tmp_path: Path
) -> None:
    series, ground = tabled
    k = 1
    image, path = dcmread(series.files[k]), tmp_path / "pr.dcm"
    write_presentation(Presentation(k, Window(4000.0, 800.0)), (), ground, series, path, MADE)
    state = dcmread(path)
    (lut,) = state.ModalityLUTSequence
    assert "RescaleSlope" not in state and lut.ModalityLUTType == "OD"
    stored = image.pixel_array[::7, ::7]
    np.testing.assert_array_equal(apply_modality_lut(stored, state), apply_modality_lut(stored, image))
    (other,) = (each for each in series.files if dcmread(each).ModalityLUTSequence[0].LUTData[:2] == b"\x01\0")
    named = {each.ReferencedSOPInstanceUID for each in state.ReferencedSeriesSequence[0].ReferencedImageSequence}
    assert len(named) == 2 and dcmread(other).SOPInstanceUID not in named
    found = read_presentation(path, grid_of(ground.volume), series)
    assert (found.window, found.warnings) == (Window(4000.0, 800.0), ())


def test_another_table_than_that_of_the_image_is_told(tabled: tuple[Series, Ground], tmp_path: Path) -> None:
    series, ground = tabled
    write_presentation(Presentation(1, Window(4000.0, 800.0)), (), ground, series, tmp_path / "pr.dcm", MADE)
    state = dcmread(tmp_path / "pr.dcm")
    state.ModalityLUTSequence[0].LUTData = bytes(80_000)
    state.save_as(tmp_path / "pr.dcm")
    found = read_presentation(tmp_path / "pr.dcm", grid_of(ground.volume), series)
    assert found.warnings == ("its window may not fit: values go through a table first",)
