import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pydicom
import pytest

from imaging.classification import Answer, Choice, Level, Target
from imaging.formats.reading import load_volume, open_study
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.library.answered import Answered
from imaging.library.catalogued import study_key
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


def test_a_label_under_another_one_teaches_with_all_its_voxels(tmp_path: Path, phantom_study: PhantomStudy) -> None:
    """A lobe, which the model does not know, lies over all of the ground glass; a nodule over a part of it."""
    series = ct_of(phantom_study)
    geometry = load_volume(series).geometry
    low, middle, high = (np.zeros(geometry.shape_kji, np.uint8) for _ in range(3))
    low[20, 30:60, 40:80], middle[20, 40:50, 50:60], high[20, 20:90, 20:90] = 7, 3, 5
    labels = (Label(7, "ground-glass opacity"), Label(3, "nodule", layer=1), Label(5, "lobe", layer=2))
    library = Library(tmp_path / "library.db")
    library.save_mask(series, Labelmap(low, geometry, labels, further=(middle, high)), READER)
    library.close()
    found = read_library(tmp_path / "library.db", "segmentation", MODEL)
    (marked,) = (example for example in found.examples if example.k == 20)
    assert marked.load_mask is not None
    np.testing.assert_array_equal(marked.load_mask(), np.where(middle[20] == 3, 4, low[20] // 7))


def test_labels_the_model_does_not_know_teach_nothing(tmp_path: Path, phantom_study: PhantomStudy) -> None:
    keep(tmp_path / "library.db", ct_of(phantom_study), (Label(1, "rib"),))
    with pytest.raises(DataError, match="no saved image is marked with ground_glass, nodule"):
        read_library(tmp_path / "library.db", "segmentation", MODEL)


def test_answers_about_slices_are_learnt_as_classes(tmp_path: Path, phantom_study: PhantomStudy) -> None:
    series = ct_of(phantom_study)
    nodule, rib, glass = Choice("nodule"), Choice("rib"), Choice("ground_glass")

    def answer(k: int | None, *chosen: Choice, question: str = "look", level: Level = Level.IMAGE) -> Answer:
        return Answer(Target(level, study_key(series), series.uid, k), "set", 1, question, chosen, READER)

    library = Library(tmp_path / "library.db")
    answered = Answered(library)
    answered.save(series, (answer(30, nodule), answer(12, rib), answer(8, glass, rib), answer(5, nodule, glass)))
    answered.save(series, (answer(40, nodule), answer(40, glass, question="again"), answer(41, nodule)))
    answered.save(series, (answer(41, glass),))
    answered.save(series, (answer(None, nodule, level=Level.SERIES), answer(None, nodule, level=Level.REGION)))
    answered.save(series, (answer(50, nodule),))
    answered.save(series, (answer(50, nodule),), withdrawn=True)
    library.close()
    examples = read_library(tmp_path / "library.db", "classification", MODEL).examples
    assert [(each.k, each.label) for each in examples] == [(8, "ground_glass"), (30, "nodule"), (41, "ground_glass")]
    assert {each.group for each in examples} == {series.group} and examples[0].load().array.shape[0] > 50
    assert examples[2].annotation == "answer:8", "the newest state of an answer is what is learnt from"


def test_a_copy_under_other_identifiers_is_no_other_patient(tmp_path: Path, phantom_study: PhantomStudy) -> None:
    series = ct_of(phantom_study)
    copies = tmp_path / "copies"
    copies.mkdir()
    for path in series.files:
        image = pydicom.dcmread(path)
        image.PatientID, image.PatientName, image.PatientBirthDate = "somebody else", "A^B", "19500101"
        image.StudyInstanceUID, image.SeriesInstanceUID = "2.25.71", "2.25.72"
        image.save_as(copies / path.name)
    (copy,) = open_study(copies).series
    assert copy.group != series.group
    keep(tmp_path / "library.db", series, (Label(7, "nodule"),))
    keep(tmp_path / "library.db", copy, (Label(7, "rib"), Label(7, "rib"), Label(8, "nodule")))
    found = read_library(tmp_path / "library.db", "segmentation", MODEL)
    assert len({each.name.split()[0] for each in found.examples}) == 2
    assert found.groups == 1


def test_answers_about_images_that_are_gone_are_left_out(tmp_path: Path, phantom_study: PhantomStudy) -> None:
    series = ct_of(phantom_study)
    moved = tmp_path / "moved"
    shutil.copytree(series.files[0].parent, moved)
    (gone,) = (one for one in open_study(moved).series if one.uid == series.uid)
    library = Library(tmp_path / "library.db")
    answer = Answer(Target(Level.IMAGE, study_key(gone), gone.uid, 3), "set", 1, "look", (Choice("nodule"),), READER)
    Answered(library).save(gone, (answer,))
    library.close()
    shutil.rmtree(moved)
    with pytest.raises(DataError, match="nothing to learn from"):
        read_library(tmp_path / "library.db", "classification", MODEL)


def test_an_empty_library_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing to learn from"):
        read_library(tmp_path / "library.db", "segmentation", MODEL)
