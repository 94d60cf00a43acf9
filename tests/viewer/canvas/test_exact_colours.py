"""Colours of a clip, as Doppler's, reach the screen as they stand in the file."""

from typing import Any

import numpy as np

from imaging.geometry import Geometry
from imaging.volume import Volume


def test_every_frame_at_one_to_one_shows_the_values_of_the_file(stage: Any) -> None:
    frames = np.random.default_rng(5).integers(0, 256, (3, 40, 60, 3), np.uint8)
    stage.canvas.resize(200, 160)
    stage.show(Volume(frames, Geometry((3, 40, 60)), "clip", frame_times_ms=(0.0, 40.0, 80.0)))
    transform = stage.session.active.transform()
    assert transform is not None
    stage.view.set_zoom(stage.view.zoom / min(transform.scale))
    for k in range(3):
        stage.view.set_slice(k)
        assert np.array_equal(stage.grab()[60:100, 70:130], frames[k])
