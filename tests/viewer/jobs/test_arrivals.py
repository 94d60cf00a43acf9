"""News of a loading volume reaches the main thread, and nothing after a stop."""

from threading import Thread, get_ident

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication

from imaging.geometry import Geometry
from imaging.volume import Volume
from viewer.jobs.arrivals import Arrivals


def volume() -> Volume:
    return Volume(np.zeros((3, 2, 2), np.int16), Geometry((3, 2, 2), (1, 1, 1)), "volume")


def in_thread(work) -> None:
    thread = Thread(target=work)
    thread.start()
    thread.join()


def test_the_volume_comes_before_its_slices_on_the_main_thread(qtbot) -> None:
    heard: list[object] = []
    threads: set[int] = set()

    def hear(news: object) -> None:
        heard.append(news)
        threads.add(get_ident())

    arrivals, sent = Arrivals(1, hear, hear), volume()
    in_thread(lambda: (arrivals.begun(sent), arrivals.arrived(1), arrivals.arrived(0)))
    qtbot.waitUntil(lambda: len(heard) == 3)
    assert heard == [sent, 1, 0] and threads == {get_ident()}


def test_nothing_is_heard_after_a_stop(qtbot) -> None:
    heard: list[object] = []
    arrivals = Arrivals(1, heard.append, heard.append)
    in_thread(lambda: (arrivals.begun(volume()), arrivals.arrived(1)))
    arrivals.stop()
    QCoreApplication.processEvents()
    assert heard == []


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_memory_is_zeroed_and_of_the_asked_type(dtype, qtbot) -> None:
    memory = Arrivals(0, print, print).allocate((2, 3, 4), np.dtype(dtype))
    assert memory.shape == (2, 3, 4) and memory.dtype == dtype and not memory.any()


def test_the_slice_on_screen_is_wanted(qtbot) -> None:
    arrivals = Arrivals(5, print, print)
    assert arrivals.wanted() == 5
    arrivals.looked_at = 9
    assert arrivals.wanted() == 9
