"""The index of a conformance set: one row per file, with what a right reader finds there."""

import csv
from dataclasses import dataclass
from pathlib import Path

Numbers = tuple[float, ...]


@dataclass(frozen=True)
class Row:
    """One file, or one member of a series, and its expected values.

    Attributes:
        expect: ``decode``, ``refuse``, ``decode-or-refuse``, ``non-image``, ``survive``, ``no-crash`` or ``geometry``.
        values: minimum, maximum and mean after the modality LUT; empty where none is known.
        sha1: start of the SHA-1 of these values as little-endian float64, where decoding is lossless.
        rgb_mean: mean of red, green and blue; of 16 bits where ``rgb_is_16_bit``.
        tolerance: grey levels that lossy decoders may differ by.
        right: which of pydicom, SimpleITK (sitk) and dcmtk get this file right, as the set states.
    """

    file: Path
    series: str
    trap: str
    expect: str
    mapping: str
    values: Numbers
    sha1: str
    rgb_mean: Numbers
    rgb_is_16_bit: bool
    tolerance: float
    spacing: Numbers
    orientation: Numbers
    position: Numbers
    window: str
    overlays: str
    regions: str
    patient_name: str
    right: tuple[str, ...]


def read(folder: Path) -> list[Row]:
    """All rows but the summaries of series."""
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file:
        return [_row(folder, row) for row in csv.DictReader(file) if row["kind"] != "series-summary"]


def _row(folder: Path, row: dict[str, str]) -> Row:
    values = tuple(float(row[name]) for name in ("mod_min", "mod_max", "mod_mean") if row[name])
    return Row(
        folder / row["file"],
        row["series"],
        row["trap"],
        row["expect"],
        row["mod_kind"],
        values if len(values) == 3 else (),
        row["mod_sha"],
        _numbers(row["rgb_mean"].removesuffix("(uint16)")),
        "uint16" in row["rgb_mean"],
        float(row["tol"] or 0),
        _numbers(row["spacing_row_col"]),
        _numbers(row["iop"]),
        _numbers(row["ipp"]),
        row["window"],
        row["overlays"],
        row["us_regions"],
        row["patient_name"],
        tuple(row["anchor_ok"].split()),
    )


def _numbers(text: str) -> Numbers:
    try:
        return tuple(float(each) for each in text.split())
    except ValueError:
        return ()
