"""What a change of a legend does to its labels."""

from dataclasses import replace

from imaging.labelmap import Label
from imaging.legend import Legend, LegendEdit

LUNG, NODULE = Label(1, "lung"), Label(2, "nodule")
BOTH = Legend((LUNG, NODULE))


def edit(*labels: Label, model: str = "") -> LegendEdit:
    return LegendEdit(BOTH, Legend(labels, model))


def test_labels_that_go_are_told_and_come_back() -> None:
    change = edit(NODULE)
    assert change.gone == {1} and change.reverted().gone == frozenset()
    assert not change.only_keyframes and not change.moves_labels


def test_a_label_moves_to_another_layer() -> None:
    above = edit(LUNG, replace(NODULE, layer=1))
    assert above.moves_labels and not above.only_keyframes
    assert not edit(LUNG, NODULE, Label(3, "vessel", layer=1)).moves_labels, "a new one was nowhere"


def test_a_mark_of_a_frame_is_nothing_but_that() -> None:
    marked = replace(LUNG, keyframes=((0, 4),))
    assert edit(marked, NODULE).only_keyframes
    assert not edit(replace(marked, name="Lung"), NODULE).only_keyframes
    assert not edit(marked, NODULE, model="lesions").only_keyframes
    assert not edit(marked).only_keyframes
