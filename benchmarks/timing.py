"""Two ways of one job, timed in turns, and the table of what came out."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

Seconds = Callable[[], float]
"""Does the job once and gives its seconds."""


@dataclass(frozen=True)
class Row:
    """One line of the table, milliseconds. ``reference`` says what the ratio is to."""

    what: str
    ours_ms: float
    reference: str
    reference_ms: float
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours over the reference."""
        return self.ours_ms / self.reference_ms


def timed(job: Callable[[], object]) -> Seconds:
    """A function that runs ``job`` and gives its wall-clock seconds."""

    def run() -> float:
        start = time.perf_counter()
        job()
        return time.perf_counter() - start

    return run


def compare(what: str, ours: Seconds, reference_name: str, reference: Seconds, rounds: int, note: str = "") -> Row:
    """Medians of ``rounds`` alternating runs, after one of each that does not count."""
    for warm_up in (ours, reference):
        warm_up()
    mine: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        gc.collect()
        mine.append(ours())
        theirs.append(reference())
    return Row(what, 1000 * median(mine), reference_name, 1000 * median(theirs), note)


def compare_p95(what: str, ours: Seconds, reference_name: str, reference: Seconds, rounds: int, note: str = "") -> Row:
    """The 95th percentile of both over ``rounds`` alternating runs: what a drag feels like at its worst."""
    for warm_up in (ours, reference):
        warm_up()
    pairs = [(ours(), reference()) for _ in range(max(rounds, 20))]
    mine, theirs = (1000 * quantiles(times, n=20)[-1] for times in zip(*pairs, strict=True))
    return Row(f"{what} (p95)", mine, f"{reference_name} (p95)", theirs, note)


def table(rows: Sequence[Row]) -> str:
    """The rows as text with aligned columns."""
    cells = [("what", "ours ms", "reference ms", "ratio", "reference", "note")]
    for row in rows:
        times = f"{row.ours_ms:.2f}", f"{row.reference_ms:.2f}", f"{row.ratio:.2f}"
        cells.append((row.what, *times, row.reference, row.note))
    widths = [max(len(line[column]) for line in cells) for column in range(6)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in (1, 2, 3) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )
