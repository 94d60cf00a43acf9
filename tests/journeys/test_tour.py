"""The tour: every station but those of models is walked, shows something new at each stop, and leaves nothing out."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from viewer import tour
from viewer.app import Application
from viewer.errors import ViewerError
from viewer.tour.exhibits import write_exhibits
from viewer.tour.visitor import Visitor

OF_MODELS = ("finding", "judging a film", "learning")
"""Stations that run or train models, which takes minutes."""
SHOWN = (
    # Studies
    "study browser", "thumbnails", "found by a word", "filtered", "recently opened", "priors", "by date",
    "reading state", "indexed folder", "dragged to a viewport", "hanging protocol", "another hanging protocol",
    "second stage", "third stage", "film and prior", "follow-up", "frontal and lateral", "ultrasound in a grid",
    "four viewports", "twelve viewports", "double click", "another monitor",
    # Seeing
    "window by dragging", "by its number key", "presets", "as a preset", "automatic window", "from a region",
    "VOI LUT", "sigmoid", "lowest and highest", "in colours", "by their own key", "inverted", "flipped",
    "turned freely", "rotated", "panned", "fitted", "1 to 1", "real size", "monitor calibrated", "lens",
    "interpolation", "padding", "shutter", "overlay", "three planes", "crosshair", "oblique", "sagittal", "coronal",
    "MIP", "MinIP", "mean", "reference lines", "time slider", "arterial", "fusion", "by place",
    "from where they stand", "windowed together", "loop", "to and fro", "twice its speed", "one frame on", "Doppler",
    "corner texts: few", "corner texts: none", "for each modality", "fidelity mark", "lossy", "done to the pixels",
    "metadata, searched", "key images", "exported as a DICOM object",
    # Measuring
    "length", "angle", "Cobb", "two diameters", "cardiothoracic", "warned of AP", "from masks", "ellipse",
    "rectangle", "polygon", "freehand region", "histogram", "SUVbw", "probe", "arrow", "text", "known length",
    "jumps to one", "at the detector", "ultrasound regions", "by keys alone", "speed and time",
    # Keys and mouse
    "profile of another viewer", "each to be changed", "two actions want one key", "palette", "to print",
    # Annotations
    "brush", "eraser", "ball brush", "smart brush", "values in a range", "scissors", "livewire", "freehand",
    "grown from a click", "island", "threshold", "Otsu", "local threshold", "seeds", "watershed", "margin", "hollow",
    "smoothed", "between slices", "to the next slice", "keyframes", "another label", "one line", "segments with",
    "locked", "overlap", "compared", "two revisions differ", "restored", "imported", "can be exported", "DICOM SEG",
    "another label set", "work queue", "adjudication", "no image is named",
)  # fmt: skip
"""Words of what was promised, each to be found in what some picture of the tour is said to show."""


def pixels(path: Path) -> NDArray[np.uint8]:
    return np.asarray(Image.open(path).convert("RGB"))


@pytest.fixture
def visitor(main: Application, tmp_path: Path) -> Visitor:
    """Somebody in the window with the list of studies, before the first station."""
    main.cataloguing.begin()
    return Visitor(main, tmp_path / "pictures", lambda _: None)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen
def test_the_tour_shows_all_that_was_promised_and_something_new_at_each_stop(visitor: Visitor, tmp_path: Path) -> None:
    exhibits, notices = write_exhibits(tmp_path), visitor.main.notices
    for station in tour.STATIONS:
        if station.name not in OF_MODELS:
            told = len(notices.all)
            station.walk(visitor, exhibits)
            assert [each.text for each in notices.all[told:] if each.level == "error"] == [], station.name
    assert_all_new(visitor.pictures)
    captions = " | ".join(visitor.captions).lower()
    assert [words for words in SHOWN if words.lower() not in captions] == []


def assert_all_new(pictures: list[Path]) -> None:
    """No picture is of one colour only, and none is that of the stop before."""
    before = np.zeros(0, np.uint8)
    for path in pictures:
        picture = pixels(path)
        assert len(np.unique(picture[::6, ::6].reshape(-1, 3), axis=0)) > 20, f"{path.name} is blank"
        assert not np.array_equal(picture, before), f"{path.name} shows what the one before it shows"
        before = picture


def test_what_models_do_has_stations_of_its_own() -> None:
    assert set(OF_MODELS) < {station.name for station in tour.STATIONS}


def test_who_asks_for_what_cannot_be_done_is_told(visitor: Visitor) -> None:
    with pytest.raises(ViewerError, match=r"Next phase \(next-phase\) cannot be done here"):
        visitor.do("next-phase")


def test_a_key_that_does_not_do_its_action_is_told(visitor: Visitor) -> None:
    visitor.main.window.actions_by_id["palette"].setShortcuts([])
    with pytest.raises(ViewerError, match=r"Command palette… \(palette\) is not done by Ctrl\+Shift\+P"):
        visitor.do("palette")
