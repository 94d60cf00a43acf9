"""Each plane is announced once, whichever thread shows the volume while another hands planes over."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imaging.geometry import Geometry
from imaging.sandbox.channel import Message
from imaging.sandbox.memory import new_block
from imaging.sandbox.relay import Relay
from imaging.sandbox.requests import LoadVolume
from imaging.study import Series
from imaging.volume import Volume

SHAPE = (2, 4, 5)


class _Program:
    """The other end of the line; shows the volume while the first planes are waiting to be copied."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.shows: Any = None

    def send(self, body: dict[str, Any], *_: object) -> None:
        self.heard.append(body)

    def receive(self) -> Message:
        if self.heard[-1]["kind"] == "planes":
            block = new_block(2 * 4 * 5 * 2)
            body: dict[str, Any] = {"kind": "memory", "number": 0, "bytes": block.size, "name": block.name}
            return Message(body, bytearray(), block.fd)
        if self.shows is not None:
            shows, self.shows = self.shows, None
            shows()
        return Message({"kind": "taken"}, bytearray())


@pytest.mark.parametrize("shown_meanwhile", [False, True])
def test_planes_are_announced_once(shown_meanwhile: bool) -> None:
    program = _Program()
    relay = Relay(program, lambda: None)  # type: ignore[arg-type]  it only sends and receives
    series = Series("1.2", "image", "DICOM", (Path("a.dcm"),), SHAPE, Geometry(SHAPE))
    with relay.watching(LoadVolume(series, watched=True)):
        planes = relay.planes(SHAPE, np.dtype(np.int16), (2, 1))
        volume = Volume(planes.array, Geometry(SHAPE), "image")
        if shown_meanwhile:
            program.shows = lambda: relay.begun(volume)
        else:
            relay.begun(volume)
        with planes.filling([1]):
            pass
        relay.arrived(1)
    announced = [body for body in program.heard if body["kind"] == "arrived" or body.get("shown") is True]
    assert len(announced) == 1 and announced[0]["kind"] == ("arrived" if shown_meanwhile else "filled")
