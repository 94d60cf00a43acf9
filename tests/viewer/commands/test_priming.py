"""A mask is made ready once somebody holds a brush, once each, and before that it costs no memory."""

import numpy as np
import pytest

from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label
from imaging.mask_code import loaded
from viewer.commands.priming import Priming
from viewer.jobs.runner import Runner
from viewer.state.hand import Hand
from viewer.state.segmentation import Segmentation

GEOMETRY = Geometry((64, 256, 256), calibration=Calibration.PATIENT)
LABELS = (Label(1, "lesion"), Label(2, "vessel", layer=1))


@pytest.fixture
def room(qapp):
    hand, segmentation, runner, started = Hand(), Segmentation(), Runner(), []
    priming = Priming(hand, segmentation, runner)
    runner.started.connect(lambda key, _: started.append(key))
    yield hand, segmentation, runner, started
    runner.shut_down()
    del priming


def test_each_mask_is_prepared_once(room, qtbot):
    hand, segmentation, runner, started = room
    segmentation.load(GEOMETRY, None, LABELS)
    assert started == []
    hand.set_tool("brush")
    hand.set_radius_mm(9)
    hand.set_tool("eraser")
    qtbot.waitUntil(lambda: not runner.busy())
    assert started == ["brush"]
    segmentation.load(GEOMETRY, None, LABELS)
    qtbot.waitUntil(lambda: not runner.busy())
    assert started == ["brush"] * 2
    assert not np.any(segmentation.mask.layers[0]) and loaded() is not None


def test_a_further_layer_is_prepared_too(room, qtbot):
    hand, segmentation, runner, started = room
    hand.set_tool("smart-brush")
    segmentation.load(GEOMETRY, None, LABELS)
    segmentation.mask.layer(1)
    segmentation.set_active(2)
    qtbot.waitUntil(lambda: not runner.busy())
    assert started == ["brush"] * 2


def test_nothing_is_prepared_for_who_only_looks(room):
    hand, segmentation, _, started = room
    segmentation.load(GEOMETRY, None, LABELS)
    for tool in ("window", "length", "fill-polygon"):
        hand.set_tool(tool)
    assert started == []
