"""Colours of heat maps: fixed limits, clear at zero."""

import numpy as np
import pytest

from inference.prediction import HeatMap
from viewer.canvas.heat_colours import colours, heat_image, legend, limits_text


def heat(signed: bool = False, limit: float = 1.0, **rest) -> HeatMap:
    values = {"method": "Grad-CAM", "layer": "conv5", "target": "lesion", "model": "net 1.0.0"} | rest
    return HeatMap(np.zeros((1, 2, 2), np.float32), limit, signed, **values)


def premultiplied(values: list[float], limit: float, signed: bool) -> np.ndarray:
    image = heat_image(np.array([values], np.float32), limit, signed)
    words = np.frombuffer(image.constBits(), np.uint8).reshape(1, len(values), 4)
    return words[0][:, [2, 1, 0, 3]].astype(int)


def test_zero_and_nan_are_clear_and_the_limit_is_opaque():
    found = premultiplied([0.0, np.nan, 2.0, 5.0], 2.0, signed=False)
    assert found[0].tolist() == [0, 0, 0, 0]
    assert found[1].tolist() == [0, 0, 0, 0]
    assert found[2].tolist() == [*colours(False)[-1], 255]
    assert found[3].tolist() == found[2].tolist()


def test_what_was_not_explained_is_clear_in_signed_maps_too():
    assert premultiplied([np.nan], 1.0, signed=True)[0].tolist() == [0, 0, 0, 0]


def test_a_quarter_of_the_limit_has_half_opacity():
    red, green, blue, alpha = premultiplied([0.25], 1.0, signed=False)[0]
    assert alpha == pytest.approx(128, abs=1)
    assert [red, green, blue] == pytest.approx(colours(False)[64] * (alpha / 255), abs=1)


def test_signed_maps_are_blue_below_and_red_above():
    low, middle, high = premultiplied([-1.0, 0.0, 1.0], 1.0, signed=True)
    assert low[2] > low[0] and high[0] > high[2]
    assert low[3] == high[3] == 255
    assert middle.tolist() == [0, 0, 0, 0]


def test_an_infinite_value_is_the_end_of_the_scale():
    found = premultiplied([np.inf, -np.inf], 1.0, signed=True)
    assert found[0].tolist() == [*colours(True)[-1], 255]
    assert found[1].tolist() == [*colours(True)[0], 255]


def test_a_map_of_nothing_is_clear():
    assert premultiplied([0.0], 0.0, signed=False)[0].tolist() == [0, 0, 0, 0]


def test_legend_names_method_layer_target_and_model():
    assert legend(heat()) == "Grad-CAM · conv5 · lesion · net 1.0.0"
    assert legend(heat(layer="")) == "Grad-CAM · lesion · net 1.0.0"
    assert legend(heat(), explained=False).endswith("· this slice was not explained")


def test_colour_bar_numbers_are_the_limits():
    assert limits_text(heat(limit=0.0301)) == ("0.0301", "0.015", "0")
    assert limits_text(heat(signed=True, limit=2.5)) == ("2.5", "0", "-2.5")
