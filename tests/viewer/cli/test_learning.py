"""``wetread train`` and ``wetread evaluate`` from the outside; the learning itself is tested in ``training``."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Four grey pictures of two patients with a bright square as the lesion, and their index."""
    rows = ["dataset,path,label,group,mask,note"]
    for number in range(4):
        mask = np.zeros((64, 64), np.uint8)
        mask[16:48, 8 * number : 8 * number + 24] = 1
        Image.fromarray(mask * 120 + 60).save(tmp_path / f"{number}.png")
        Image.fromarray(mask).save(tmp_path / f"{number}-mask.png")
        rows.append(f"squares,{number}.png,,{number % 2},{number}-mask.png,")
    path = tmp_path / "index.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.mark.usefixtures("models")
def test_evaluate_prints_the_document_it_writes(wetread, index: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = wetread(
        "evaluate", "--model", "tiny-segmentation", "--index", index, "--dataset", "squares", "--out", out, "--json"
    )
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert (found["model"], found["task"], found["n"], found["groups"]) == ("tiny-segmentation", "segmentation", 4, 2)
    assert {"dice_any", "dice_ground_glass", "jaccard_any", "sensitivity_any", "mae"} <= set(found["metrics"])
    assert set(found["metrics"]["dice_any"]) == {"value", "low", "high"}
    assert json.loads((out / "evaluation.json").read_text()) == found


@pytest.mark.usefixtures("models")
def test_an_index_without_the_data_set_is_said(wetread, index: Path, tmp_path: Path) -> None:
    result = wetread(
        "evaluate", "--model", "tiny-segmentation", "--index", index, "--dataset", "circles", "--out", tmp_path / "o",
        "--json",
    )  # fmt: skip
    assert result.exit_code == 1 and "circles" in json.loads(result.stdout)["error"]


def test_train_releases_a_package_that_models_lists(wetread, models, index: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f"""
        name = "squares"
        start_from = "{models / "tiny-segmentation-1.0.0"}"
        releases = "{models}"
        data = {{ index = "{index}" }}
        split = {{ test = 0.0, folds = 2 }}
        optimiser = {{ epochs = 1, batch = 2 }}
        """
    )
    result = wetread("train", config, "--out", tmp_path / "run", "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert (found["model"], found["version"], found["task"]) == ("squares", "1.0.0", "segmentation")
    assert Path(found["package"]).parent == models
    assert "squares" in {one["name"] for one in json.loads(wetread("models", "--json").stdout)["models"]}


def test_a_configuration_with_an_unknown_word_is_named(wetread, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('name = "a"\nspeed = 3\n')
    result = wetread("train", config, "--out", tmp_path / "run", "--json")
    assert result.exit_code == 1 and "config.toml" in json.loads(result.stdout)["error"]
    assert result.stderr.startswith("wetread: config.toml")
