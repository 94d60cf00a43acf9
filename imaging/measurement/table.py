"""Measurements as a table for other programs: CSV and JSON."""

import csv
import io
import json
from collections.abc import Iterable
from math import isnan
from typing import Any

from imaging.measurement.measurement import Measurement
from imaging.measurement.pixels import nearest_slice
from imaging.measurement.ruler import Ground, slice_of
from imaging.notice import NOTICE
from imaging.spreadsheet import cell

COLUMNS = ("series", "number", "name", "kind", "slice", "quantity", "value", "unit", "calibration", "frame", "points")


def slice_number(measurement: Measurement, ground: Ground) -> int | None:
    """The slice that a measurement begins on, from 1; None where its frame is another than the ground's."""
    if measurement.frame != ground.frame or not measurement.figure.points:
        return None
    if measurement.frame == "kji":
        return slice_of(measurement.figure.points) + 1
    return nearest_slice(ground.volume, measurement.figure.points[0]) + 1


def as_csv(series_uid: str, measurements: Iterable[Measurement], ground: Ground) -> str:
    """One row for each number, RFC 4180, every digit kept; figures without numbers have a row of their own."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for each in _rows(series_uid, measurements, ground):
        for value in each["values"] or [{}]:
            row = {**each, **value, "points": json.dumps(each["points"])}
            writer.writerow([cell(row.get(name)) for name in COLUMNS])
    return text.getvalue()


def as_json(series_uid: str, measurements: Iterable[Measurement], ground: Ground) -> str:
    """One object for each measurement with its points and numbers, every digit kept; NaN becomes null."""
    return json.dumps(
        {"notice": NOTICE, "series": series_uid, "measurements": list(_rows(series_uid, measurements, ground))},
        indent=1,
        allow_nan=False,
        ensure_ascii=False,
    )


def _rows(series_uid: str, measurements: Iterable[Measurement], ground: Ground) -> Iterable[dict[str, Any]]:
    for number, each in enumerate(measurements, 1):
        yield {
            "series": series_uid,
            "number": number,
            "name": each.name,
            "kind": each.kind,
            "slice": slice_number(each, ground),
            "frame": each.frame,
            "points": each.figure.points,
            "values": [
                {
                    "quantity": value.name,
                    "value": None if isnan(value.value) else value.value,
                    "unit": value.unit,
                    "calibration": value.calibration,
                }
                for value in each.values(ground)
            ],
        }
