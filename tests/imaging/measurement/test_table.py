"""Measurements for other programs; the ratio of heart and chest from masks."""

import csv
import io
import json
from collections.abc import Callable

import numpy as np

from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label, Labelmap
from imaging.measurement.areas import Outline
from imaging.measurement.cardiothoracic import can_propose, proposed_ratio
from imaging.measurement.lines import Angle, Length
from imaging.measurement.marks import Arrow
from imaging.measurement.measurement import Measurement
from imaging.measurement.ruler import Ground
from imaging.measurement.table import as_csv, as_json, slice_number
from imaging.volume import Region, Volume

LINE = Measurement("a", Length(((0, 20, 20), (0, 23, 24))), "kji", "=1+1")
ARROW = Measurement("b", Arrow(((0, 1, 1), (0, 2, 2))), "kji", "look, here")


def test_a_csv_has_every_number_with_its_calibration(flat: Callable[..., Volume]) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv("1.2", (LINE, ARROW), Ground(flat(Calibration.DETECTOR))))))
    assert [row["kind"] for row in rows] == ["length", "arrow"]
    assert float(rows[0]["value"]) == Length(LINE.figure.points).values(Ground(flat(Calibration.DETECTOR)))[0].value
    assert (rows[0]["unit"], rows[0]["calibration"], rows[0]["slice"]) == ("mm", "at detector", "1")
    assert rows[0]["name"] == "'=1+1", "no spreadsheet runs a name"
    assert (rows[1]["name"], rows[1]["value"]) == ("look, here", "")
    assert json.loads(rows[0]["points"]) == [[0, 20, 20], [0, 23, 24]]


def test_a_json_has_every_digit_and_no_nan(flat: Callable[..., Volume]) -> None:
    spectrum = Region((0, 0, 99, 199), "spectral", (0.5, 0.01), ("cm/s", "s"))
    angle = Measurement("c", Angle(((0, 1 / 3, 2), (0, 4, 5), (0, 7, 9))), "kji")
    found = json.loads(as_json("1.2", (angle,), Ground(flat(Calibration.REGION, regions=(spectrum,)))))
    (one,) = found["measurements"]
    assert one["values"][0]["value"] is None and one["points"][0][1] == 1 / 3
    assert "not a medical device" in found["notice"]


def test_the_slice_of_a_measurement(flat: Callable[..., Volume]) -> None:
    grid = Geometry((9, 4, 4), (2.5, 1, 1), (0, 0, -10), calibration=Calibration.PATIENT)
    volume = Volume(np.zeros(grid.shape_kji, np.int16), grid, "volume")
    there = Measurement("a", Outline(((0, 0, 0), (1, 1, 0), (2, 0, 0))), "lps")
    assert slice_number(there, Ground(volume)) == 5
    assert slice_number(there, Ground(flat())) is None


def test_the_ratio_is_proposed_from_masks(flat: Callable[..., Volume]) -> None:
    array = np.zeros((1, 100, 200), np.uint8)
    array[0, 20:80, 20:90] = 1
    array[0, 30:70, 110:181] = 2
    array[0, 50:60, 80:140] = 3
    labels = (Label(1, "Right lung"), Label(2, "Left lung"), Label(3, "Heart"))
    volume = flat(Calibration.DETECTOR)
    labelmap = Labelmap(array, volume.geometry, labels)
    figure = proposed_ratio(labelmap, volume)
    assert figure is not None
    ratio, heart, chest = figure.values(Ground(volume))
    assert (heart.value, chest.value) == (60 * 0.5, 161 * 0.5), "columns of 0.5 mm, to the outer edges"
    assert ratio.value == 60 / 161
    assert can_propose(labels) and not can_propose(labels[:2])
    empty = Labelmap(np.zeros_like(array), volume.geometry, labels)
    assert proposed_ratio(empty, volume) is None


def test_the_proposal_lies_in_the_patient_where_the_volume_does() -> None:
    grid = Geometry((3, 10, 20), (5, 1, 2), (100, 50, 10), calibration=Calibration.PATIENT)
    array = np.zeros(grid.shape_kji, np.uint8)
    array[1, 2:8, 1:19], array[1, 4:6, 8:12], array[2, 4:6, 9:11] = 1, 2, 2
    volume = Volume(np.zeros(grid.shape_kji, np.int16), grid, "volume")
    figure = proposed_ratio(Labelmap(array, grid, (Label(1, "lungs"), Label(2, "heart"))), volume)
    assert figure is not None and figure.points[0] == (100 + 7.5 * 2, 50 + 4.5, 15)
