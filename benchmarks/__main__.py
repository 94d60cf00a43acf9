"""Measure, and print the table: ``python -m benchmarks [SUBJECT ...] [--rounds N]``.

``python -m benchmarks fuzz`` opens damaged files; see :mod:`benchmarks.fuzz`. ``python -m benchmarks kills`` kills
editing at random moments; see :mod:`benchmarks.kills`.
"""

import argparse
import importlib
import json
import os
import sys
from dataclasses import asdict

from benchmarks.timing import Row, table

SUBJECTS = (
    "start", "loading", "indexing", "browsing", "queue", "display", "playback", "reslicing", "strokes", "editing",
    "prompts", "prediction", "responsiveness",
)  # fmt: skip


def main() -> int:
    """The exit status; the table goes to stdout, or with ``--json`` one JSON document."""
    if sys.argv[1:2] == ["fuzz"]:
        from benchmarks import fuzz

        return fuzz.main(sys.argv[2:])
    if sys.argv[1:2] == ["kills"]:
        from benchmarks import kills

        return kills.main(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"{', '.join(SUBJECTS)}; all when left out")
    parser.add_argument("--rounds", type=int, default=5, help="alternating rounds per line (default 5)")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of the table")
    options = parser.parse_args()
    wrong = set(options.subjects) - set(SUBJECTS)
    if wrong or options.rounds < 1:
        parser.error(
            f"found {', '.join(wrong) or options.rounds}; expected subjects of {', '.join(SUBJECTS)}, rounds >= 1"
        )
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    rows: list[Row] = []
    for subject in options.subjects or SUBJECTS:
        print(f"measuring {subject} ...", file=sys.stderr)
        rows += getattr(importlib.import_module(f"benchmarks.{subject}"), subject)(options.rounds)
    print(json.dumps([{**asdict(row), "ratio": row.ratio} for row in rows], indent=1) if options.json else table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
