import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from imaging.geometry import Calibration, Geometry
from imaging.volume import Kind, Volume, Window
from inference.manifest import InputSpec, PreprocessingSpec
from inference.preprocessing import Preprocessing

INPUT = InputSpec(modalities=("CT",))
LUNG = (-400.0, 1400.0)


def spec(**changes: object) -> PreprocessingSpec:
    return PreprocessingSpec.model_validate({"size_px": (96, 128), **changes})


def chest(shape: tuple[int, int] = (120, 150)) -> NDArray[np.int16]:
    """An oval body of tissue with two lungs, in HU, off the middle of the slice."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    centre = shape[0] * 0.55, shape[1] * 0.5
    hu = np.full(shape, -1000, np.int16)
    hu[((rows - centre[0]) / (0.4 * shape[0])) ** 2 + ((columns - centre[1]) / (0.45 * shape[1])) ** 2 < 1] = 40
    for side in (-1, 1):
        middle = centre[1] + side * 0.2 * shape[1]
        lung = ((rows - centre[0]) / (0.28 * shape[0])) ** 2 + ((columns - middle) / (0.15 * shape[1])) ** 2 < 1
        hu[lung] = -850
    return hu


def volume(
    plane: NDArray[np.int16],
    spacing_mm: tuple[float, float, float] = (5.0, 2.0, 2.0),
    axes: tuple[tuple[float, float, float], ...] = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
    slices: int = 1,
) -> Volume:
    array = np.repeat(plane[None], slices, 0)
    geometry = Geometry(array.shape, spacing_mm, (-150.0, -120.0, 30.0), axes, Calibration.PATIENT)  # pyright: ignore
    return Volume(array, geometry, "volume", "HU", "CT")


def blob(shape: tuple[int, int], centre: tuple[float, float], radius: float) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return ((rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 < radius**2).astype(np.uint8)


def dice(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return 2 * float((a & b).sum()) / float(a.sum() + b.sum())


def centroid(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.argwhere(mask).mean(0)


def oblique(degrees: float) -> tuple[tuple[float, float, float], ...]:
    turn = np.deg2rad(degrees)
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    return (0.0, -sin, cos), (0.0, cos, sin), (1.0, 0.0, 0.0)


STANDARD = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
WAYS = {
    "standard": STANDARD,
    "prone": ((0.0, 0.0, 1.0), (0.0, -1.0, 0.0), (-1.0, 0.0, 0.0)),
    "mirrored": ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (-1.0, 0.0, 0.0)),
    "columns down": ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
    "feet first": ((0.0, 0.0, -1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
    "oblique": oblique(25),
    "coronal": ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0), (1.0, 0.0, 0.0)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("spacing_mm", [(5.0, 2.0, 2.0), (1.0, 1.2, 3.0), (1.0, 2.5, 0.8)])
@pytest.mark.parametrize("turns", [0, 1, 3])
def test_a_mask_comes_back_where_it_was(way: str, spacing_mm: tuple[float, float, float], turns: int) -> None:
    shown = volume(chest(), spacing_mm, WAYS[way], slices=2)
    mask = blob((120, 150), (63.0, 52.0), 14.0)
    preprocessing = Preprocessing(spec(window=LUNG, quarter_turns=turns, size_px=(256, 256)), INPUT)
    _, placement = preprocessing.forward(shown, 1)
    seen = preprocessing.mask(mask, placement)
    back = preprocessing.backward((seen == 1)[None].astype(np.float32), placement)[0] > 0.5
    assert dice(back, mask == 1) > 0.97
    np.testing.assert_allclose(centroid(back), centroid(mask == 1), atol=0.5)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(40, 200),
    columns=st.integers(40, 200),
    where=st.tuples(st.floats(0.35, 0.65), st.floats(0.35, 0.65)),
    aspect=st.floats(0.4, 2.5),
    keep=st.booleans(),
)
def test_any_flat_image_comes_back(
    rows: int, columns: int, where: tuple[float, float], aspect: float, keep: bool
) -> None:
    geometry = Geometry((1, rows, columns), (1.0, aspect, 1.0), calibration=Calibration.PIXEL_SPACING)
    picture = Volume(np.zeros((1, rows, columns), np.uint8), geometry, "image")
    mask = blob((rows, columns), (where[0] * rows, where[1] * columns), 0.3 * min(rows, columns)).astype(bool)
    preprocessing = Preprocessing(spec(size_px=(512, 448), keep_aspect=keep), INPUT)
    _, placement = preprocessing.forward(picture, 0)
    seen = preprocessing.mask(mask.astype(np.uint8), placement)
    back = preprocessing.backward(seen[None].astype(np.float32), placement)[0] > 0.5
    assert dice(back, mask) > 0.97
    np.testing.assert_allclose(centroid(back), centroid(mask), atol=0.5)


def test_hu_go_through_the_models_window() -> None:
    plane = np.full((64, 64), 300, np.int16)
    plane[:32] = -1100
    geometry = Geometry((1, 64, 64))
    grey, _ = Preprocessing(spec(window=LUNG, size_px=(64, 64)), INPUT).picture(
        Volume(plane[None], geometry, "image", "HU", "CT"), 0
    )
    assert grey[5, 30] == 0.0  # -400 - 1400 / 2
    assert grey[60, 30] == 1.0  # -400 + 1400 / 2
    half = Volume(np.full((1, 64, 64), -400, np.int16), geometry, "image", "HU", "CT")
    assert Preprocessing(spec(window=LUNG, size_px=(64, 64)), INPUT).picture(half, 0)[0].mean() == pytest.approx(0.5)


def test_eight_bit_pictures_are_taken_as_they_are() -> None:
    array = np.linspace(0, 255, 64 * 64).reshape(1, 64, 64).astype(np.uint8)
    picture = Volume(array, Geometry(array.shape), "image")
    preprocessing = Preprocessing(spec(window=LUNG, size_px=(64, 64), mean=(0.5, 0.4), std=(0.5, 0.2)), INPUT)
    grey, _ = preprocessing.picture(picture, 0)
    np.testing.assert_allclose(grey, array[0] / 255, atol=1e-6)
    seen, _ = preprocessing.forward(picture, 0)
    assert seen.dtype == np.float32
    np.testing.assert_allclose(seen, np.stack([(grey - 0.5) / 0.5, (grey - 0.4) / 0.2]), atol=1e-5)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
@pytest.mark.parametrize("kind", ["volume", "clip", "image"])
@pytest.mark.parametrize("colours", [(), (3,)])
def test_a_slice_alone_is_seen_as_in_the_whole(dtype: type, kind: Kind, colours: tuple[int, ...]) -> None:
    """Explanations and evaluations take single slices: they must be of the picture that was predicted."""
    generator = np.random.default_rng(0)
    array = generator.integers(20, 90, (3, 40, 40, *colours)).astype(np.uint8 if colours else dtype)
    array[0] //= 2
    whole = Volume(array, Geometry((3, 40, 40)), kind)
    preprocessing = Preprocessing(spec(size_px=(40, 40)), INPUT)
    np.testing.assert_array_equal(preprocessing.picture(whole.slab(2), 0)[0], preprocessing.picture(whole, 2)[0])


def test_monochrome1_is_turned_so_that_bone_is_bright() -> None:
    array = np.linspace(0, 4000, 50 * 50).reshape(1, 50, 50).astype(np.uint16)
    window = (Window(2000, 4000),)
    dark = Volume(array, Geometry(array.shape), "image", modality="DX", windows=window)
    bright = Volume(array, Geometry(array.shape), "image", modality="DX", windows=window, inverted=True)
    preprocessing = Preprocessing(spec(size_px=(50, 50)), INPUT)
    np.testing.assert_allclose(preprocessing.picture(bright, 0)[0], 1 - preprocessing.picture(dark, 0)[0], atol=1e-6)


def test_colour_is_averaged() -> None:
    array = np.zeros((1, 32, 32, 3), np.uint8)
    array[..., 0] = 255
    grey, _ = Preprocessing(spec(size_px=(32, 32)), INPUT).picture(Volume(array, Geometry((1, 32, 32)), "image"), 0)
    np.testing.assert_allclose(grey, 1 / 3, atol=1e-3)


def test_padding_values_are_black() -> None:
    array = np.full((1, 32, 32), 1000, np.int16)
    array[:, :8] = -2000
    shown = Volume(array, Geometry((1, 32, 32)), "image", windows=(Window(1000, 100),), padding=(-2000, -2000))
    grey, _ = Preprocessing(spec(size_px=(32, 32)), INPUT).picture(shown, 0)
    assert grey[2].max() == 0.0
    assert grey[20].min() == pytest.approx(0.5)


@pytest.mark.parametrize("inverted", [False, True])
def test_what_is_no_number_is_black_and_spoils_no_other_pixel(inverted: bool) -> None:
    array = np.full((1, 32, 32), 100, np.float32)
    array[0, 4, 4] = np.nan
    shown = Volume(array, Geometry((1, 32, 32)), "image", windows=(Window(100, 100),), inverted=inverted)
    grey, _ = Preprocessing(spec(size_px=(32, 32)), INPUT).picture(shown, 0)
    assert grey[4, 4] == 0.0
    assert grey[20].min() == grey[20].max() == pytest.approx(0.5)


@pytest.mark.parametrize("way", ["standard", "prone", "mirrored", "columns down", "feet first"])
def test_the_patient_lies_the_same_way_whatever_the_storage(way: str) -> None:
    """One bright spot at the patient's left front must be drawn at the same place."""
    axes = WAYS[way]
    standard = Geometry((1, 160, 160), (5.0, 2.0, 2.0), (-159.0, -159.0, 0.0), STANDARD, Calibration.PATIENT)
    spot_lps = standard.point_lps((0, 60, 110))
    origin = -np.asarray(axes[1]) * 159.0 - np.asarray(axes[2]) * 159.0
    geometry = Geometry((1, 160, 160), (5.0, 2.0, 2.0), tuple(origin), axes, Calibration.PATIENT)  # pyright: ignore
    index = np.rint(geometry.index_kji(spot_lps)).astype(int)
    plane = np.full((160, 160), -1000, np.int16)
    plane[20:140, 20:140] = 40
    plane[index[1] - 3 : index[1] + 4, index[2] - 3 : index[2] + 4] = 3000
    shown = Volume(plane[None], geometry, "volume", "HU", "CT")
    upright, _ = Preprocessing(spec(window=(1500.0, 3000.0), size_px=(96, 96)), INPUT).picture(shown, 0)
    row, column = centroid(upright > 0.5)
    assert row < 45 < 52 < column  # anterior is up, the patient's left is on the right
    turned, _ = Preprocessing(spec(window=(1500.0, 3000.0), size_px=(96, 96), quarter_turns=1), INPUT).picture(shown, 0)
    np.testing.assert_allclose(turned, np.rot90(upright), atol=0.15)


