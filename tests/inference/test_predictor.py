from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from imaging.geometry import Calibration, Geometry
from imaging.progress import Cancelled
from imaging.volume import Volume
from inference import networks
from inference.errors import InferenceError, UnsuitableInput
from inference.manifest import NetworkSpec, PreprocessingSpec
from inference.predictor import Predictor
from inference.registry import Package

MakePackage = Callable[..., Package]
Axes = tuple[tuple[float, float, float], ...]
STANDARD: Axes = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
MIRRORED: Axes = ((0.0, 0.0, -1.0), (0.0, 1.0, 0.0), (-1.0, 0.0, 0.0))
LYING: Axes = ((0.0, 0.0, 1.0), (-1.0, 0.0, 0.0), (0.0, 1.0, 0.0))


def picture(values: NDArray[np.uint8], modality: str = "") -> Volume:
    return Volume(values, Geometry(values.shape), "image", "", modality, "1.2.3")


def half_white(slices: int = 2) -> NDArray[np.uint8]:
    values = np.zeros((slices, 64, 64), np.uint8)
    values[:, :, :32] = 255
    return values


def ct(slices: int = 3, modality: str = "CT", axes: Axes = STANDARD) -> Volume:
    """A white block in rows 8-15 and columns 30-44 of black slices."""
    geometry = Geometry((slices, 40, 50), (5.0, 0.8, 0.8), axes_lps=axes, calibration=Calibration.PATIENT)
    values = np.full(geometry.shape_kji, -1000, np.int16)
    values[:, 8:16, 30:45] = 300
    return Volume(values, geometry, "volume", "HU", modality, "1.2.3")


def test_a_mask_is_what_the_network_says_of_each_pixel(make_package: MakePackage) -> None:
    prediction = Predictor(make_package(), "cpu").predict(picture(half_white()))
    assert prediction.mask is not None
    assert (prediction.mask.array[:, :, :32] == 1).all()
    assert (prediction.mask.array[:, :, 32:] == 0).all()
    assert [finding.label for finding in prediction.findings] == ["ground_glass", "consolidation"]
    assert prediction.findings[0].probability == pytest.approx(1 / (1 + np.exp(-20)), abs=1e-6)
    assert prediction.findings[1].probability == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("axes", [STANDARD, MIRRORED, LYING], ids=["standard", "mirrored", "lying"])
@pytest.mark.parametrize("turns", [0, 1])
def test_a_mask_lands_on_its_source_pixels_however_the_slice_lies(
    make_package: MakePackage, axes: Axes, turns: int
) -> None:
    spec = PreprocessingSpec(size_px=(160, 128), quarter_turns=turns)
    volume = ct(axes=axes)
    prediction = Predictor(make_package(preprocessing=spec), "cpu").predict(volume)
    assert prediction.mask is not None
    wrong = prediction.mask.array.astype(bool) != (volume.array > 0)
    assert not wrong[:, 10:14, 32:43].any(), "inside"
    assert wrong.sum() <= 3 * 46 / 2, "at most half of the block's edge pixels"


def test_probabilities_are_kept_when_asked_for_and_agree_with_the_mask(make_package: MakePackage) -> None:
    predictor = Predictor(make_package(), "cpu")
    prediction = predictor.predict(picture(half_white()), probabilities=True)
    assert prediction.probabilities is not None and prediction.mask is not None
    assert prediction.probabilities.array.dtype == np.uint8
    assert prediction.probabilities.values == (1, 2)
    assert (prediction.probabilities.of(1)[:, :, :32] == 1).all(), "1 / (1 + exp(-20)) is 1 to within half a 255th"
    assert (prediction.probabilities.of(1)[:, :, 32:] == 0).all()
    assert not prediction.probabilities.of(2).any()
    assert predictor.predict(picture(half_white())).probabilities is None


def test_a_classification_has_no_probability_maps(make_package: MakePackage) -> None:
    prediction = Predictor(make_package("classification"), "cpu").predict(picture(half_white(1)), probabilities=True)
    assert prediction.probabilities is None


def test_volumes_are_voxels_times_voxel_size(make_package: MakePackage) -> None:
    prediction = Predictor(make_package(), "cpu").predict(ct())
    assert prediction.mask is not None
    voxels = int((prediction.mask.array == 1).sum())
    assert voxels > 100
    assert prediction.volumes_ml["ground_glass"] == pytest.approx(voxels * 5.0 * 0.8 * 0.8 / 1000)
    assert prediction.volumes_ml["consolidation"] == 0.0


