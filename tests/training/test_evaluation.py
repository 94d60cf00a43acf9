"""What is measured, on answers whose figures can be worked out by hand."""

from dataclasses import dataclass

import numpy as np
import pytest

from imaging.geometry import Geometry
from imaging.labelmap import Label, Labelmap
from imaging.volume import Kind, Volume
from inference.manifest import InputSpec, LabelSpec, Manifest, NetworkSpec, PreprocessingSpec, WeightsSpec
from inference.prediction import Finding, Prediction
from training.errors import DataError
from training.evaluation import judge
from training.examples import Collection, Example


def manifest(task: str, names: tuple[str, ...]) -> Manifest:
    first = 1 if task == "segmentation" else 0
    return Manifest(
        name="fixed",
        version="1.0.0",
        title="Fixed answers",
        task="segmentation" if task == "segmentation" else "classification",
        input=InputSpec(modalities=("CT", "DX"), kinds=("volume", "image")),
        labels=tuple(LabelSpec(name=name, value=value + first) for value, name in enumerate(names)),
        network=NetworkSpec(name="unet"),
        preprocessing=PreprocessingSpec(size_px=(32, 32)),
        weights=WeightsSpec(file="none.safetensors", sha256="0" * 64),
    )


@dataclass
class Fixed:
    """Stands for a predictor: answers what it was told to, image by image."""

    manifest: Manifest
    answers: dict[str, object]

    def predict(self, volume: Volume) -> Prediction:
        answer = self.answers[volume.series_uid]
        mask, findings = None, ()
        if isinstance(answer, np.ndarray):
            mask = Labelmap(answer[None], volume.geometry, (Label(1, "lesion"),))
        else:
            findings = tuple(Finding(name, name, p) for name, p in answer.items())
        return Prediction(volume.series_uid, "fixed", "1.0.0", "", findings, mask, {}, "cpu", 0.0, 0.0)


def example(uid: str, group: str, label: str = "", mask: np.ndarray | None = None, kind: Kind = "image") -> Example:
    volume = Volume(np.zeros((1, 2, 2), np.uint8), Geometry((1, 2, 2)), kind, series_uid=uid)
    return Example(uid, group, 0, lambda: volume, label, None if mask is None else lambda: mask)


FULL, HALF, NONE = (np.array(rows, np.uint8) for rows in ([[1, 1], [1, 1]], [[1, 1], [0, 0]], [[0, 0], [0, 0]]))


def test_dice_is_the_mean_over_images_and_one_when_both_are_empty():
    """2·2 / (4 + 2) = 2/3 and 1: mean 5/6."""
    answers = {"a": HALF, "b": NONE}
    examples = (example("a", "p1", mask=FULL), example("b", "p2", mask=NONE))
    found = judge(Fixed(manifest("segmentation", ("lesion",)), answers), Collection(examples, 3, "here"))
    assert found.metrics["dice_any"].value == pytest.approx(5 / 6)
    assert found.metrics["dice_lesion"].value == pytest.approx(5 / 6)
    assert found.metrics["dice_any"].low == pytest.approx(2 / 3)
    assert found.metrics["dice_any"].high == pytest.approx(1.0)
    assert (found.n, found.groups, found.skipped) == (2, 2, 3)


def test_accuracy_and_confusion():
    sure = {"covid19": 0.9, "no_finding": 0.1}
    answers = {"a": sure, "b": sure, "c": {"covid19": 0.2, "no_finding": 0.8}}
    examples = (example("a", "p1", "covid19"), example("b", "p1", "no_finding"), example("c", "p2", "no_finding"))
    found = judge(Fixed(manifest("classification", ("covid19", "no_finding")), answers), Collection(examples, 0, ""))
    assert found.metrics["accuracy"].value == pytest.approx(2 / 3)
    assert found.confusion == ((1, 0), (1, 1))
    assert found.groups == 2


def test_images_of_another_kind_are_left_out_and_counted():
    answers = {"a": FULL}
    examples = (example("a", "p1", mask=FULL), example("clip", "p2", mask=FULL, kind="clip"))
    found = judge(Fixed(manifest("segmentation", ("lesion",)), answers), Collection(examples, 1, ""))
    assert (found.n, found.groups, found.skipped) == (1, 1, 2)
    assert found.summary()["metrics"]["dice_any"]["value"] == 1.0


def test_nothing_to_judge_on_is_said():
    only_clips = (example("clip", "p1", mask=FULL, kind="clip"),)
    with pytest.raises(DataError, match="nothing to judge"):
        judge(Fixed(manifest("segmentation", ("lesion",)), {}), Collection(only_clips, 0, ""))


def test_a_mask_of_another_size_is_named():
    wrong = example("a", "p1", mask=np.zeros((3, 2), np.uint8))
    with pytest.raises(DataError, match=r"the mask is \(3, 2\), the image \(2, 2\)"):
        judge(Fixed(manifest("segmentation", ("lesion",)), {"a": FULL}), Collection((wrong,), 0, ""))
