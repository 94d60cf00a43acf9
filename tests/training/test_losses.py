import pytest
import torch
from torch.nn import functional

from training.losses import FindingLoss, LesionLoss

pytestmark = pytest.mark.filterwarnings("ignore")  # importing MONAI warns of its own dependencies


def test_a_perfect_drawing_costs_nothing_and_a_wrong_one_much() -> None:
    masks = torch.tensor([[[0, 1, 2, 2]] * 4] * 2)
    perfect = 50.0 * functional.one_hot(masks, 3).movedim(-1, 1).float()
    loss = LesionLoss()
    assert float(loss(perfect, masks)) == pytest.approx(0, abs=1e-3)
    assert float(loss(perfect.roll(1, 1), masks)) > 10


def test_the_right_place_with_the_wrong_label_costs_less_than_a_miss() -> None:
    masks = torch.ones((1, 8, 8), dtype=torch.int64)
    logits = torch.zeros((1, 3, 8, 8))
    mixed, missed = logits.clone(), logits.clone()
    mixed[:, 2], missed[:, 0] = 4.0, 4.0
    assert float(LesionLoss()(mixed, masks)) < float(LesionLoss()(missed, masks)) - 0.5


def test_a_rare_class_weighs_more() -> None:
    loss = FindingLoss(torch.tensor([25, 100]), 0.0)
    weights = loss.get_buffer("weights")
    assert float(weights[0] / weights[1]) == pytest.approx(2.0)
    logits = torch.tensor([[0.0, 0.0], [0.0, 3.0]])
    theirs = functional.cross_entropy(logits, torch.tensor([0, 1]), weights)
    assert float(loss(logits, torch.tensor([0, 1]))) == pytest.approx(float(theirs))
