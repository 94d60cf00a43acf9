"""Masks: shape, volumes in millilitres, labels without a table."""

from dataclasses import replace

import numpy as np
import pytest

from imaging.errors import GeometryError
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import PALETTE, Label, Labelmap, plain_labels

LESIONS = (Label(1, "ground glass"), Label(2, "consolidation", PALETTE[1]), Label(3, "absent"))


def mask() -> np.ndarray:
    array = np.zeros((2, 3, 4), np.uint8)
    array[0, 0, :3], array[1] = 1, 2
    return array


def test_millilitres_by_hand():
    grid = Geometry((2, 3, 4), (5, 2, 1), calibration=Calibration.PATIENT)
    assert Labelmap(mask(), grid, LESIONS).volumes_ml() == pytest.approx(
        {"ground glass": 0.03, "consolidation": 0.12, "absent": 0.0}
    )


@pytest.mark.parametrize(
    ("calibration", "known"),
    [(Calibration.NONE, True), (Calibration.PIXEL_SPACING, True), (Calibration.PATIENT, False)],
)
def test_no_millilitres_without_a_known_grid(calibration: Calibration, known: bool):
    found = Labelmap(mask(), Geometry((2, 3, 4), calibration=calibration), LESIONS, slice_spacing_known=known)
    assert set(found.volumes_ml().values()) == {None}


def test_the_mask_must_fit_and_cannot_be_changed():
    with pytest.raises(GeometryError, match="does not fit"):
        Labelmap(mask(), Geometry((2, 3, 5)), LESIONS)
    with pytest.raises(ValueError, match="read-only"):
        Labelmap(mask(), Geometry((2, 3, 4)), LESIONS).array[0, 0, 0] = 1


def test_labels_without_a_table_are_named_by_their_value():
    array = np.array([0, 9, 2, 9], np.uint8)
    assert [(label.value, label.name) for label in plain_labels(array)] == [(2, "label 2"), (9, "label 9")]
    assert plain_labels(array)[1].colour == PALETTE[0], "eight colours, then from the start"
    assert plain_labels(np.zeros(3, np.uint8)) == ()


def test_what_a_mask_marks_is_voxels_names_and_codes_and_not_how_it_is_drawn():
    grid = Geometry((2, 3, 4))
    first, *rest = LESIONS
    one = Labelmap(mask(), grid, LESIONS)
    drawn = replace(first, visible=False, locked=True, opacity=0.5, colour=PALETTE[3])
    assert one.marks_the_same(Labelmap(mask(), grid, (drawn, *rest), further=(np.zeros_like(mask()),)))
    changed = mask()
    changed[0, 0, 3] = 1
    others = (
        Labelmap(changed, grid, LESIONS),
        Labelmap(mask(), grid, (replace(first, name="effusion"), *rest)),
        Labelmap(mask(), grid, tuple(rest)),
        Labelmap(mask(), grid, LESIONS, further=(changed,)),
    )
    assert not any(one.marks_the_same(other) for other in others)
