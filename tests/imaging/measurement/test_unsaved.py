"""From what a library holds to where an undo line ends, unless somebody else changed it since."""

from dataclasses import replace

import pytest

from imaging.measurement.edit import MeasurementEdit
from imaging.measurement.lines import Length
from imaging.measurement.measurement import Measurement
from imaging.measurement.unsaved import not_kept

A = Measurement("m", Length(((0, 0, 0), (0, 0, 1))), "kji")
B, C, THEIRS = (replace(A, name=name) for name in ("b", "c", "theirs"))
DRAWN, MOVED, AGAIN = (MeasurementEdit("1.2", *each) for each in ((None, A), (A, B), (B, C)))
DELETED = MeasurementEdit("1.2", B, None)


@pytest.mark.parametrize(
    ("done", "undone", "kept", "known", "expected"),
    [
        ((DRAWN,), (), None, False, (None, A)),
        ((DRAWN, MOVED), (), None, False, (None, B)),
        ((DRAWN, MOVED, AGAIN), (), A, True, (A, C)),
        ((DRAWN, MOVED, AGAIN), (), C, True, None),
        ((DRAWN, MOVED, DELETED), (), A, True, (A, None)),
        ((DRAWN, MOVED, DELETED), (), None, True, None),
        ((DRAWN,), (MOVED,), B, True, (B, A)),
        ((), (MOVED, DRAWN), B, True, (B, None)),
        ((DRAWN, MOVED), (), THEIRS, True, None),
        ((DRAWN, MOVED), (), None, True, None),
    ],
    ids=[
        "drawn", "drawn and moved", "moved twice", "all kept", "deleted", "the deletion is kept", "taken back",
        "all taken back", "changed by another", "deleted by another",
    ],
)  # fmt: skip
def test_what_is_missing(
    done: tuple[MeasurementEdit, ...],
    undone: tuple[MeasurementEdit, ...],
    kept: Measurement | None,
    known: bool,
    expected: tuple[Measurement | None, Measurement | None] | None,
) -> None:
    found = not_kept(done, undone, {"m": kept} if kept else {}, frozenset({"m"} if known else ()))
    assert [(each.before, each.after) for each in found] == ([expected] if expected else [])
