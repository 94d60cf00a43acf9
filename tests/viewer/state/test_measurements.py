"""The list of measurements: one undo line with strokes of the brush; drags are one step."""

from dataclasses import replace

import numpy as np
import pytest

from imaging.editing import replace as replaced
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label
from imaging.measurement.lines import KnownLength, Length
from imaging.measurement.measurement import Measurement
from imaging.volume import Volume
from viewer.state.measurements import MeasurementEdit, Measurements
from viewer.state.segmentation import Segmentation

GRID = Geometry((2, 4, 4), (1.0, 0.5, 0.5), calibration=Calibration.DETECTOR)
LINE = Measurement("a", Length(((0, 0, 0), (0, 3, 3))), "kji")
LONGER = replace(LINE, figure=Length(((0, 0, 0), (0, 9, 9))))


@pytest.fixture
def segmentation() -> Segmentation:
    made = Segmentation()
    made.load(GRID, None, (Label(1, "lesion"),))
    return made


@pytest.fixture
def state(segmentation: Segmentation) -> Measurements:
    made = Measurements()
    made.made.connect(segmentation.push)
    segmentation.replayed.connect(made.replay)
    made.load("1.2", ())
    return made


def paint(segmentation: Segmentation) -> None:
    edit = replaced(segmentation.array, np.ones(GRID.shape_kji, np.uint8), "Paint")
    assert edit is not None
    segmentation.apply(edit)


def test_measurements_and_strokes_are_on_one_undo_line(segmentation: Segmentation, state: Measurements) -> None:
    state.add(LINE)
    paint(segmentation)
    state.rename("a", "tip")
    assert segmentation.history.undo_name == "Name length"
    segmentation.undo()
    assert state.all == (LINE,) and segmentation.array.all()
    segmentation.undo()
    assert state.all == (LINE,) and not segmentation.array.any()
    segmentation.undo()
    assert state.all == () and not segmentation.history.can_undo
    for _ in range(3):
        segmentation.redo()
    assert segmentation.array.all() and [each.name for each in state.all] == ["tip"]


def test_a_measurement_leaves_the_mask_saved(segmentation: Segmentation, state: Measurements) -> None:
    state.add(LINE)
    segmentation.undo()
    assert segmentation.saved


def test_a_drag_is_one_step_and_tells_its_change_once(segmentation: Segmentation, state: Measurements) -> None:
    state.load("1.2", (LINE,))
    edits: list[MeasurementEdit] = []
    state.edited.connect(edits.append)
    state.preview("a", LINE.figure.moved(((0, 0, 0), (0, 5, 5))))
    state.preview("a", LONGER.figure)
    assert edits == [] and not segmentation.history.can_undo
    state.settle(LINE)
    assert edits == [MeasurementEdit("1.2", LINE, LONGER)] and segmentation.history.undo_name == "Move length"
    state.settle(LONGER)
    assert len(edits) == 1, "a drag that comes back to where it began changes nothing"
    segmentation.undo()
    assert state.all == (LINE,) and edits[1] == MeasurementEdit("1.2", LONGER, LINE)


def test_removing_and_undoing_brings_it_back(segmentation: Segmentation, state: Measurements) -> None:
    state.add(LINE)
    assert state.selected == LINE
    state.remove("a")
    state.remove("nothing")
    assert state.selected is None and state.all == ()
    segmentation.undo()
    assert state.all == (LINE,)


def test_a_known_length_calibrates_and_can_be_taken_back(segmentation: Segmentation, state: Measurements) -> None:
    volume = Volume(np.zeros(GRID.shape_kji, np.uint8), GRID, "image")

    line = Measurement("l", Length(((0, 0, 0), (0, 0, 4))), "kji")
    state.load("1.2", (line,))

    def millimetres() -> float:
        return state.values(line, volume)[0].value

    assert millimetres() == 2.0, "four columns of 0.5 mm at the detector"
    state.add(Measurement("k", KnownLength(((0, 0, 0), (0, 0, 4)), 2.0), "kji"))
    assert millimetres() == pytest.approx(2.0)
    state.set_known_length("k", 40.0)
    assert millimetres() == pytest.approx(40.0)
    state.set_known_length("k", 0.0)
    segmentation.undo()
    assert millimetres() == pytest.approx(2.0)


def test_another_series_starts_with_its_own_list(state: Measurements) -> None:
    state.add(LINE)
    state.hover("a")
    state.load("1.3", (replace(LINE, uid="b"),))
    assert state.find("a") is None and state.selected is None and state.hovered == ""
    assert state.of("1.2") == (LINE,), "another viewport may still show it"


def test_the_budget_counts_measurements() -> None:
    assert MeasurementEdit("1.2", None, LINE).nbytes == 300 and MeasurementEdit("1.2", LINE, LONGER).nbytes == 600
