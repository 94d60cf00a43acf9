"""``wetread predict`` and ``wetread models`` on real packages with random weights."""

import json
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image

from imaging.formats import raster


def test_models_lists_packages_and_what_is_wrong_with_them(wetread, models: Path) -> None:
    (models / "broken").mkdir()
    (models / "broken" / "manifest.json").write_text("{}")
    result = wetread("models", "--json")
    assert result.exit_code == 0
    found = {one["name"]: one for one in json.loads(result.stdout)["models"]}
    assert found["tiny-segmentation"]["labels"] == ["ground_glass", "consolidation"]
    assert found["tiny-segmentation"]["metrics"] == {"dice_any": {"value": 0.7, "low": 0.6, "high": 0.8}}
    assert found["tiny-classification"]["modalities"] == ["CR", "DX"] and not found["tiny-classification"]["problem"]
    assert "broken" in found["broken"]["problem"]
    text = wetread("models").stdout
    assert "tiny-segmentation 1.0.0  Tiny model (segmentation; CT)" in text and "broken: cannot be used" in text


@pytest.mark.usefixtures("models")
def test_a_volume_gets_a_mask_and_a_heat_map_on_its_own_grid(wetread, make_ct, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = wetread(
        "predict", make_ct(), "--model", "tiny-segmentation", "--out", out, "--device", "cpu",
        "--saliency", "gradcam", "--slice", 1, "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found == json.loads((out / "prediction.json").read_text())
    assert (found["model"], found["version"], found["device"]) == ("tiny-segmentation", "1.0.0", "cpu")
    assert found["series"] == "2.25.101" and found["seconds"] > 0 and found["peak_memory_mb"] > 50
    assert {finding["label"] for finding in found["findings"]} == {"ground_glass", "consolidation"}
    mask = nibabel.load(out / "mask.nii.gz")
    values = np.asarray(mask.dataobj).T
    assert values.shape == (3, 2, 3) and values.any()
    assert found["volumes_ml"]["ground_glass"] == np.count_nonzero(values == 1) * 2.5 * 0.5 * 0.75 / 1000
    assert found["mask_labels"] == {"1": "ground_glass", "2": "consolidation"}
    heat = nibabel.load(out / "saliency-gradcam.nii.gz")
    assert np.allclose(heat.affine, mask.affine)
    explained = np.isfinite(np.asarray(heat.dataobj).T).all(axis=(1, 2))
    assert explained.tolist() == [False, True, False] and found["saliency"]["slice"] == 1
    assert "Not a medical device" in result.stderr


@pytest.mark.usefixtures("models")
def test_a_flat_image_gets_pictures(wetread, phantom_study, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = wetread(
        "predict", phantom_study.study, "--model", "tiny-classification", "--out", out,
        "--saliency", "gradcam", "--target", "covid19",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    found = json.loads((out / "prediction.json").read_text())
    assert abs(sum(finding["probability"] for finding in found["findings"]) - 1) < 1e-5
    assert found["mask"] == [] and found["volumes_ml"] == {} and found["saliency"]["target"] == "covid19"
    values = np.load(out / "saliency-gradcam.npy", allow_pickle=False)
    picture = np.asarray(Image.open(out / "saliency-gradcam.png"))
    assert values.shape == (618, 768) and picture.shape == (618, 768, 3)


@pytest.mark.usefixtures("models")
def test_several_images_get_a_folder_each(wetread, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in (1, 2):
        Image.fromarray(np.full((40, 50), 100 * number, np.uint8)).save(pictures / f"{number}.png")
    result = wetread("predict", pictures, "--model", "tiny-segmentation", "--out", tmp_path / "out", "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)["predictions"]
    assert [Path(one["path"]).name for one in found] == ["1.png", "2.png"]
    for number in ("1", "2"):
        assert raster.read_mask(tmp_path / "out" / number / "mask.png").shape == (1, 40, 50)


@pytest.mark.usefixtures("models")
def test_a_model_for_another_image_says_so(wetread, make_ct, tmp_path: Path) -> None:
    result = wetread("predict", make_ct(), "--model", "tiny-classification", "--out", tmp_path / "out", "--json")
    assert result.exit_code == 1 and not (tmp_path / "out").exists()
    error = json.loads(result.stdout)["error"]
    assert "ct: tiny-classification" in error and "this is" in error


def test_altered_weights_are_refused(wetread, models, make_ct, tmp_path: Path) -> None:
    weights = models / "tiny-segmentation-1.0.0" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    result = wetread("predict", make_ct(), "--model", "tiny-segmentation", "--out", tmp_path / "out")
    assert result.exit_code == 1 and "altered" in result.stderr and result.stderr.count("\n") == 1


@pytest.mark.usefixtures("models")
def test_an_unknown_model_or_slice_is_named(wetread, make_ct, tmp_path: Path) -> None:
    folder = make_ct()
    result = wetread("predict", folder, "--model", "nope", "--out", tmp_path / "out")
    assert result.exit_code == 1 and "'nope'" in result.stderr and "tiny-segmentation@1.0.0" in result.stderr
    result = wetread(
        "predict", folder, "--model", "tiny-segmentation", "--out", tmp_path / "out", "--saliency", "gradcam",
        "--slice", 3,
    )  # fmt: skip
    assert result.exit_code == 1 and "slices 0 to 2" in result.stderr
    result = wetread("predict", folder, "--model", "tiny-segmentation", "--out", tmp_path / "out", "--device", "tpu")
    assert result.exit_code == 2
