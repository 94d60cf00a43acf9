"""The window of a presentation state whose values are not those of its image (PS3.3 C.11.1)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.presentation.presentation import Presentation
from imaging.formats.presentation.reading import read_presentation
from imaging.formats.presentation.writing import write_presentation
from imaging.formats.reading import load_volume, open_study
from imaging.labelmap import Provenance
from imaging.measurement.ruler import Ground
from imaging.phantom import PhantomStudy
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