def test_without_millimetres_there_are_no_millilitres(make_package: MakePackage) -> None:
    prediction = Predictor(make_package(), "cpu").predict(picture(half_white()))
    assert prediction.volumes_ml == {"ground_glass": None, "consolidation": None}


def test_slices_that_make_no_grid_have_no_volume(make_package: MakePackage) -> None:
    regular = ct(2)
    own = (regular.slice_geometry(0), regular.slice_geometry(1))
    loose = Volume(regular.array, regular.geometry, "image", "HU", "CT", "1.2.3", slice_geometries=own)
    prediction = Predictor(make_package(), "cpu").predict(loose)
    assert prediction.mask is not None and prediction.mask.array.any()
    assert set(prediction.volumes_ml.values()) == {None}


def test_a_prediction_says_who_made_it_where_and_at_what_cost(make_package: MakePackage) -> None:
    prediction = Predictor(make_package(version="2.1.0"), "cpu").predict(ct())
    assert prediction.mask is not None and prediction.mask.provenance is not None
    assert (prediction.model, prediction.version) == ("tiny", "2.1.0")
    assert (prediction.mask.provenance.model, prediction.mask.provenance.model_version) == ("tiny", "2.1.0")
    assert [(label.value, label.name, label.colour) for label in prediction.mask.labels][1] == (
        2,
        "consolidation",
        (86, 180, 233),
    )
    assert prediction.series_uid == "1.2.3"
    assert prediction.device == "cpu"
    assert 0 < prediction.seconds < 60
    assert prediction.peak_memory_mb > 50
    assert prediction.warnings == ()


def test_a_picture_of_unknown_content_is_read_with_a_warning(make_package: MakePackage) -> None:
    prediction = Predictor(make_package("classification"), "cpu").predict(picture(half_white(1)))
    assert prediction.warnings == ("this picture does not say what it shows; taken to be CR or DX",)


CORONAL: Axes = ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0), (1.0, 0.0, 0.0))


def test_what_a_ct_model_was_not_made_for_is_read_with_a_warning(make_package: MakePackage) -> None:
    spec = PreprocessingSpec(size_px=(64, 64), window=(-400, 1400))
    predictor = Predictor(make_package(preprocessing=spec), "cpu")

    def warnings(volume: Volume) -> str:
        return " ".join(predictor.predict(volume).warnings)

    assert warnings(ct()) == warnings(ct(axes=LYING)) == warnings(picture(half_white(), "CT")) == ""
    assert "not axial" in warnings(ct(axes=CORONAL))
    assert "not Hounsfield units" in warnings(replace(ct(), unit=""))
    other = replace(ct(), slice_geometries=tuple(ct(1, axes=axes).geometry for axes in (STANDARD, CORONAL, STANDARD)))
    assert "not axial" in warnings(other)


def test_class_probabilities_are_the_softmax(make_package: MakePackage) -> None:
    white = picture(np.full((1, 30, 30), 255, np.uint8), "DX")
    prediction = Predictor(make_package("classification"), "cpu").predict(white)
    bright = 1 / (1 + np.exp(-4))
    assert [f.probability for f in prediction.findings] == pytest.approx([bright, 1 - bright], abs=0.01)
    assert prediction.mask is None
    assert prediction.volumes_ml == {}


def test_several_images_are_averaged_and_it_is_said(make_package: MakePackage) -> None:
    values = np.zeros((4, 30, 30), np.uint8)
    values[0] = 255
    prediction = Predictor(make_package("classification"), "cpu").predict(picture(values, "DX"))
    bright = 1 / (1 + np.exp(-4))
    assert prediction.findings[0].probability == pytest.approx(bright / 4 + (1 - bright) * 3 / 4, abs=0.01)
    assert prediction.warnings == ("probabilities are the mean over 4 images",)


def test_an_ensemble_of_equals_says_what_one_says(make_package: MakePackage) -> None:
    network = NetworkSpec(name="toy", in_channels=1, out_channels=3, members=3, saliency_layer="members.0.features")
    one = Predictor(make_package(), "cpu").predict(ct())
    three = Predictor(make_package(name="three", network=network), "cpu").predict(ct())
    assert one.mask is not None and three.mask is not None
    assert np.array_equal(one.mask.array, three.mask.array)
    assert three.findings[0].probability == pytest.approx(one.findings[0].probability, abs=1e-5)


def test_the_real_network_says_the_same_twice_and_in_any_company(make_package: MakePackage) -> None:
    network = NetworkSpec(name="unet", encoder="tf_efficientnet_lite0", in_channels=1, out_channels=3)
    torch.manual_seed(1)
    predictor = Predictor(make_package(network=network), "cpu")
    volume = ct(3)
    together, again, alone = predictor.predict(volume), predictor.predict(volume), predictor.predict(volume.slab(2))
    assert together.mask is not None and again.mask is not None and alone.mask is not None
    assert np.array_equal(together.mask.array, again.mask.array)
    assert (together.mask.array[2] != alone.mask.array[0]).mean() < 0.001


