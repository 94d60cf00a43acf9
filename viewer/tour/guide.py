"""The way of the tour: its stations in order, and the window they are walked in."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from viewer.app import Application, application
from viewer.places import Places
from viewer.tour import (
    arranging,
    clips,
    editing,
    greys,
    keeping,
    keys,
    marks,
    measuring,
    models,
    planes,
    queueing,
    studies,
    together,
    turning,
)
from viewer.tour.exhibits import Exhibits, write_exhibits
from viewer.tour.visitor import Say, Visitor

SIZE = (1480, 900)


@dataclass(frozen=True)
class Station:
    """One part of the tour; ``walk`` goes through it and opens what it needs, so that stations can be left out."""

    name: str
    walk: Callable[[Visitor, Exhibits], None]


STATIONS = (
    Station("studies", studies.walk),
    Station("arranging", arranging.walk),
    Station("greys and colours", greys.walk),
    Station("turning and enlarging", turning.walk),
    Station("planes and phases", planes.walk),
    Station("together", together.walk),
    Station("clips", clips.walk),
    Station("marks, header, key images", marks.walk),
    Station("measuring", measuring.walk),
    Station("keys and mouse", keys.walk),
    Station("editing", editing.walk),
    Station("segments, revisions, files", keeping.walk),
    Station("questions", queueing.ask),
    Station("finding", models.find),
    Station("judging a film", models.judge_film),
    Station("learning", models.learn),
    Station("work queue", queueing.walk),
    Station("trouble", studies.meet_trouble),
)


def run(out: Path, say: Say, stations: Sequence[Station] = STATIONS) -> list[Path]:
    """The screenshots written to ``out``; annotations and models of the tour go to a scratch folder.

    Raises:
        ViewerError: something was not done in time, or cannot be done.
        SaveError: a screenshot could not be written.
    """
    application()
    with tempfile.TemporaryDirectory() as scratch:
        main = Application(Places(Path(scratch), Path(scratch)))
        main.window.resize(*SIZE)
        main.start()
        visitor = Visitor(main, out, say)
        try:
            exhibits = write_exhibits(Path(scratch))
            for station in stations:
                station.walk(visitor, exhibits)
        finally:
            main.shut_down()
            main.window.deleteLater()
    return visitor.pictures