def test_a_chest_slice_is_cropped_to_the_lungs() -> None:
    shown = volume(chest((200, 260)), (5.0, 1.5, 1.5))
    _, placement = Preprocessing(spec(window=LUNG, size_px=(128, 128)), INPUT).picture(shown, 0)
    top, bottom, left, right = placement.box
    lungs = np.argwhere(shown.array[0] == -850)
    margin = np.array([lungs.min(0) - (top, left), (bottom, right) - lungs.max(0) - 1])
    assert margin.min() >= 6  # 12 mm less what smoothing rounds off
    assert margin.max() <= 11


def test_a_slice_of_air_is_kept_whole() -> None:
    air = volume(np.full((64, 80), -1000, np.int16))
    _, placement = Preprocessing(spec(window=LUNG), INPUT).picture(air, 0)
    assert placement.box == (0, 64, 0, 80)


def test_outside_the_crop_nothing_is_claimed() -> None:
    shown = volume(chest((200, 260)), (5.0, 1.5, 1.5))
    preprocessing = Preprocessing(spec(window=LUNG, size_px=(128, 128)), INPUT)
    _, placement = preprocessing.forward(shown, 0)
    back = preprocessing.backward(np.ones((2, 128, 128), np.float32), placement)
    assert back.shape == (2, 200, 260)
    assert back[0, 0, 0] == 0.0
    assert back[0, 110, 130] == pytest.approx(1.0)
