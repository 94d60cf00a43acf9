"""Grey images in colours on the real viewport, with the bar that tells what they mean."""

import numpy as np

from imaging.colour_tables import COLOUR_TABLES
from imaging.geometry import Geometry
from imaging.measuring_facts import MeasuringFacts
from imaging.volume import Volume, Window
from viewer.canvas.furniture import Furniture

HOT = COLOUR_TABLES["Hot Iron"]


def shown(stage, **more):
    array = np.full((1, 200, 200), 128, np.int16)
    stage.show(Volume(array, Geometry((1, 200, 200)), "image", windows=(Window(128, 256),), **more))
    return stage


def test_the_picture_has_the_colours_and_a_reset_is_grey_again(stage) -> None:
    shown(stage)
    middle = (stage.canvas.height() // 2 + 12, 30)
    assert stage.grab()[middle].tolist() == [128, 128, 128]
    stage.view.set_colours(HOT)
    assert stage.grab()[middle].tolist() == HOT.rgb[128].tolist()
    stage.view.reset()
    assert stage.view.colours is None and stage.grab()[middle].tolist() == [128, 128, 128]


def bar(stage) -> np.ndarray:
    """(rows, 3) of the column that the middle of the bar lies in, from its top to its bottom."""
    picture = stage.grab()
    column = picture[:, picture.shape[1] - 8 - 6]
    tall = int(min(picture.shape[0] * 0.4, 260))
    top = (picture.shape[0] - tall) // 2
    return column[top + 3 : top + tall - 3]


def test_the_bar_runs_from_the_highest_value_down(stage) -> None:
    shown(stage).view.set_colours(HOT)
    found = bar(stage)
    assert found[0].sum() > found[len(found) // 2].sum() > found[-1].sum()
    stage.view.set_inverted(True)
    found = bar(stage)
    assert found[0].sum() < found[-1].sum(), "inverted, high values are dark"


def test_no_bar_without_colours_and_none_on_a_colour_image(stage) -> None:
    shown(stage)
    assert len(np.unique(bar(stage), axis=0)) == 1
    array = np.full((1, 200, 200, 3), 90, np.uint8)
    stage.show(Volume(array, Geometry((1, 200, 200)), "image"))
    stage.view.set_colours(HOT)
    assert len(np.unique(bar(stage), axis=0)) == 1


def test_the_numbers_beside_the_bar_of_an_uptake_are_standardised_like_the_window(stage, monkeypatch) -> None:
    told: list[list[str]] = []
    monkeypatch.setattr(Furniture, "colour_bar", lambda _, __, numbers, *___: told.append(list(numbers)) or 0.0)
    shown(stage, facts=MeasuringFacts(suv_factor=0.0005), unit="BQML", modality="PT")
    stage.view.set_window(Window(5000, 10000))
    stage.view.set_colours(HOT)
    stage.grab()
    assert told[-1] == ["5", "2.5", "0"]
