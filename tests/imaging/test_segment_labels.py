"""What a label says beyond its name: kept in the library, and read from older ones."""

import json
from dataclasses import asdict

import pytest

from imaging.labelmap import Code, Label, SegmentState, label_of
from imaging.library import blobs

NODULE = Label(
    7, "nodule 1", (1, 2, 3), Code("27925004", "SCT", "Nodule"), True, False, 0.25, SegmentState.FLAGGED,
    keyframes=((0, 4), (2, 11)),
)  # fmt: skip


def test_everything_comes_back_from_the_stored_text() -> None:
    stored = json.loads(blobs.pack_labels((NODULE, Label(1, "lung"))))
    assert [label_of(one) for one in stored] == [NODULE, Label(1, "lung")]


def test_labels_of_older_libraries_have_the_defaults() -> None:
    old = label_of({"value": 3, "name": "lesion", "colour": [9, 8, 7]})
    assert old == Label(3, "lesion", (9, 8, 7))
    assert (old.code, old.locked, old.visible, old.opacity, old.state) == (None, False, True, 1.0, "not started")
    assert old.keyframes == ()


def test_an_older_program_still_finds_what_it_knows() -> None:
    stored = json.loads(blobs.pack_labels((NODULE,)))[0]
    assert (stored["value"], stored["name"], stored["colour"]) == (7, "nodule 1", [1, 2, 3])


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(ValueError, match="archived"):
        label_of({**asdict(NODULE), "state": "archived"})
