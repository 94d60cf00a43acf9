from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from imaging.geometry import Calibration, Geometry
from imaging.progress import Cancelled
from imaging.volume import Volume
from inference.device import choose
from inference.errors import InferenceError, UnsuitableInput
from inference.predictor import Predictor
from inference.registry import Package

MakePackage = Callable[..., Package]


def ct(slices: int = 3, modality: str = "CT") -> Volume:
    geometry = Geometry((slices, 40, 50), (5.0, 0.8, 0.8), calibration=Calibration.PATIENT)
    values = np.random.default_rng(0).integers(-1000, 400, geometry.shape_kji).astype(np.int16)
    return Volume(values, geometry, "volume", "HU", modality, "1.2.3")


class Fixed(torch.nn.Module):
    """Certain of ground glass in the left half of its input, of background in the right half."""

    def forward(self, images: Tensor) -> Tensor:
        logits = torch.zeros(len(images), 3, *images.shape[2:])
        half = images.shape[3] // 2
        logits[:, 1, :, :half] = 20.0
        logits[:, 0, :, half:] = 20.0
        return logits


def test_a_segmentation_lands_on_the_source_grid(make_package: MakePackage) -> None:
    predictor = Predictor(make_package(), "cpu")
    predictor._network = Fixed()
    volume = Volume(np.zeros((2, 40, 40), np.uint8), Geometry((2, 40, 40), (2.0, 1.0, 1.0)), "image", "", "", "1.2.3")
    prediction = predictor.predict(volume)
    assert prediction.mask is not None
    assert (prediction.mask.array[:, :, :20] == 1).all()
    assert (prediction.mask.array[:, :, 20:] == 0).all()
    assert prediction.findings[0].probability == pytest.approx(1.0, abs=1e-4)
    assert prediction.volumes_ml == {"ground_glass": None, "consolidation": None}, "no millimetres, no millilitres"
    assert "does not say what it shows" in prediction.warnings[0]


def test_volumes_are_voxels_times_voxel_size(make_package: MakePackage) -> None:
    prediction = Predictor(make_package(), "cpu").predict(ct())
    assert prediction.mask is not None
    voxels = int((prediction.mask.array == 1).sum())
    assert prediction.volumes_ml["ground_glass"] == pytest.approx(voxels * 5.0 * 0.8 * 0.8 / 1000)
    assert prediction.mask.provenance is not None
    assert prediction.mask.provenance.model == "tiny"
    assert prediction.device == "cpu"
    assert prediction.seconds > 0
    assert prediction.peak_memory_mb > 50


def test_the_same_input_gives_the_same_mask(make_package: MakePackage) -> None:
    predictor = Predictor(make_package(), "cpu")
    first, second = predictor.predict(ct()), predictor.predict(ct())
    assert first.mask is not None and second.mask is not None
    assert np.array_equal(first.mask.array, second.mask.array)


def test_class_probabilities_add_up_to_one(make_package: MakePackage) -> None:
    image = Volume(np.full((1, 30, 20), 90, np.uint8), Geometry((1, 30, 20)), "image", "", "DX", "1.2")
    prediction = Predictor(make_package("classification"), "cpu").predict(image)
    assert sum(finding.probability for finding in prediction.findings) == pytest.approx(1.0, abs=1e-5)
    assert prediction.mask is None


def test_another_modality_is_refused(make_package: MakePackage) -> None:
    with pytest.raises(UnsuitableInput, match="reads CT; this is MR"):
        Predictor(make_package(), "cpu").predict(ct(modality="MR"))


def test_cancelling_stops_between_batches(make_package: MakePackage) -> None:
    seen: list[int] = []

    def report(done: int, _total: int, _text: str) -> None:
        seen.append(done)
        if done >= 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        Predictor(make_package(), "cpu").predict(ct(20), report)
    assert seen == [0, 2]


def test_memory_running_short_steps_down_and_says_so(make_package: MakePackage) -> None:
    predictor = Predictor(make_package(), "cpu")
    whole = predictor._network

    class Short(torch.nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            if len(images) > 1:
                raise torch.OutOfMemoryError
            return whole(images)

    expected = predictor.predict(ct())
    predictor._network = Short()
    stepped = predictor.predict(ct())
    assert stepped.mask is not None and expected.mask is not None
    assert np.array_equal(stepped.mask.array, expected.mask.array)
    assert any("memory was short" in warning for warning in stepped.warnings)


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_a_missing_gpu_is_named_and_auto_goes_on_without() -> None:
    assert choose("auto").type == "cpu"
    with pytest.raises(InferenceError, match="torch finds none"):
        choose("cuda")


def test_an_unknown_label_or_method_is_named(make_package: MakePackage) -> None:
    predictor = Predictor(make_package(), "cpu")
    with pytest.raises(InferenceError, match="tiny knows ground_glass, consolidation"):
        predictor.explain(ct(), "gradcam", 0, "tumour")
    with pytest.raises(InferenceError, match="expected gradcam or integrated-gradients"):
        predictor.explain(ct(), "tea-leaves", 0, "ground_glass")


@pytest.mark.parametrize("method", ["gradcam", "integrated-gradients"])
def test_only_the_explained_slice_has_values(make_package: MakePackage, method: str) -> None:
    heat = Predictor(make_package(), "cpu").explain(ct(), method, 1, "ground_glass")
    assert np.isfinite(heat.array[1]).all()
    assert np.isnan(heat.array[[0, 2]]).all()
    assert heat.signed == (method == "integrated-gradients")
    assert heat.limit > 0
