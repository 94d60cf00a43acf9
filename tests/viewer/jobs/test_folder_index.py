"""A folder goes to the catalogue while it is listed: no series has two rows, and in the end all say what they are."""

from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.loading import one_slice
from imaging.library.catalogue import Catalogue
from imaging.library.store import Library
from imaging.progress import silent
from imaging.sandbox import Sandbox
from imaging.study import Series
from viewer.jobs.indexing import index_folder

SLICES = 300


@pytest.fixture(scope="module")
def sandbox() -> Generator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture
def catalogue(tmp_path: Path) -> Generator[Catalogue]:
    library = Library(tmp_path / "library.db")
    yield Catalogue(library)
    library.close()


def _write(folder: Path, place_of: Callable[[int], tuple[float, int]]) -> None:
    """A series cut into parts while it is listed: position and time of each file by its number."""
    folder.mkdir()
    pixels = np.zeros((2, 2), np.int16)
    for k in range(SLICES):
        data = one_slice(k, pixels)
        depth_mm, time = place_of(k)
        data.ImagePositionPatient, data.TemporalPositionIdentifier = [0, 0, depth_mm], time + 1
        data.save_as(folder / f"{k:04d}", enforce_file_format=True)


def _series(catalogue: Catalogue) -> list[Series]:
    items = [each.item for study in catalogue.studies() for each in catalogue.items(study.key)]
    return [item for item in items if isinstance(item, Series)]


def test_a_series_that_is_cut_into_parts_has_one_row_at_any_time(
    sandbox: Sandbox, catalogue: Catalogue, tmp_path: Path
) -> None:
    _write(tmp_path / "ct", lambda k: (float(k), 0))
    seen: list[list[int]] = []
    indexed = index_folder(
        tmp_path / "ct", sandbox, catalogue, silent, lambda: seen.append([len(one.files) for one in _series(catalogue)])
    )
    assert len(seen) > 1 and all(len(rows) == 1 for rows in seen), seen
    assert 0 < seen[0][0] < seen[-1][0] == SLICES
    assert (indexed.studies, indexed.series, indexed.refused, indexed.files) == (1, 1, 0, SLICES)
    assert indexed.files_per_second == round(SLICES / indexed.seconds)


def test_phases_say_in_the_end_how_many_they_are(sandbox: Sandbox, catalogue: Catalogue, tmp_path: Path) -> None:
    _write(tmp_path / "perfusion", lambda k: (float(k % 30), k // 30))
    index_folder(tmp_path / "perfusion", sandbox, catalogue, silent, lambda: None)
    phases = [one.phase for one in _series(catalogue)]
    assert len(phases) == 10 and {phase.count for phase in phases if phase} == {10}
    assert all("of 10" in one.description for one in _series(catalogue))
