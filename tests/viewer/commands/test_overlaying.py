"""A mask of a file as a proposal: what is said of who made it, when and with what."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from imaging.formats.segmentation.imported import NOT_STATED, ImportedMask
from imaging.geometry import Geometry
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.study import Document
from viewer.commands.overlaying import proposal

WHEN, NEVER = datetime(2026, 2, 3, 12, tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
GRID = Geometry((1, 2, 2), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))


@pytest.mark.parametrize(
    ("made", "maker", "said"),
    [
        (Provenance("Doe Jane", WHEN, "Finder", "2.1"), "Finder (a.dcm)", ("Made by Doe Jane on 2026-02-03.",)),
        (Provenance("Doe Jane", NEVER), "Doe Jane (a.dcm)", ("Made by Doe Jane.",)),
        (Provenance(NOT_STATED, WHEN), "Imported: a.dcm", ("Made on 2026-02-03.",)),
        (Provenance(NOT_STATED, NEVER), "Imported: a.dcm", ()),
        (None, "Imported: a.dcm", ()),
    ],
)
def test_who_made_it_and_when_is_told(made: Provenance | None, maker: str, said: tuple[str, ...]) -> None:
    mask = Labelmap(np.zeros((1, 2, 2), np.uint8), GRID, (Label(1, "a"),), made)
    imported = ImportedMask(mask, (), "", ("a repair",))
    shown = proposal(imported, Document(Path("a.dcm"), "segmentation", "a.dcm"), "1.2.3")
    assert (shown.model, shown.warnings) == (maker, (*said, "a repair"))
