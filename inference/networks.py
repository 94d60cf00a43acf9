"""The networks a manifest may name: built from sizes alone, filled from safetensors alone.

Every network returns logits (N, L, ...) float32 whose softmax over axis 1 is the probabilities; an ensemble returns the
logarithm of its members' mean probability, so the same softmax holds. Segmentation: channel 0 is background, channel
``c`` is the manifest's label ``c - 1``. Classification: channel ``c`` is label ``c``.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from inference.encoders import make_encoder
from inference.errors import PackageError
from inference.manifest import Manifest, NetworkSpec

DECODER_CHANNELS = (96, 64, 48, 32, 16)


class _DecoderBlock(nn.Module):
    """Twice the resolution, joined with the encoder's features of that resolution."""

    def __init__(self, channels: int, skip_channels: int, out_channels: int) -> None:
        super().__init__()
        self.enlarge = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
        self.first = _convolution(channels + skip_channels, out_channels)
        self.second = _convolution(out_channels, out_channels)

    def forward(self, features: Tensor, skip: Tensor | None = None) -> Tensor:
        larger = self.enlarge(features)
        joined = larger if skip is None else torch.cat((larger, skip), 1)
        return self.second(self.first(joined))


def _convolution(channels: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, out_channels, 3, padding=1, bias=False), nn.BatchNorm2d(out_channels), nn.ReLU()
    )


class Unet(nn.Module):
    """A U-Net (arXiv 1505.04597) whose contracting half is an image encoder of five resolutions.

    Height and width must be multiples of 32.
    """

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.encoder, channels = make_encoder(spec.encoder, spec.in_channels)
        skips = (*channels[-2::-1], 0)
        inputs = (channels[-1], *DECODER_CHANNELS[:-1])
        self.decoder = nn.ModuleList(
            _DecoderBlock(*sizes) for sizes in zip(inputs, skips, DECODER_CHANNELS, strict=True)
        )
        self.head = nn.Conv2d(DECODER_CHANNELS[-1], spec.out_channels, 1)

    def forward(self, images: Tensor) -> Tensor:
        *skips, features = self.encoder(images)
        for block, skip in zip(self.decoder, (*reversed(skips), None), strict=True):
            features = block(features, skip)
        return self.head(features)


class Classifier(nn.Module):
    """An image encoder, its last features averaged over the image, and one linear layer."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.encoder, channels = make_encoder(spec.encoder, spec.in_channels)
        self.last = nn.Conv2d(channels[-1], 4 * channels[-1], 1, bias=False)
        self.norm = nn.BatchNorm2d(4 * channels[-1], eps=1e-3)
        self.activation = nn.ReLU6()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(4 * channels[-1], spec.out_channels)

    def forward(self, images: Tensor) -> Tensor:
        features = self.activation(self.norm(self.last(self.encoder(images)[-1])))
        return self.head(self.dropout(self.pool(features).flatten(1)))


class Ensemble(nn.Module):
    """Equal networks whose probabilities are averaged."""

    def __init__(self, members: list[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, images: Tensor) -> Tensor:
        each = torch.stack([torch.log_softmax(member(images).float(), 1) for member in self.members])
        return torch.logsumexp(each, 0) - torch.log(torch.tensor(float(len(self.members)), device=each.device))


BUILDERS: dict[str, Callable[[NetworkSpec], nn.Module]] = {"unet": Unet, "classifier": Classifier}


def build(spec: NetworkSpec) -> nn.Module:
    """A network with random weights, in evaluation mode; an :class:`Ensemble` where ``spec.members`` > 1.

    Raises:
        KeyError: the program knows no such network or encoder; says which it knows.
    """
    if spec.name not in BUILDERS:
        raise KeyError(f"network {spec.name!r} is unknown to this program; it has {', '.join(sorted(BUILDERS))}")
    members = [BUILDERS[spec.name](spec) for _ in range(spec.members)]
    return (members[0] if spec.members == 1 else Ensemble(members)).eval()


def load(folder: Path, manifest: Manifest) -> nn.Module:
    """The network of a model package, float32, in evaluation mode, on the CPU.

    Raises:
        PackageError: the weights are missing, are not safetensors, or do not fit the network the manifest names.
    """
    path = folder / manifest.weights.file
    try:
        network = build(manifest.network)
        tensors = {name: tensor.float() for name, tensor in load_file(path).items()}
        network.load_state_dict(tensors)
    except KeyError as error:
        raise PackageError(folder, str(error.args[0])) from error
    except (OSError, SafetensorError) as error:
        raise PackageError(folder, f"{path.name} cannot be read ({error})") from error
    except RuntimeError as error:
        raise PackageError(folder, f"{path.name} does not fit network {manifest.network.name!r}: {error}") from error
    return network.eval()
