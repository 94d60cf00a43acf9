"""Which labels are drawn and which are protected."""

import pytest

from imaging.geometry import Geometry
from imaging.labelmap import Label
from viewer.canvas.rendering import mask_table
from viewer.state.segmentation import Segmentation

LABELS = (Label(1, "a"), Label(2, "b", locked=True), Label(3, "c", visible=False))


@pytest.fixture
def state() -> Segmentation:
    made = Segmentation()
    made.load(Geometry((2, 4, 4)), None, LABELS)
    return made


def test_locked_and_hidden_labels_are_protected(state: Segmentation) -> None:
    assert state.protected == {2, 3}


def test_the_active_label_can_be_painted_though_hidden_but_not_though_locked(state: Segmentation) -> None:
    state.set_active(3)
    assert state.protected == {2}
    state.set_active(2)
    assert state.protected == {2, 3}


def test_one_label_stands_alone_and_the_others_are_protected(state: Segmentation) -> None:
    state.set_solo(3)
    assert [label.visible for label in state.drawn_labels] == [False, False, True]
    assert state.labels == LABELS
    assert state.protected == {2}
    state.set_solo(None)
    assert state.drawn_labels == LABELS


def test_saying_something_else_of_a_label_is_a_step(state: Segmentation) -> None:
    state.set_label(Label(2, "renamed"), "Rename label")
    assert [label.name for label in state.labels] == ["a", "renamed", "c"]
    assert state.history.undo_name == "Rename label"
    state.undo()
    assert state.labels == LABELS


def test_opacity_of_a_label_is_a_share_and_hidden_ones_are_clear() -> None:
    table = mask_table((Label(1, "a", (255, 0, 0), opacity=0.5), Label(2, "b", visible=False)), 0.8)
    assert table[1] >> 24 == round(255 * 0.4)
    assert table[2] == 0
