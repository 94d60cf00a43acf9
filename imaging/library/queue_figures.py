"""What came of a work queue: progress, figures of each reader, and a table of all readings with their times."""

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from imaging.library.queued import ADJUDICATION, VERDICTS, Case, CaseReading, CaseState, WorkQueue
from imaging.spreadsheet import cell

COLUMNS = (
    "queue", "case", "position", "priority", "series", "title", "case_state", "reader", "role", "state", "seconds",
    "started", "finished", "base", "revision",
)  # fmt: skip


@dataclass(frozen=True)
class ReaderFigures:
    """What one person did in a queue.

    Attributes:
        counts: cases by state. seconds: of all of them. median_seconds: of the finished ones, None without.
    """

    reader: str
    counts: dict[CaseState, int]
    seconds: float
    median_seconds: float | None

    @property
    def done(self) -> int:
        """How many cases are finished."""
        return sum(count for state, count in self.counts.items() if state in VERDICTS)


def done(cases: Sequence[Case]) -> int:
    """How many cases are finished, their adjudication included."""
    return sum(case.state in VERDICTS for case in cases)


def figures(cases: Sequence[Case]) -> tuple[ReaderFigures, ...]:
    """What each person did, in order of name; adjudications count as cases."""
    readings = [each for case in cases for each in case.readings]
    return tuple(
        _figures(name, [each for each in readings if each.reader == name])
        for name in sorted({each.reader for each in readings})
    )


def table(queue: WorkQueue, cases: Sequence[Case]) -> list[dict[str, Any]]:
    """A row for each reading, and one for each case without; keys are :data:`COLUMNS`, times ISO 8601 in UTC."""
    return [_row(queue, case, reading) for case in cases for reading in (case.readings or (None,))]


def as_csv(queue: WorkQueue, cases: Sequence[Case]) -> str:
    """The table as CSV; what a spreadsheet would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([cell(row[name]) for name in COLUMNS] for row in table(queue, cases))
    return text.getvalue()


def as_json(queue: WorkQueue, cases: Sequence[Case]) -> str:
    """:func:`as_document` as text."""
    return json.dumps(as_document(queue, cases), indent=1, ensure_ascii=False)


def as_document(queue: WorkQueue, cases: Sequence[Case]) -> dict[str, Any]:
    """Everything about a queue as values that JSON knows."""
    return {
        "queue": queue.name,
        "readings": queue.readings,
        "adjudicator": queue.adjudicator,
        "author": queue.author,
        "made": _iso(queue.made),
        "cases": len(cases),
        "done": done(cases),
        "readers": [
            {
                "reader": each.reader,
                "done": each.done,
                "states": {state.value: count for state, count in each.counts.items()},
                "seconds": round(each.seconds, 1),
                "median_seconds": None if each.median_seconds is None else round(each.median_seconds, 1),
            }
            for each in figures(cases)
        ],
        "table": table(queue, cases),
    }


def _figures(name: str, readings: Sequence[CaseReading]) -> ReaderFigures:
    counts = Counter(each.state for each in readings)
    finished = [each.seconds for each in readings if each.judged]
    ordered = {state: counts[state] for state in CaseState if counts[state]}
    return ReaderFigures(name, ordered, sum(each.seconds for each in readings), median(finished) if finished else None)


def _row(queue: WorkQueue, case: Case, reading: CaseReading | None) -> dict[str, Any]:
    about: dict[str, Any] = {
        "queue": queue.name, "case": case.id, "position": case.position, "priority": case.priority,
        "series": case.series_uid, "title": case.title, "case_state": case.state.value, "base": case.base,
    }  # fmt: skip
    if reading is not None:
        about |= {
            "reader": reading.reader,
            "role": "adjudication" if reading.slot == ADJUDICATION else "reading",
            "state": reading.state.value,
            "seconds": round(reading.seconds, 1),
            "started": _iso(reading.started),
            "finished": _iso(reading.finished),
            "revision": reading.revision,
        }
    return {name: about.get(name) for name in COLUMNS}


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat(timespec="seconds")
