import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics as oracle

from training.metrics import bootstrap, classification_values, confusion, mean_rows, overlap, segmentation_row

MASKS = arrays(bool, (6, 7))
NAMES = ("covid19", "pneumonia", "no_finding")


def test_overlap_by_hand() -> None:
    truth = np.array([[1, 1, 0, 0], [1, 1, 0, 0]], bool)
    predicted = np.array([[1, 0, 0, 0], [1, 0, 1, 0]], bool)
    assert overlap(predicted, truth) == {
        "dice": 2 * 2 / (3 + 4),
        "jaccard": 2 / 5,
        "sensitivity": 2 / 4,
        "specificity": 3 / 4,
        "mae": 3 / 8,
    }


def test_nothing_to_find_and_nothing_found_is_right() -> None:
    empty = np.zeros((3, 3), bool)
    assert overlap(empty, empty) == {"dice": 1, "jaccard": 1, "sensitivity": 1, "specificity": 1, "mae": 0}
    assert overlap(~empty, empty)["dice"] == 0


@given(MASKS, MASKS)
def test_overlap_agrees_with_scikit_learn(predicted: np.ndarray, truth: np.ndarray) -> None:
    ours = overlap(predicted, truth)
    assert ours["dice"] == pytest.approx(oracle.f1_score(truth.ravel(), predicted.ravel(), zero_division=1.0))
    assert ours["jaccard"] == pytest.approx(
        oracle.jaccard_score(truth.ravel(), predicted.ravel(), zero_division=1.0 if not predicted.any() else 0.0)
    )
    assert ours["mae"] == pytest.approx(np.abs(predicted.astype(float) - truth).mean())


@pytest.mark.filterwarnings("ignore")  # importing MONAI warns of its own dependencies
def test_dice_is_monais() -> None:
    from monai.metrics import compute_dice

    generator = np.random.default_rng(0)
    for share in (0.05, 0.4, 0.9):
        predicted, truth = generator.random((2, 40, 50)) < share
        theirs = compute_dice(torch.tensor(predicted)[None, None], torch.tensor(truth)[None, None])
        assert overlap(predicted, truth)["dice"] == pytest.approx(float(theirs), abs=1e-6)


def test_labels_are_judged_apart_and_together() -> None:
    truth = np.array([[1, 1, 2, 0]], np.uint8)
    predicted = np.array([[1, 2, 2, 7]], np.uint8)
    row = segmentation_row(predicted, truth, {"ground_glass": 1, "consolidation": 2})
    assert row["dice_any"] == 1.0
    assert row["mae"] == 0.0
    assert row["dice_ground_glass"] == pytest.approx(2 / 3)
    assert row["dice_consolidation"] == pytest.approx(2 / 3)
    assert mean_rows([row, {**row, "dice_any": 0.0}])["dice_any"] == 0.5


@given(st.integers(0, 10_000))
def test_class_measures_are_scikit_learns(seed: int) -> None:
    generator = np.random.default_rng(seed)
    truth = np.concatenate([np.arange(3), generator.integers(3, size=37)])
    probabilities = generator.dirichlet(np.ones(3), size=40) + 0.5 * np.eye(3)[truth] * generator.random((40, 1))
    answer = probabilities.argmax(1)
    ours = classification_values(probabilities, truth, NAMES)
    assert ours["accuracy"] == pytest.approx(oracle.accuracy_score(truth, answer))
    assert ours["balanced_accuracy"] == pytest.approx(oracle.balanced_accuracy_score(truth, answer))
    assert ours["mcc"] == pytest.approx(oracle.matthews_corrcoef(truth, answer))
    theirs = oracle.precision_recall_fscore_support(truth, answer, labels=[0, 1, 2], zero_division=0.0)
    for measure, values in zip(("precision", "recall", "f1"), theirs, strict=False):
        assert [ours[f"{measure}_{name}"] for name in NAMES] == pytest.approx(list(values))
        assert ours[f"{measure}_macro"] == pytest.approx(np.mean(values))
    for number, name in enumerate(NAMES):
        own = truth == number
        assert ours[f"auc_{name}"] == pytest.approx(oracle.roc_auc_score(own, probabilities[:, number]))
        assert ours[f"mcc_{name}"] == pytest.approx(oracle.matthews_corrcoef(own, answer == number))
        assert ours[f"specificity_{name}"] == pytest.approx(oracle.recall_score(~own, answer != number))
    rows = probabilities / probabilities.sum(1, keepdims=True)
    assert classification_values(rows, truth, NAMES)["auc_macro"] == pytest.approx(
        oracle.roc_auc_score(truth, rows, multi_class="ovr")
    )
    np.testing.assert_array_equal(confusion(answer, truth, 3), oracle.confusion_matrix(truth, answer))


def test_a_class_without_images_is_left_out_of_the_means() -> None:
    values = classification_values(np.eye(3)[[0, 1, 1, 0]], np.array([0, 1, 1, 1]), NAMES)
    assert "auc_no_finding" not in values
    assert values["recall_macro"] == pytest.approx((1 + 2 / 3) / 2)


def test_an_interval_draws_groups_not_images() -> None:
    """Two patients of opposite results: the mean can only be 0, a half or 1, whatever the number of images."""
    results = np.array([0.0] * 50 + [1.0] * 50)
    drawn = bootstrap(lambda numbers: {"m": float(results[numbers].mean())}, ["a"] * 50 + ["b"] * 50)
    assert (drawn["m"].value, drawn["m"].low, drawn["m"].high) == (0.5, 0.0, 1.0)
    each = bootstrap(lambda numbers: {"m": float(results[numbers].mean())}, [str(number) for number in range(100)])
    assert 0.38 < each["m"].low < 0.44 < 0.56 < each["m"].high < 0.62


def test_one_patient_gives_no_interval() -> None:
    alone = bootstrap(lambda numbers: {"m": 0.7 * len(numbers) / 3}, ["a", "a", "a"])["m"]
    assert alone.value == pytest.approx(0.7)
    assert math.isnan(alone.low)
    assert math.isnan(alone.high)
