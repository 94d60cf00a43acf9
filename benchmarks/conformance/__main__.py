"""Judge a set: ``python -m benchmarks.conformance FOLDER [--write PAGE.md]``; status 1 if any file fails."""

import argparse
import sys
from pathlib import Path

from benchmarks.conformance import index, judging
from benchmarks.conformance.page import page
from imaging.formats import reading


def main() -> int:
    """Print the page, or write it; one line on stderr for each file that is not as expected."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conformance", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder with index.csv, files/ and series/")
    parser.add_argument("--write", type=Path, metavar="PAGE.md", help="write the page here instead of printing it")
    options = parser.parse_args()
    rows = index.read(options.folder)
    files = [judging.judge_file(row, reading) for row in rows if not row.series]
    names = dict.fromkeys(row.series for row in rows if row.series)
    series = [
        verdict for name in names for verdict in judging.judge_series([r for r in rows if r.series == name], reading)
    ]
    text = page(files, series)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    else:
        print(text)
    failed = [one for one in (*files, *series) if not one.passed]
    for one in failed:
        print(f"{one.row.file.name}: {one.outcome}: {one.words}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
