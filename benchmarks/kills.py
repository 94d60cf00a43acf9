"""Editing that is killed: ``python -m benchmarks kills [--count N] [--seed S] [--postgresql]``.

A child process edits a mask through the program's own undo line, journal and library, and says each step that is
finished. It is killed (SIGKILL) at a random moment; then the series is opened again as the window does it, and compared
with what the same steps make of the mask before. Lost is a kill after which a step that was said, or the undo line, is
not there; corrupt is a store that cannot be read.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.killed import GRID, LEGEND, UID, Editor
from benchmarks.postgresql import postgresql
from imaging.editing import replace_layers
from imaging.errors import ImagingError
from imaging.library.journal import Journal
from imaging.library.recovery import Recovered, journal_path, recover
from imaging.library.store import Library
from viewer.state.mask import Mask

FIRST_S, LONGEST_S = 0.02, 1.2
COMPARED_STEPS = 500
STARTING = 0.1
"""How many of the kills may come while the child opens the store."""


@dataclass
class Tally:
    """What came of the kills."""

    kills: int = 0
    steps: int = 0
    lost: int = 0
    corrupt: int = 0
    slowest_ms: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.steps} finished steps: {self.lost} lost, {self.corrupt} corrupt stores, "
            f"slowest reopening {self.slowest_ms:.0f} ms"
        )


def main(arguments: list[str]) -> int:
    """The exit status: 0 when nothing was lost and nothing is corrupt."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks kills", description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="how often (default 100)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments and of the edits (default 1)")
    parser.add_argument("--postgresql", action="store_true", help="the library on a PostgreSQL of its own")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(postgresql()) if options.postgresql else str(folder / "library.sqlite")
        tally = kills(folder, url, options.count, options.seed)
    print(f"{'PostgreSQL' if options.postgresql else 'SQLite'}: {tally}")
    return 0 if not tally.lost and not tally.corrupt else 1


def kills(folder: Path, url: str, count: int, seed: int) -> Tally:
    """What came of ``count`` kills at moments drawn from ``seed``, each on a store that outlived those before."""
    tally, chance = Tally(), random.Random(seed)
    before = reopened(folder, url)
    for number in range(count):
        finished = _edit_and_kill(folder, url, seed + number, chance)
        tally.kills += 1
        tally.steps += finished
        try:
            began = time.perf_counter()
            after = reopened(folder, url)
            tally.slowest_ms = max(tally.slowest_ms, (time.perf_counter() - began) * 1000)
        except ImagingError as error:
            tally.corrupt += 1
            print(f"kill {number}: {error}", file=sys.stderr)
            continue
        if not there(before, after, seed + number, finished):
            tally.lost += 1
            print(f"kill {number}: not all of {finished} finished steps are there", file=sys.stderr)
        before = after
    return tally


def reopened(folder: Path, url: str) -> Recovered:
    """The annotation as the window would show it."""
    library = Library(url)
    try:
        journal = Journal(journal_path(folder / "journals", library.name, UID))
        try:
            return recover(library, journal, UID, GRID, LEGEND)
        finally:
            journal.close()
    finally:
        library.close()


def there(before: Recovered, after: Recovered, seed: int, finished: int) -> bool:
    """True when ``after`` is what ``finished`` actions make of ``before``, or these and the one that was under way."""
    editor = Editor(before, None, seed)
    saves = sum(editor.act() == "save" for _ in range(finished))
    same = _same(editor.segmentation.mask, after)
    if not same:
        editor.act()
        same = _same(editor.segmentation.mask, after)
    return same and (not saves or (after.revision or 0) >= (before.revision or 0) + saves)


def _same(mask: Mask, found: Recovered) -> bool:
    """True for equal voxels, legends and undo lines, as far back as both go."""
    line = mask.history
    reach = min(len(line.done), len(found.done), COMPARED_STEPS)
    enough = reach in (COMPARED_STEPS, len(line.done))
    return (
        enough
        and mask.legend == found.legend
        and [step.name for step in line.done[-reach:]] == [step.name for step in found.done[-reach:]]
        and [step.name for step in line.undone] == [step.name for step in found.undone]
        and not replace_layers(mask.layers, found.layers, "")
    )


def _edit_and_kill(folder: Path, url: str, seed: int, chance: random.Random) -> int:
    """How many actions the child had finished and said when it was killed; now and then while it still starts."""
    command = [sys.executable, "-m", "benchmarks.killed", str(folder), url, str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        if child.stdout is None:
            raise RuntimeError("a pipe was asked for")
        if chance.random() > STARTING:
            child.stdout.readline()
        time.sleep(chance.uniform(FIRST_S, LONGEST_S))
        child.kill()
        lines = child.stdout.read().splitlines(keepends=True)
    return max((int(line) for line in lines if line.strip().isdigit() and line.endswith("\n")), default=0)
