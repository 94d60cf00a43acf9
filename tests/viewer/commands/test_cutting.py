"""Code for planes is compiled in the background, once for each type of voxels, and only where planes can be cut."""

import numpy as np
import pytest

from imaging.geometry import Calibration, Geometry
from imaging.reslicing import kernels
from imaging.volume import Volume
from viewer.commands.cutting import Cutting
from viewer.jobs.runner import Runner
from viewer.state.session import Session


def volume(calibration: Calibration, dtype: type[np.generic] = np.uint16) -> Volume:
    array = np.zeros((4, 4, 4), dtype)
    return Volume(array, Geometry(array.shape, calibration=calibration), "volume")


@pytest.fixture
def room(qapp):
    session, runner = Session(), Runner()
    cutting, started = Cutting(session, runner), []
    runner.started.connect(lambda key, _: started.append(key))
    yield session, runner, started
    runner.shut_down()
    del cutting


def test_a_volume_that_can_be_cut_is_prepared_once(room, qtbot):
    session, runner, started = room
    session.show(None, volume(Calibration.PATIENT))
    qtbot.waitUntil(lambda: not runner.busy(), timeout=30_000)
    session.show(None, volume(Calibration.PATIENT))
    assert started == ["planes"]
    assert any("uint16" in str(signature) for signature in kernels.linear.signatures)


def test_one_that_cannot_be_cut_is_left_alone(room):
    session, _, started = room
    session.show(None, volume(Calibration.PIXEL_SPACING))
    session.show(None, None)
    assert started == []


def test_one_that_is_still_loading_waits(room):
    session, _, started = room
    shown = volume(Calibration.PATIENT, np.int16)
    session.show(None, shown, only_k=1)
    assert started == []
    session.active.opened.finish(shown)
    assert started == ["planes"]
