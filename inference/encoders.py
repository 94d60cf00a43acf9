"""Image encoders: features at five resolutions, with activations that hooks can rely on.

Built here rather than by timm, which imports torchvision and torch's compiler with it: two seconds before the first
answer. Names of weights and results are timm's, so that weights of either fit the other.
"""

from math import ceil, sqrt

from torch import Tensor, nn
from torch.nn import functional

FEATURE_CHANNELS = {"tf_efficientnet_lite0": (16, 24, 40, 112, 320)}
"""The encoders this program has, and their channels at strides 2, 4, 8, 16, 32."""

_STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80),
           (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320))  # fmt: skip
"""Of EfficientNet-B0 (arXiv 1905.11946, table 1): blocks, kernel, stride of the first block, widening, channels."""

_SEEN_STAGES = (0, 1, 2, 4, 6)
"""The last stages before the resolution is halved, and the last of all."""


def make_encoder(name: str, in_channels: int) -> tuple[nn.Module, tuple[int, ...]]:
    """An encoder with random weights that returns features at strides 2, 4, 8, 16, 32; and their channel counts.

    Activations work out of place: an in-place one changes what a saliency hook has just seen.

    Raises:
        KeyError: the program has no such encoder; says which it has.
    """
    if name not in FEATURE_CHANNELS:
        raise KeyError(f"encoder {name!r} is unknown to this program; it has {', '.join(FEATURE_CHANNELS)}")
    return EfficientNetLite0(in_channels), FEATURE_CHANNELS[name]


class EfficientNetLite0(nn.Module):
    """EfficientNet-B0 without squeeze-and-excitation, with ReLU6, padded as TensorFlow does; up to its last stage."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.conv_stem = _SameConv(in_channels, 32, 3, 2)
        self.bn1, self.act = _norm(32), nn.ReLU6()
        self.blocks = nn.Sequential(*_stages(32))
        self.apply(_fill)

    def forward(self, images: Tensor) -> list[Tensor]:
        features, seen = self.act(self.bn1(self.conv_stem(images))), list[Tensor]()
        for stage, blocks in enumerate(self.blocks):
            features = blocks(features)
            if stage in _SEEN_STAGES:
                seen.append(features)
        return seen


class _SameConv(nn.Conv2d):
    """A convolution that gives ``ceil(size / stride)`` pixels; of an odd padding the larger part is below and right."""

    def __init__(self, channels: int, out_channels: int, kernel: int, stride: int, groups: int = 1) -> None:
        super().__init__(channels, out_channels, kernel, stride, groups=groups, bias=False)

    def forward(self, input: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        short = [max((ceil(size / stride) - 1) * stride + kernel - size, 0) for size in input.shape[:-3:-1]]
        return super().forward(functional.pad(input, [part for n in short for part in (n // 2, n - n // 2)]))


class _Separable(nn.Module):
    """Each channel by itself, then all of them pixel by pixel."""

    def __init__(self, channels: int, out_channels: int, kernel: int) -> None:
        super().__init__()
        self.conv_dw, self.bn1 = _depthwise(channels, kernel, 1), _norm(channels)
        self.conv_pw, self.bn2 = nn.Conv2d(channels, out_channels, 1, bias=False), _norm(out_channels)
        self.act = nn.ReLU6()

    def forward(self, features: Tensor) -> Tensor:
        return self.bn2(self.conv_pw(self.act(self.bn1(self.conv_dw(features)))))


class _InvertedResidual(nn.Module):
    """Widened, each channel by itself, narrowed again; added to its input where both have one shape."""

    def __init__(self, channels: int, out_channels: int, kernel: int, stride: int, widening: int) -> None:
        super().__init__()
        wide = channels * widening
        self.conv_pw, self.bn1 = nn.Conv2d(channels, wide, 1, bias=False), _norm(wide)
        self.conv_dw, self.bn2 = _depthwise(wide, kernel, stride), _norm(wide)
        self.conv_pwl, self.bn3 = nn.Conv2d(wide, out_channels, 1, bias=False), _norm(out_channels)
        self.act, self._residual = nn.ReLU6(), stride == 1 and channels == out_channels

    def forward(self, features: Tensor) -> Tensor:
        wide = self.act(self.bn1(self.conv_pw(features)))
        narrow = self.bn3(self.conv_pwl(self.act(self.bn2(self.conv_dw(wide)))))
        return narrow + features if self._residual else narrow


def _stages(channels: int) -> list[nn.Sequential]:
    stages: list[nn.Sequential] = []
    for count, kernel, stride, widening, out_channels in _STAGES:
        blocks: list[nn.Module] = []
        for n in range(count):
            if widening == 1:
                blocks.append(_Separable(channels, out_channels, kernel))
            else:
                blocks.append(_InvertedResidual(channels, out_channels, kernel, 1 if n else stride, widening))
            channels = out_channels
        stages.append(nn.Sequential(*blocks))
    return stages


def _fill(module: nn.Module) -> None:
    """Random weights that keep the size of what passes through (arXiv 1502.01852)."""
    if isinstance(module, nn.Conv2d):
        reached = module.kernel_size[0] * module.kernel_size[1] * module.out_channels // module.groups
        nn.init.normal_(module.weight, 0.0, sqrt(2 / reached))


def _depthwise(channels: int, kernel: int, stride: int) -> nn.Conv2d:
    if stride > 1:
        return _SameConv(channels, channels, kernel, stride, channels)
    return nn.Conv2d(channels, channels, kernel, padding=kernel // 2, groups=channels, bias=False)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3)
