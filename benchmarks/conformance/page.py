"""The verdicts as a page of documentation: ours beside what others do with the same files."""

from collections.abc import Sequence

from benchmarks.conformance.judging import Verdict

_READERS = {"pydicom": "pydicom", "sitk": "SimpleITK", "dcmtk": "dcmtk"}
_HEAD = """# Conformance

What Wetread makes of a set of real DICOM files with known values, beside three trusted readers.
Written by `python -m benchmarks.conformance FOLDER --write docs/conformance.md`; do not edit by hand.

Ours is measured when the page is written: values after the modality LUT (bit for bit where decoding is lossless),
colour, overlays, ultrasound regions, patient names; in series the place of every voxel within 0.1 mm.
The columns of the others are as the set states them (stored values only for dcmtk; empty: not stated).
"""


def page(files: Sequence[Verdict], series: Sequence[Verdict]) -> str:
    """Markdown: totals, then a line per file, then a line per series."""
    return "\n".join([_HEAD, *_totals(files, series), "", *_file_lines(files), "", *_series_lines(series), ""])


def _totals(files: Sequence[Verdict], series: Sequence[Verdict]) -> list[str]:
    lines = ["| expected | files | as expected |", "|---|---|---|"]
    for expect in dict.fromkeys(one.row.expect for one in files):
        these = [one for one in files if one.row.expect == expect]
        lines.append(f"| {expect} | {len(these)} | {sum(one.passed for one in these)} |")
    lines.append(f"| geometry (members of series) | {len(series)} | {sum(one.passed for one in series)} |")
    decode = [one for one in files if one.row.expect == "decode"]
    others = ", ".join(f"{name} {sum(key in one.row.right for one in decode)}" for key, name in _READERS.items())
    right = sum(one.passed for one in decode)
    return [*lines, "", f"Of the {len(decode)} files to decode: Wetread {right}, {others}."]


def _file_lines(files: Sequence[Verdict]) -> list[str]:
    lines = ["## Files", "", f"| file | trap | expected | Wetread | {' | '.join(_READERS.values())} | in words |"]
    lines.append("|" + "---|" * (5 + len(_READERS)))
    for one in files:
        decodable = one.row.expect == "decode"
        others = [("right" if key in one.row.right else "wrong") if decodable else "" for key in _READERS]
        mine = one.outcome if one.passed else f"**{one.outcome}**"
        cells = [one.row.file.name, one.row.trap, one.row.expect, mine, *others, _cell(one.words)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _series_lines(series: Sequence[Verdict]) -> list[str]:
    lines = ["## Series", "", "| series | files | in their place | left out | in words |", "|---|---|---|---|---|"]
    for folder in dict.fromkeys(one.row.file.parent for one in series):
        these = [one for one in series if one.row.file.parent == folder]
        words = "; ".join(dict.fromkeys(one.words for one in these if one.words))
        left_out = sum(one.outcome == "refused" for one in these)
        placed = sum(one.passed and one.outcome == "right" for one in these)
        lines.append(f"| {folder.name} | {len(these)} | {placed} | {left_out} | {_cell(words)} |")
    return lines


def _cell(words: str) -> str:
    return words.replace("|", "/").replace("\n", " ")[:300]