@pytest.mark.parametrize("verb", ["predict", "explain"])
def test_another_modality_is_refused(make_package: MakePackage, verb: str) -> None:
    predictor = Predictor(make_package(), "cpu")
    arguments = () if verb == "predict" else ("gradcam", 0, "ground_glass")
    with pytest.raises(UnsuitableInput, match="tiny reads CT; this is MR"):
        getattr(predictor, verb)(ct(modality="MR"), *arguments)


def test_cancelling_stops_between_batches(make_package: MakePackage) -> None:
    seen: list[int] = []

    def report(done: int, _total: int, _text: str) -> None:
        seen.append(done)
        if done >= 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        Predictor(make_package(), "cpu").predict(ct(20), report)
    assert seen == [0, 2]


def test_progress_ends_at_the_last_slice(make_package: MakePackage) -> None:
    seen: list[tuple[int, int, str]] = []
    Predictor(make_package(), "cpu").predict(ct(3), lambda *progress: seen.append(progress))
    assert seen == [(0, 3, "Tiny model: 1 of 3"), (2, 3, "Tiny model: 3 of 3"), (3, 3, "Tiny model")]


def test_memory_running_short_steps_down_and_says_so(
    make_package: MakePackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = make_package()
    expected = Predictor(package, "cpu").predict(ct())
    toy = networks.BUILDERS["toy"]

    class OneAtATime(torch.nn.Module):
        def __init__(self, spec: NetworkSpec) -> None:
            super().__init__()
            self.whole = toy(spec)

        def load_state_dict(self, *arguments: object, **options: object) -> object:
            return self.whole.load_state_dict(*arguments, **options)

        def forward(self, images: Tensor) -> Tensor:
            if len(images) > 1:
                raise torch.OutOfMemoryError
            return self.whole(images)

    monkeypatch.setitem(networks.BUILDERS, "toy", OneAtATime)
    stepped = Predictor(package, "cpu").predict(ct())
    assert stepped.mask is not None and expected.mask is not None
    assert np.array_equal(stepped.mask.array, expected.mask.array)
    assert stepped.warnings == ("memory was short: images at a time 1, not 2",)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("gradcam", 0, "tumour"), "label 'tumour': tiny knows ground_glass, consolidation"),
        (("tea-leaves", 0, "ground_glass"), "expected gradcam or integrated-gradients"),
        (("gradcam", 3, "ground_glass"), "slice 3: the image has slices 0 to 2"),
    ],
)
def test_what_cannot_be_explained_is_named(
    make_package: MakePackage, arguments: tuple[str, int, str], words: str
) -> None:
    with pytest.raises(InferenceError, match=words):
        Predictor(make_package(), "cpu").explain(ct(), *arguments)


@pytest.mark.parametrize("method", ["gradcam", "integrated-gradients"])
@pytest.mark.parametrize("axes", [STANDARD, MIRRORED, LYING], ids=["standard", "mirrored", "lying"])
@pytest.mark.parametrize("turns", [0, 1])
def test_heat_lands_on_the_pixels_that_spoke(make_package: MakePackage, method: str, axes: Axes, turns: int) -> None:
    spec = PreprocessingSpec(size_px=(160, 128), quarter_turns=turns)
    heat = Predictor(make_package(preprocessing=spec), "cpu").explain(ct(axes=axes), method, 1, "ground_glass")
    assert np.isnan(heat.array[[0, 2]]).all()
    warm = np.abs(heat.array[1]) > heat.limit / 4
    assert warm[9:15, 31:44].all(), "the white block"
    rows, columns = np.nonzero(warm)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == pytest.approx((8, 15, 30, 44), abs=1)


def test_a_heat_map_says_how_it_came_about(make_package: MakePackage) -> None:
    predictor = Predictor(make_package(version="3.0.0"), "cpu")
    grad = predictor.explain(ct(), "gradcam", 1, "ground_glass")
    integrated = predictor.explain(ct(), "integrated-gradients", 1, "ground_glass")
    assert (grad.method, grad.layer, grad.signed) == ("Grad-CAM", "features", False)
    assert (integrated.layer, integrated.signed) == ("input", True)
    assert grad.target == "ground_glass"
    assert grad.model == "tiny 3.0.0"
    assert grad.limit == pytest.approx(np.percentile(grad.array[1], 99.5))
