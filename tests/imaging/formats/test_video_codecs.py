"""Clips of each codec, written with PyAV: the frames are there, at their own times."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from imaging.formats.reading import load_volume, open_study

TICKS = (0, 40, 120, 160, 300)
"""Milliseconds, unevenly, so that a rate times a count cannot be right."""
GREYS = (20, 70, 120, 170, 220)


def write_clip(path: Path, codec: str) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        for tick, grey in zip(TICKS, GREYS, strict=True):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), grey, np.uint8), format="rgb24")
            # Not the stream's time base: the container changes it with the first packet it is given.
            frame.pts, frame.time_base = tick, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.mark.parametrize("codec", ["libx265", "libx264", "mpeg4"])
def test_frames_have_their_own_times(tmp_path: Path, codec: str) -> None:
    if codec not in av.codecs_available:
        pytest.skip(f"this PyAV has no {codec} encoder")
    write_clip(tmp_path / "a.mp4", codec)
    (series,) = open_study(tmp_path).series
    volume = load_volume(series)
    assert np.allclose(volume.frame_times_ms, TICKS, atol=0.5)
    assert np.allclose(volume.array.reshape(len(TICKS), -1).mean(axis=1), GREYS, atol=3)
