from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from imaging.formats.reading import load_volume, open_study
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.library.store import Library
from imaging.phantom import PhantomStudy
from imaging.study import Series
from inference.manifest import LabelSpec
from training.errors import DataError
from training.saved import read_library

MODEL = (LabelSpec(name="ground_glass", value=1, title="Ground-glass opacity"), LabelSpec(name="nodule", value=4))
READER = Provenance("a reader", datetime(2026, 1, 1, tzinfo=UTC))


def ct_of(study: PhantomStudy) -> Series:
    return next(series for series in open_study(study.study).series if series.modality == "CT")


def keep(place: Path, series: Series, labels: tuple[Label, ...]) -> np.ndarray:
    """A library at ``place`` with a mask of every given label on slices 20 to 23, one value a slice from 7 on."""
    volume = load_volume(series)
    mask = np.zeros(volume.geometry.shape_kji, np.uint8)
    for number, label in enumerate(labels):
        mask[20 + number : 24, 30:60, 40:80] = label.value
    library = Library(place)
    library.save_mask(series, Labelmap(mask, volume.geometry, labels), READER)
    library.close()
    return mask


def test_marked_slices_and_some_empty_ones_are_learnt_from(tmp_path: Path, phantom_study: PhantomStudy) -> None:
    series = ct_of(phantom_study)
    mask = keep(tmp_path / "library.db", series, (Label(7, "ground-glass opacity"), Label(3, "nodule")))
    found = read_library(tmp_path / "library.db", "segmentation", MODEL)
    marked = [example for example in found.examples if 20 <= example.k < 24]
    assert len(marked) == 4
    assert len(found.examples) == 5
    assert {example.group for example in found.examples} == {series.group}
    assert {example.annotation for example in found.examples} == {"mask:1"}
    first, second = marked[0], marked[1]
    assert first.load_mask is not None
    assert second.load_mask is not None
    np.testing.assert_array_equal(first.load_mask(), np.where(mask[20] == 7, 1, 0))  # matched by title
    np.testing.assert_array_equal(second.load_mask(), np.where(mask[21] == 3, 4, 0))  # matched by name
    assert first.load() is second.load()
    assert first.load().unit == "HU"


def test_labels_the_model_does_not_know_teach_nothing(tmp_path: Path, phantom_study: PhantomStudy) -> None:
    keep(tmp_path / "library.db", ct_of(phantom_study), (Label(1, "rib"),))
    with pytest.raises(DataError, match="no saved image is marked with ground_glass, nodule"):
        read_library(tmp_path / "library.db", "segmentation", MODEL)


def test_findings_are_learnt_as_classes(tmp_path: Path, phantom_study: PhantomStudy) -> None:
    series = ct_of(phantom_study)
    library = Library(tmp_path / "library.db")
    library.save_findings(series, ["nodule", "rib"], READER)
    library.close()
    (example,) = read_library(tmp_path / "library.db", "classification", MODEL).examples
    assert (example.label, example.load_mask) == ("nodule", None)
    assert example.load().array.ndim == 3


def test_an_empty_library_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing to learn from"):
        read_library(tmp_path / "library.db", "segmentation", MODEL)
