import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from imaging.formats.raster import read_mask
from imaging.formats.reading import load_volume, open_study
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.library.store import Library
from imaging.progress import Cancelled
from inference.errors import PackageError
from inference.manifest import Lineage, read_manifest
from inference.predictor import Predictor
from inference.registry import Registry
from tests.training.conftest import SQUARE, small_config
from training.config import LibraryData, SplitConfig, TrainingConfig
from training.errors import DataError, TrainingError
from training.evaluation import evaluate
from training.loop import train
from training.losses import LesionLoss
from training.metrics import Values

pytestmark = pytest.mark.filterwarnings("ignore")  # importing MONAI warns of its own dependencies


def lines(path: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_run_releases_a_package_that_the_viewer_can_run(index: Path, tmp_path: Path) -> None:
    told: list[Values] = []
    out = tmp_path / "run"
    folder = train(small_config(index), out, on_metrics=told.append)
    (package,) = Registry([out]).packages()[:1]
    assert (package.folder, package.problem) == (folder, "")
    picture = load_volume(open_study(index.parent / "0-left.png").series[0])
    mask = Predictor(package, "cpu").predict(picture).mask
    assert mask is not None
    assert mask.array.shape == (1, 48, 64)
    assert set(np.unique(mask.array)) <= {0, 2}
    curve = lines(out / "metrics.jsonl")
    assert [line["epoch"] for line in curve] == [1, 2] == [values["epoch"] for values in told]
    assert {"step", "train_loss", "val_dice_any", "val_dice_square"} <= curve[0].keys()


def test_held_out_patients_are_judged_and_never_learnt_from(index: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    folder = train(small_config(index, "classification"), out)
    split = json.loads((out / "split.json").read_text())
    assert len(split["test"]) == 1
    assert sorted(group for fold in split["folds"] for group in fold) == sorted(
        {f"p{n}" for n in range(5)} - {*split["test"]}
    )
    kept = json.loads((out / "metrics.json").read_text())["test"]
    assert (kept["n"], kept["groups"], kept["labels"]) == (2, 1, ["left", "right"])
    assert sum(map(sum, kept["confusion"])) == 2
    manifest = read_manifest(folder)
    assert manifest.lineage.split == split["digest"]
    assert "one patient: no interval" in (folder / "card.md").read_text()
    assert manifest.metrics == {}  # no interval can be drawn from one patient


def test_training_is_the_same_each_time(index: Path, tmp_path: Path) -> None:
    first, second = (train(small_config(index), tmp_path / name) for name in ("a", "b"))
    assert read_manifest(first).weights.sha256 == read_manifest(second).weights.sha256


def test_one_patient_is_learnt_from_and_nothing_is_claimed(index: Path, tmp_path: Path) -> None:
    text = index.read_text().splitlines()
    index.write_text("\n".join([text[0], *(line for line in text if ",p0," in line)]))
    folder = train(small_config(index), tmp_path / "run")
    assert read_manifest(folder).metrics == {}
    assert "**not known**" in (folder / "card.md").read_text()
    assert "val_dice_any" not in lines(tmp_path / "run" / "metrics.jsonl")[0]


def test_an_ensemble_goes_on_as_one_network(index: Path, tmp_path: Path) -> None:
    config = small_config(index)
    assert config.network is not None
    network = config.network.model_copy(update={"members": 2, "saliency_layer": "members.0.decoder.3"})
    parent = train(config.model_copy(update={"network": network}), tmp_path / "parent")
    child = train(
        TrainingConfig.model_validate(
            {
                "name": "squares",
                "start_from": parent,
                "releases": tmp_path / "parent",
                "data": config.data,
                "optimiser": config.optimiser,
            }
        ),
        tmp_path / "child",
    )
    manifest = read_manifest(child)
    assert manifest.version == "1.1.0"
    assert manifest.lineage.parent == "squares 1.0.0"
    assert manifest.labels == read_manifest(parent).labels
    assert (manifest.network.members, manifest.network.saliency_layer) == (1, "decoder.3")


def test_what_does_not_fit_its_image_is_not_learnt_from(index: Path, tmp_path: Path) -> None:
    """A mask of another size used to be stretched over the picture, and what no mask holds to be learnt for nothing."""
    mask = tmp_path / "mask-1-left.png"
    right = mask.read_bytes()
    Image.open(mask).resize((96, 72)).save(mask)
    with pytest.raises(DataError, match=r"1-left\.png: the mask is \(72, 96\), the image \(48, 64\)"):
        train(small_config(index, split=SplitConfig(test=0)), tmp_path / "run")
    mask.write_bytes(right)
    text = index.read_text().splitlines()
    index.write_text("\n".join([text[0] + ",slice", *(f"{line},2" for line in text[1:])]))
    with pytest.raises(DataError, match=r"slice 2: slice 2 is asked for, the image has 1"):
        train(small_config(index), tmp_path / "run")
    index.write_text("\n".join(text))
    with pytest.raises(DataError, match=r"no mask has a label value \(255\)"):
        train(small_config(index, labels=(SQUARE.model_copy(update={"value": 255}),)), tmp_path / "run")


def test_altered_weights_are_not_gone_on_from(index: Path, tmp_path: Path) -> None:
    config = small_config(index)
    parent = train(config, tmp_path / "parent")
    weights = parent / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-2] + b"\0\x3c")
    child = TrainingConfig.model_validate({"name": "child", "start_from": parent, "data": config.data})
    with pytest.raises(PackageError, match="was altered"):
        train(child, tmp_path / "child")


