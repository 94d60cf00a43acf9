from pathlib import Path

import numpy as np
import pytest

from tests.training.conftest import CLASSES, SQUARE
from training.errors import DataError
from training.index import read_index


def test_rows_with_a_mask_are_taken_for_a_segmentation(index: Path) -> None:
    found = read_index(index, "squares", "segmentation", (SQUARE,))
    assert (len(found.examples), found.skipped, found.groups) == (10, 1, 5)
    first = found.examples[0]
    assert first.load().array.shape == (1, 48, 64)
    assert first.load_mask is not None
    assert np.unique(first.load_mask()).tolist() == [0, 2]
    assert first.load_mask().shape == (48, 64)


def test_rows_of_a_known_class_are_taken_for_a_classification(index: Path) -> None:
    found = read_index(index, "squares", "classification", CLASSES)
    assert (len(found.examples), found.skipped) == (10, 1)
    assert {example.label for example in found.examples} == {"left", "right"}
    assert read_index(index, "", "classification", CLASSES).groups == 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "column dataset, group, label, mask, path is missing"),
        ("dataset,path,label,group,mask,note\n", "no row of data set 'squares' has a label of left, right"),
        ("dataset,path,label,group,mask,note\nsquares,a.png,up,g,,\n", "has a label of left, right"),
    ],
)
def test_an_index_that_cannot_be_used_says_why(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "index.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=words):
        read_index(path, "squares", "classification", CLASSES)


def test_an_index_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv cannot be read"):
        read_index(tmp_path / "none.csv", "", "classification", CLASSES)


def test_a_slice_of_a_file_with_several_is_named_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "index.csv"
    head = "dataset,path,label,group,mask,note,slice\n"
    path.write_text(head + "d,a.nii,left,g,,,7\nd,b.nii,right,h,,,\n")
    found = read_index(path, "", "classification", CLASSES)
    assert [(each.name, each.k) for each in found.examples] == [("a.nii slice 7", 6), ("b.nii", 0)]
    for wrong in ("0", "x"):
        path.write_text(head + f"d,a.nii,left,g,,,{wrong}\n")
        with pytest.raises(DataError, match=rf"a\.nii: slice '{wrong}'; expected a number from 1"):
            read_index(path, "", "classification", CLASSES)


def test_a_copy_under_another_patient_keeps_both_patients_together(index: Path) -> None:
    """p1's left picture was sent again as p3's; p3 shares one with p4: the three stand on one side of any split."""
    folder = index.parent
    (folder / "3-left.png").write_bytes((folder / "1-left.png").read_bytes())
    (folder / "4-right.png").write_bytes((folder / "3-right.png").read_bytes())
    found = read_index(index, "squares", "classification", CLASSES)
    assert [each.group for each in found.examples[::2]] == ["p0", "p1", "p2", "p1", "p1"]
    assert found.groups == 3


def test_a_file_listed_for_two_patients_is_one_patients(index: Path) -> None:
    text = index.read_text()
    index.write_text(text + "squares,2-left.png,left,p9,mask-2-left.png,\n")
    found = read_index(index, "squares", "segmentation", (SQUARE,))
    assert (found.examples[-1].group, found.groups) == ("p2", 5)
