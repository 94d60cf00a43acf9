"""Image encoders: features at five resolutions, with activations that hooks can rely on."""

import timm
from torch import nn

FEATURE_CHANNELS = {"tf_efficientnet_lite0": (16, 24, 40, 112, 320)}
"""The encoders this program has, and their channels at strides 2, 4, 8, 16, 32."""


def make_encoder(name: str, in_channels: int) -> tuple[nn.Module, tuple[int, ...]]:
    """An encoder with random weights that returns features at strides 2, 4, 8, 16, 32; and their channel counts.

    Activations are made to work out of place: an in-place one changes what a saliency hook has just seen.

    Raises:
        KeyError: the program has no such encoder; says which it has.
    """
    if name not in FEATURE_CHANNELS:
        raise KeyError(f"encoder {name!r} is unknown to this program; it has {', '.join(FEATURE_CHANNELS)}")
    encoder = timm.create_model(name, pretrained=False, features_only=True, in_chans=in_channels)
    for module in encoder.modules():
        if isinstance(module, (nn.ReLU, nn.ReLU6)):
            module.inplace = False
    return encoder, FEATURE_CHANNELS[name]
