"""The encoder is timm's, without timm: the same names of weights and the same features."""

import subprocess
import sys

import pytest
import timm
import torch
from torch import nn

from inference.encoders import FEATURE_CHANNELS, make_encoder

LITE = "tf_efficientnet_lite0"


@pytest.fixture(scope="module")
def pair() -> tuple[nn.Module, nn.Module]:
    """Ours and timm's with the same weights, statistics included."""
    torch.manual_seed(3)
    reference = timm.create_model(LITE, pretrained=False, features_only=True, in_chans=2)
    for module in reference.modules():
        if isinstance(module, nn.BatchNorm2d) and module.running_mean is not None and module.running_var is not None:
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    ours, _ = make_encoder(LITE, 2)
    ours.load_state_dict(reference.state_dict())
    return ours, reference


@pytest.mark.parametrize("size", [(64, 96), (61, 75)])
@pytest.mark.parametrize("training", [False, True])
def test_features_are_timms(pair: tuple[nn.Module, nn.Module], size: tuple[int, int], training: bool) -> None:
    images = torch.rand(2, 2, *size)
    with torch.no_grad():
        ours, reference = (network.train(training)(images) for network in pair)
    assert [feature.shape[1] for feature in ours] == list(FEATURE_CHANNELS[LITE])
    for mine, theirs in zip(ours, reference, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-5, atol=1e-5)


def test_activations_leave_their_input_as_it_was() -> None:
    encoder, _ = make_encoder(LITE, 1)
    assert not any(module.inplace for module in encoder.modules() if isinstance(module, nn.ReLU6))


def test_another_encoder_is_refused_with_those_there_are() -> None:
    with pytest.raises(KeyError, match=LITE):
        make_encoder("resnet50", 3)


def test_predicting_loads_neither_torchvision_nor_timm_nor_the_compiler() -> None:
    code = "import sys, inference.predictor; print({'torchvision', 'timm', 'torch._dynamo'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
