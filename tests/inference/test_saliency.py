"""Expected values are worked out by hand on networks of one layer."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients
from torch import Tensor, nn

from imaging.progress import Cancelled, silent
from inference.errors import InferenceError
from inference.saliency import METHODS, Task, limit, scored


class Linear(nn.Module):
    """score 0 = 2 x[0,0] - 3 x[1,1]; score 1 = 0."""

    def __init__(self) -> None:
        super().__init__()
        self.keep = nn.Identity()

    def forward(self, images: Tensor) -> Tensor:
        kept = self.keep(images)
        score = 2 * kept[:, 0, 0, 0] - 3 * kept[:, 0, 1, 1]
        return torch.stack((score, torch.zeros_like(score)), 1)


def task(image: Tensor, layer: str = "", target: int = 0) -> Task:
    return Task(image, torch.zeros_like(image), target, layer)


def test_integrated_gradients_of_a_linear_network_are_weight_times_value() -> None:
    image = torch.tensor([[[[0.5, 0.2], [0.1, 1.0]]]])
    evidence = METHODS["integrated-gradients"](Linear(), task(image), silent)
    assert evidence.values == pytest.approx(np.array([[1.0, 0.0], [0.0, -3.0]]), abs=1e-5)
    assert evidence.signed
    assert evidence.method == "Integrated gradients, 48 steps from black (missed 0.0%)"


def test_integrated_gradients_of_a_square() -> None:
    """The path integral of 2x from 0 to 3 is 9."""

    class Square(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            return (images**2).sum((1, 2, 3))[:, None]

    evidence = METHODS["integrated-gradients"](Square(), task(torch.full((1, 1, 1, 1), 3.0)), silent)
    assert evidence.values[0, 0] == pytest.approx(9.0, rel=1e-4)


def test_integrated_gradients_agree_with_captums_own_walk() -> None:
    """A smooth curved network, against Captum with ten times the steps."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 3, 3), nn.Tanh(), nn.Flatten(), nn.Linear(48, 2))
    image = torch.rand(1, 1, 6, 6)
    evidence = METHODS["integrated-gradients"](network, task(image), silent)
    expected = IntegratedGradients(network).attribute(image, torch.zeros_like(image), target=0, n_steps=480)
    assert evidence.values == pytest.approx(expected.detach().numpy()[0, 0], abs=1e-4)


def test_gradcam_averages_over_the_members_of_an_ensemble() -> None:
    """Two members that see 1 and 3 times the image: the mean of (1 a) and (3 a) weighted by gradients of 1/4 each."""

    class Member(nn.Module):
        def __init__(self, factor: float) -> None:
            super().__init__()
            self.factor, self.features = factor, nn.Identity()

        def forward(self, images: Tensor) -> Tensor:
            return self.features(self.factor * images).mean((2, 3))

    class Sum(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.members = nn.ModuleList([Member(1.0), Member(3.0)])

        def forward(self, images: Tensor) -> Tensor:
            return self.members[0](images) + self.members[1](images)

    image = torch.tensor([[[[1.0, 4.0], [2.0, 0.0]]]])
    evidence = METHODS["gradcam"](Sum(), task(image, "features"), silent)
    assert evidence.values == pytest.approx(image.numpy()[0, 0] * (0.25 * 1 + 0.25 * 3) / 2, abs=1e-6)
    alone = METHODS["gradcam"](Sum(), task(image, "members.1.features"), silent)
    assert alone.values == pytest.approx(image.numpy()[0, 0] * 0.25 * 3, abs=1e-6)


def test_gradcam_weighs_channels_by_their_mean_gradient() -> None:
    """Two channels with weights 1 and -2: 1 * a - 2 * b, negative parts cut off."""

    class Pooled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.features = nn.Identity()

        def forward(self, images: Tensor) -> Tensor:
            pooled = self.features(images).mean((2, 3))
            return (pooled[:, :1] - 2 * pooled[:, 1:2]) * 4

    image = torch.tensor([[[[1.0, 4.0], [2.0, 0.0]], [[1.0, 1.0], [0.0, 3.0]]]])
    evidence = METHODS["gradcam"](Pooled(), task(image, "features"), silent)
    assert evidence.values == pytest.approx(np.array([[0.0, 2.0], [2.0, 0.0]]), abs=1e-5)


def test_hooks_are_gone_afterwards() -> None:
    network = Linear()
    for method in METHODS.values():
        method(network, task(torch.ones(1, 1, 2, 2), "keep"), silent)
    for module in network.modules():
        assert not module._forward_hooks and not module._forward_pre_hooks and not module._backward_hooks


def test_an_unknown_layer_is_named() -> None:
    with pytest.raises(InferenceError, match="'nowhere'"):
        METHODS["gradcam"](Linear(), task(torch.ones(1, 1, 2, 2), "nowhere"), silent)


def test_integrated_gradients_can_be_cancelled() -> None:
    def report(done: int, _total: int, _text: str) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        METHODS["integrated-gradients"](Linear(), task(torch.ones(1, 1, 2, 2)), report)


def test_a_classification_is_scored_by_log_odds() -> None:
    """Probabilities 1/2, 1/4, 1/4: odds 1, 1/3, 1/3; however sure the network is, the score goes on growing."""
    network = scored(nn.Identity(), torch.zeros(1, 3), segmentation=False)
    logits = torch.tensor([[2.0, 1.0, 1.0]]).log()
    assert network(logits)[0].tolist() == pytest.approx([0.0, -np.log(3), -np.log(3)], abs=1e-5)
    assert float(network(torch.tensor([[40.0, 0.0, 0.0]]))[0, 0].detach()) == pytest.approx(40 - np.log(2), abs=1e-4)


def test_a_segmentation_is_scored_where_the_class_wins() -> None:
    """Class 1 wins at one pixel with logit 5; class 0 everywhere else with logit 1."""

    class Pixelwise(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            return torch.cat((torch.ones_like(images), images), 1)

    image = torch.zeros(1, 1, 2, 2)
    image[0, 0, 0, 1] = 5.0
    network = scored(Pixelwise(), image, segmentation=True)
    assert network(image).tolist() == [[3.0, 5.0]]
    assert network(torch.zeros_like(image)).tolist() == [[3.0, 0.0]], "the same pixels along the whole path"


def test_the_colour_bar_never_ends_at_zero() -> None:
    assert limit(np.zeros((3, 3), np.float32)) == 1.0
    assert limit(np.array([[0.0, -4.0]], np.float32)) == pytest.approx(4.0, rel=0.01)


def test_a_first_prediction_does_not_wait_for_what_only_explanations_need() -> None:
    code = "import sys, inference.predictor; print({'captum', 'matplotlib'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"