def test_a_child_is_not_judged_on_whom_its_parent_learnt_from(index: Path, tmp_path: Path) -> None:
    place = tmp_path / "library.db"

    def keep(*names: str) -> None:
        library = Library(place)
        for name in names:
            (series,) = open_study(tmp_path / name).series
            mask = Labelmap(read_mask(tmp_path / f"mask-{name}"), load_volume(series).geometry, (Label(2, "square"),))
            library.save_mask(series, mask, Provenance("a reader", datetime(2026, 1, 1, tzinfo=UTC)))
        library.close()

    def learn(name: str, **changes: Any) -> tuple[Lineage, set[str], str]:
        config = small_config(index, name=name, data=LibraryData(library=str(place)), **changes)
        folder = train(config, tmp_path / name)
        held_back = json.loads((tmp_path / name / "split.json").read_text())["test"]
        return read_manifest(folder).lineage, set(held_back), (folder / "card.md").read_text()

    half = SplitConfig(test=0.5, folds=2)
    keep("0-left.png", "1-left.png")
    parent, _, words = learn("parent", split=half)
    assert len(parent.annotations) == 1, "the other patient was held back"
    assert f"Learnt from annotations {parent.annotations[0]}." in words
    keep("2-left.png", "3-left.png", "1-left.png", "0-left.png")
    child, held_back, words = learn("child", split=half, start_from=tmp_path / "parent" / "parent-1.0.0")
    library = Library(place)
    (learnt,) = (
        one.group
        for one in library.annotated_series()
        if library.holds(int(parent.annotations[0].removeprefix("mask:")), one.series_uid)
    )
    library.close()
    assert len(held_back) == 2
    assert learnt not in held_back
    assert set(parent.annotations) < set(child.annotations)
    assert "it had learnt from are not held back" in words


def test_weights_that_are_no_numbers_are_never_released(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a network draws nothing, and is right wherever there is nothing to draw."""
    monkeypatch.setattr(LesionLoss, "forward", lambda _self, logits, _masks: logits.mean() * float("nan"))
    with pytest.raises(TrainingError, match=r"no number any more at step 1: try a lower optimiser\.rate"):
        train(small_config(index), tmp_path / "run")
    assert Registry([tmp_path / "run"]).packages() == ()


def test_a_cancelled_run_releases_nothing(index: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int, text: str) -> None:
        if done == 1 and text.startswith("Epoch"):
            raise Cancelled

    with pytest.raises(Cancelled):
        train(small_config(index), tmp_path / "run", stop)
    assert Registry([tmp_path / "run"]).packages() == ()


def test_an_evaluation_says_what_was_left_out(index: Path, tmp_path: Path) -> None:
    train(small_config(index, split=SplitConfig(test=0.2, folds=4)), tmp_path / "run")
    package = Registry([tmp_path / "run"]).find("squares")
    found = evaluate(package, index, "squares", tmp_path / "judged")
    assert json.loads((tmp_path / "judged" / "evaluation.json").read_text()) == found
    assert (found["n"], found["groups"], found["skipped"]) == (10, 5, 1)
    assert set(found["metrics"]) == {
        "dice_any", "jaccard_any", "sensitivity_any", "specificity_any", "mae", "dice_square",
    }  # fmt: skip
    one = found["metrics"]["dice_any"]
    assert 0 <= one["low"] <= one["value"] <= one["high"] <= 1
