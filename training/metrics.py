"""How good an answer is: overlaps per image, class measures over all, and how sure we are of either.

Definitions as in Maier-Hein et al., Metrics reloaded, Nature Methods 2024 (arXiv 2206.01653).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

Masks = NDArray[np.bool_]
Values = dict[str, float]
RESAMPLES = 1000


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval; NaN ends where it cannot be resampled."""

    value: float
    low: float
    high: float


def overlap(predicted: Masks, truth: Masks) -> Values:
    """Dice, Jaccard, sensitivity, specificity and MAE of two boolean masks of one shape.

    What has nothing to find is 1: Dice and Jaccard when both are empty, sensitivity without truth, specificity without
    background.
    """
    both = float(np.count_nonzero(predicted & truth))
    either = float(np.count_nonzero(predicted | truth))
    found, real = float(np.count_nonzero(predicted)), float(np.count_nonzero(truth))
    background = truth.size - real
    return {
        "dice": 2 * both / (found + real) if either else 1.0,
        "jaccard": both / either if either else 1.0,
        "sensitivity": both / real if real else 1.0,
        "specificity": (truth.size - either) / background if background else 1.0,
        "mae": (either - both) / truth.size,
    }


def segmentation_row(predicted: NDArray[np.uint8], truth: NDArray[np.uint8], labels: Mapping[str, int]) -> Values:
    """One image's flat metrics: ``dice_any`` … ``mae`` for any lesion, ``dice_<label>`` for each label value."""
    values = list(labels.values())
    whole = overlap(np.isin(predicted, values), np.isin(truth, values))
    row = {f"{name}_any": value for name, value in whole.items() if name != "mae"}
    row["mae"] = whole["mae"]
    for label, value in labels.items():
        row[f"dice_{label}"] = overlap(predicted == value, truth == value)["dice"]
    return row


def mean_rows(rows: Sequence[Values]) -> Values:
    """The mean over images of each metric."""
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]} if rows else {}


def classification_values(
    probabilities: NDArray[np.floating], truth: NDArray[np.integer], labels: Sequence[str]
) -> Values:
    """Flat metrics of (N, L) probabilities against (N,) class numbers.

    A measure that the truth does not allow (no image of a class, or of any other) is left out, also of its macro mean.
    """
    table = confusion(probabilities.argmax(1), truth, len(labels))
    values = {"accuracy": float(np.trace(table) / table.sum()), "mcc": correlation(table)}
    macro: dict[str, list[float]] = {}
    for number in np.flatnonzero(table.sum(1)).tolist():
        own = _one_against_rest(table, number)
        if "specificity" in own:
            own["auc"] = float(roc_auc_score(truth == number, probabilities[:, number]))
        for name, value in own.items():
            values[f"{name}_{labels[number]}"] = value
            macro.setdefault(name, []).append(value)
    means = {f"{name}_macro": float(np.mean(found)) for name, found in macro.items() if name != "mcc"}
    return values | means | {"balanced_accuracy": means["recall_macro"]}


def _one_against_rest(table: NDArray[np.int64], number: int) -> Values:
    hit = int(table[number, number])
    missed, false = int(table[number].sum()) - hit, int(table[:, number].sum()) - hit
    clear = int(table.sum()) - hit - missed - false
    own = {
        "precision": hit / (hit + false) if hit + false else 0.0,
        "recall": hit / (hit + missed),
        "f1": 2 * hit / (2 * hit + missed + false),
        "mcc": correlation(np.array([[clear, false], [missed, hit]])),
    }
    return own | {"specificity": clear / (clear + false)} if clear + false else own


def correlation(table: NDArray[np.int64]) -> float:
    """Matthews' correlation of a confusion table of any size (Gorodkin 2004); 0 where one side never varies."""
    total, right = float(table.sum()), float(np.trace(table))
    real, answered = table.sum(1).astype(float), table.sum(0).astype(float)
    spread = (total**2 - answered @ answered) * (total**2 - real @ real)
    return float((right * total - real @ answered) / np.sqrt(spread)) if spread > 0 else 0.0


def confusion(predicted: NDArray[np.integer], truth: NDArray[np.integer], count: int) -> NDArray[np.int64]:
    """(L, L) int64: rows are the truth, columns what was predicted."""
    return np.bincount(truth * count + predicted, minlength=count * count).reshape(count, count)


def bootstrap(
    measure: Callable[[NDArray[np.int64]], Values], groups: Sequence[str], seed: int = 0, resamples: int = RESAMPLES
) -> dict[str, Estimate]:
    """Each metric with a 95 % percentile interval, groups (not images) drawn with replacement.

    Args:
        measure: metrics of the images with these numbers; a number may come more than once.
        groups: the group of each image.
        seed: of the draw.
        resamples: draws; an interval needs at least two groups.
    """
    images = [np.flatnonzero(np.asarray(groups) == group) for group in sorted(set(groups))]
    whole = measure(np.arange(len(groups)))
    drawn: dict[str, list[float]] = {name: [] for name in whole}
    generator = np.random.default_rng(seed)
    for _ in range(resamples if len(images) > 1 else 0):
        chosen = generator.integers(len(images), size=len(images))
        for name, value in measure(np.concatenate([images[number] for number in chosen])).items():
            drawn.setdefault(name, []).append(value)
    return {name: _estimate(value, drawn[name]) for name, value in whole.items()}


def _estimate(value: float, drawn: Sequence[float]) -> Estimate:
    if not drawn:
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Estimate(value, float(low), float(high))
