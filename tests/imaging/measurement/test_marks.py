"""Values at a point; measurements as text."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.geometry import Calibration, Geometry
from imaging.measurement.areas import Ellipse, Outline
from imaging.measurement.figure import Figure
from imaging.measurement.lines import Angle, KnownLength, Length
from imaging.measurement.marks import Arrow, Note, Probe
from imaging.measurement.measurement import Measurement, packed, unpacked
from imaging.measurement.ruler import Ground
from imaging.volume import Volume

finite = st.floats(allow_nan=False, allow_infinity=False)
points = st.tuples(finite, finite, finite)


def test_a_probe_reads_the_voxel_that_it_lies_on() -> None:
    array = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)
    volume = Volume(
        array, Geometry((4, 5, 6), (3, 2, 1), (10, 20, 30), calibration=Calibration.PATIENT), "volume", "HU"
    )
    (found,) = Probe(((10 + 4.4, 20 + 2 * 2.6, 30 + 3 * 1.4),)).values(Ground(volume))
    assert (found.value, found.unit, found.text) == (array[1, 3, 4], "HU", f"{array[1, 3, 4]}.0 HU")
    assert Probe(((10 + 5.6, 20, 30),)).values(Ground(volume)) == ()


def test_a_probe_finds_its_slice_among_slices_that_make_no_grid() -> None:
    array = np.arange(2 * 5 * 6, dtype=np.int16).reshape(2, 5, 6)
    first = Geometry((1, 5, 6), calibration=Calibration.PATIENT)
    second = Geometry((1, 5, 6), (1, 1, 1), (0, 0, 40), calibration=Calibration.PATIENT)
    volume = Volume(
        array, Geometry((2, 5, 6), calibration=Calibration.PATIENT), "image", slice_geometries=(first, second)
    )
    (found,) = Probe(((2, 3, 39),)).values(Ground(volume))
    assert found.value == array[1, 3, 2]


def test_a_probe_reads_colours_and_nothing_in_padding(flat: Callable[..., Volume]) -> None:
    picture = np.zeros((1, 100, 200, 3), np.uint8)
    picture[0, 4, 5] = (1, 2, 3)
    assert [each.value for each in Probe(((0, 4, 5),)).values(Ground(flat(array=picture)))] == [1, 2, 3]
    assert Probe(((0, 4, 5),)).values(Ground(flat(padding=(0, 0)))) == ()
    assert Probe(((7, 4, 5),)).values(Ground(flat())) == ()


def test_arrows_and_texts_have_no_numbers(flat: Callable[..., Volume]) -> None:
    for figure in (Arrow(((0, 1, 1), (0, 2, 2))), Note(((0, 1, 1),))):
        assert figure.values(Ground(flat())) == ()


@given(st.lists(points, min_size=3, max_size=3), finite, st.text())
def test_every_digit_comes_back(corners: list[tuple[float, float, float]], known: float, name: str) -> None:
    three = tuple(corners)
    figures: tuple[Figure, ...] = (
        Angle(three), Ellipse(three), Outline(three, "freehand"), Length(three[:2]), KnownLength(three[:2], known),
        Note(three[:1]),
    )  # fmt: skip
    for figure in figures:
        measurement = Measurement("u", figure, "lps", name)
        back = unpacked("u", packed(measurement))
        assert back == measurement
        assert np.asarray(back.figure.points).tobytes() == np.asarray(figure.points).tobytes(), "also the sign of -0.0"


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"kind": "length", "frame": "lps", "points": [[0, 0, 0]], "name": ""}',
        '{"kind": "spiral", "frame": "lps", "points": [[0, 0, 0]], "name": ""}',
        '{"kind": "note", "frame": "ras", "points": [[0, 0, 0]], "name": ""}',
        '{"kind": "note", "frame": "lps", "points": [[0, 0]], "name": ""}',
    ],
)
def test_what_is_no_measurement_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="measurement u7: expected"):
        unpacked("u7", text)


def test_a_measurement_of_another_frame_has_no_numbers_here(flat: Callable[..., Volume]) -> None:
    length = Length(((0, 0, 0), (0, 1, 1)))
    assert Measurement("a", length, "lps").values(Ground(flat())) == ()
    assert len(Measurement("a", length, "kji").values(Ground(flat()))) == 1
    assert (Measurement("a", length, "kji").title, Measurement("a", length, "kji", "tip").title) == ("Length", "tip")
