"""A small world to learn in: pictures with a bright square, its mask, and a class that says where it is."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.manifest import InputSpec, LabelSpec, NetworkSpec, PreprocessingSpec
from training.config import AugmentationConfig, IndexData, OptimiserConfig, SplitConfig, Task, TrainingConfig

SQUARE = LabelSpec(name="square", value=2, title="Square")
CLASSES = (LabelSpec(name="left", value=0), LabelSpec(name="right", value=1))


def write_index(folder: Path, patients: int = 5) -> Path:
    """An index of two pictures per patient, square left and right, one row without mask and one of an unknown class."""
    rows: list[dict[str, str]] = []
    generator = np.random.default_rng(0)
    for patient in range(patients):
        for side, label in enumerate(("left", "right")):
            picture = generator.integers(0, 60, (48, 64), np.uint8)
            mask = np.zeros((48, 64), np.uint8)
            mask[16:32, 8 + 32 * side : 24 + 32 * side] = 2
            picture[mask == 2] += 180
            name = f"{patient}-{label}.png"
            Image.fromarray(picture).save(folder / name)
            Image.fromarray(mask).save(folder / f"mask-{name}")
            rows.append({"dataset": "squares", "path": name, "label": label, "group": f"p{patient}",
                         "mask": f"mask-{name}", "note": ""})  # fmt: skip
    rows.append({**rows[0], "label": "above", "mask": ""})
    rows.append({**rows[0], "dataset": "other"})
    path = folder / "index.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """See :func:`write_index`."""
    return write_index(tmp_path)


def small_config(index: Path, task: Task = "segmentation", **changes: object) -> TrainingConfig:
    """Two quick epochs on the small world, from random weights."""
    segmentation = task == "segmentation"
    values = {
        "name": "squares",
        "task": task,
        "data": IndexData(index=index, dataset="squares"),
        "pretrained": False,
        "labels": (SQUARE,) if segmentation else CLASSES,
        "input": InputSpec(modalities=("CT",)),
        "network": NetworkSpec(
            name="unet" if segmentation else "classifier", encoder="tf_efficientnet_lite0", saliency_layer="head"
        ),
        "preprocessing": PreprocessingSpec(size_px=(64, 64), mean=(0.5,) * 3, std=(0.5,) * 3),
        "split": SplitConfig(test=0.2, folds=2),
        "optimiser": OptimiserConfig(epochs=2, batch=4, rate=3e-3, encoder_rate=1.0, average=0.5),
        "augmentation": AugmentationConfig(mirror_columns=False),
        "threads": 1,
        "device": "cpu",
    }
    return TrainingConfig.model_validate({**values, **changes})
