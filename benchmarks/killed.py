"""The child that :mod:`benchmarks.kills` kills: edits by chance, and says the number of each finished action."""

import random
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication

from imaging.classification import Answer, AnswerEdit, Choice, Level, Target
from imaging.editing import MaskEdit, add
from imaging.editing.strokes import disc
from imaging.geometry import Geometry
from imaging.labelmap import Label, Provenance
from imaging.legend import Legend
from imaging.library.journal import Journal
from imaging.library.recovery import Recovered, recover
from imaging.library.store import Library
from imaging.measurement.edit import MeasurementEdit
from imaging.measurement.lines import Length
from imaging.measurement.measurement import Measurement
from imaging.study import Series
from viewer.commands.journalling import Journalling
from viewer.state.mask import Mask
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation

UID = "1.2.3"
GRID = Geometry((40, 256, 256), (2.0, 1.0, 1.0))
TWO = Label(2, "two", layer=1)
"""May overlap the other: half of the strokes go to a layer of their own."""
LEGEND = Legend((Label(1, "one"), TWO))
SERIES = Series(UID, "volume", "dicom", (Path("/scans/a.dcm"),), GRID.shape_kji, GRID)
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
_ACTIONS = {"stroke": 60, "undo": 12, "redo": 8, "box": 8, "whole": 4, "label": 3, "measure": 3, "answer": 3, "save": 2}


class Editor:
    """Does what chance wants with one mask; the same seed on the same mask does the same."""

    def __init__(self, found: Recovered, journal: Journal | None, seed: int) -> None:
        self.segmentation = Segmentation()
        layers = [layer.copy() for layer in found.layers]
        mask = Mask(GRID, layers, found.legend, saved=found.saved, revision=found.revision, journal=journal)
        mask.history.restore(found.done, found.undone)
        self.segmentation.resume(mask)
        self._chance = random.Random(seed)

    def act(self) -> str:
        """The name of the action that was done; ``"save"`` is left to the caller."""
        (action,) = self._chance.choices(list(_ACTIONS), list(_ACTIONS.values()))
        match action:
            case "stroke":
                self._stroke()
            case "box":
                self._fill((5, 40, 40))
            case "whole":
                self._fill((40, 200, 200))
            case "undo":
                self.segmentation.undo()
            case "redo":
                self.segmentation.redo()
            case "label":
                name = f"label {self._chance.randrange(1000)}"
                self.segmentation.set_labels((Label(1, name), TWO), "Rename label")
            case "measure":
                line = Measurement(f"{self._chance.random()}", Length(((0, 0, 0), (1, 1, 1))), "lps")
                self.segmentation.push("Draw length", MeasurementEdit(UID, None, line))
            case "answer":
                target = Target(Level.IMAGE, "study", UID, self._chance.randrange(GRID.shape_kji[0]))
                given = Answer(target, "set", 1, "question", (Choice("yes"),), Provenance("Ada", NOON))
                self.segmentation.push("Answer", AnswerEdit(None, given))
            case _:
                pass
        return action

    def _stroke(self) -> None:
        """A drag of three moves."""
        self.segmentation.begin()
        for _ in range(3):
            k, row, column = (self._chance.randrange(size) for size in GRID.shape_kji)
            value = self._value()
            array = self.segmentation.array  # of the layer in which the value lies
            region = disc(array.shape, GRID, 0, k, [(float(row), float(column))], 9.0)
            edit = region and add(array, region, value, "Brush")
            if edit is not None:
                self.segmentation.apply(edit)
        self.segmentation.commit()

    def _fill(self, size: tuple[int, int, int]) -> None:
        low = [self._chance.randrange(whole - part + 1) for whole, part in zip(GRID.shape_kji, size, strict=True)]
        k, j, i = (slice(a, a + part) for a, part in zip(low, size, strict=True))
        value = self._value()
        before = self.segmentation.array[k, j, i].copy()
        self.segmentation.apply(MaskEdit("Fill", (k, j, i), before, np.full_like(before, value)))

    def _value(self) -> int:
        """What to paint: a label, which is the active one from now on, or nothing."""
        active = self._chance.choice((1, 2))
        self.segmentation.set_active(active)
        return self._chance.choice((active, active, 0))


def main(folder: Path, url: str, seed: int) -> None:
    """Edit until killed."""
    qt = QCoreApplication([])
    library, notices = Library(url), Notices()
    notices.added.connect(lambda notice: print(f"notice {notice.text}", flush=True))
    journal, journalling = _journal(folder, library, notices)
    editor = Editor(recover(library, journal, UID, GRID, LEGEND), journal, seed)
    editor.segmentation.recorded.connect(journalling.record)
    print("ready", flush=True)
    number = 0
    while True:
        if editor.act() == "save":
            _save(library, journalling, editor.segmentation.mask)
        while journalling.waiting:
            qt.processEvents()
        number += 1
        print(number, flush=True)


def _journal(folder: Path, library: Library, notices: Notices) -> tuple[Journal, Journalling]:
    journalling = Journalling(Segmentation(), notices, folder / "journals", lambda: library.name)
    journal = journalling.open(UID)
    if journal is None:
        raise SystemExit("no journal")
    return journal, journalling


def _save(library: Library, journalling: Journalling, mask: Mask) -> None:
    mask.revision = library.save_mask(SERIES, mask.labelmap(), Provenance("Ada", datetime.now(UTC)), mask.revision)
    mask.saved = True
    journalling.saved(mask, mask.revision)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
