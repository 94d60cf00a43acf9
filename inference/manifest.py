"""What a model package says of itself, readable without torch.

A package is a folder::

    manifest.json        this file's schema
    weights.safetensors  named by the manifest with its SHA-256
    card.md              the model card: data, licence, split, metrics, limits

Nothing in a package is ever executed or unpickled.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from inference.errors import PackageError

FORMAT_VERSION = 1
FILE_NAME = "manifest.json"

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Byte = Annotated[int, Field(ge=0, le=255)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LabelSpec(_Frozen):
    """One output of the model. ``value`` is the mask value (segmentation) or the class index (classification)."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    value: Byte
    title: str = ""
    colour: tuple[Byte, Byte, Byte] = (230, 159, 0)


class NetworkSpec(_Frozen):
    """Which network to build: a name known to :mod:`inference.networks`, its encoder and sizes.

    ``members`` > 1 is an ensemble of equal networks whose probabilities are averaged.
    """

    name: Name
    encoder: str = ""
    in_channels: Annotated[int, Field(ge=1, le=8)] = 3
    out_channels: Annotated[int, Field(ge=1, le=64)] = 1
    members: Annotated[int, Field(ge=1, le=10)] = 1
    saliency_layer: str = ""


class PreprocessingSpec(_Frozen):
    """How an image becomes the network's input; see :mod:`inference.preprocessing`.

    Attributes:
        size_px: height and width the network sees.
        window: centre and width that unit-bearing values (HU) go through, to 0-1.
        mean, std: channel normalisation after scaling to 0-1.
        quarter_turns: turns (counter-clockwise) from the standard display of an axial slice to the way the training
            images lie; applied to images whose place in the patient is known.
        keep_aspect: pad to a square before resizing rather than stretch.
        flips: average predictions over mirrored copies.
    """

    size_px: tuple[Annotated[int, Field(ge=16, le=4096)], Annotated[int, Field(ge=16, le=4096)]]
    window: tuple[float, float] | None = None
    mean: tuple[float, ...] = (0.5,)
    std: tuple[float, ...] = (0.5,)
    quarter_turns: Annotated[int, Field(ge=0, le=3)] = 0
    keep_aspect: bool = True
    flips: bool = False

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if not self.mean or len(self.mean) != len(self.std) or min(self.std) <= 0:
            raise ValueError(f"mean {self.mean} and std {self.std}: expected one of each per channel, std above 0")
        if self.window is not None and self.window[1] <= 0:
            raise ValueError(f"window {self.window}: expected a width above 0")
        return self


class InputSpec(_Frozen):
    """What the model may be shown. ``units``: of the values, ``""`` for plain 8-bit pictures."""

    modalities: tuple[str, ...]
    kinds: tuple[Literal["volume", "image", "clip"], ...] = ("volume", "image", "clip")
    colour: bool = False
    description: str = ""


class WeightsSpec(_Frozen):
    """The weights file, and the SHA-256 (hex) that it must have."""

    file: FileName
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Lineage(_Frozen):
    """Where a model came from: run, data version, split, parent model and the annotations it learnt from."""

    created: str = ""
    run: str = ""
    data: str = ""
    split: str = ""
    parent: str = ""
    annotations: tuple[str, ...] = ()


class Manifest(_Frozen):
    """A model package's own description. Unknown keys are refused, so is a newer ``format``."""

    format: Literal[1] = FORMAT_VERSION
    name: Name
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: str
    task: Literal["segmentation", "classification"]
    input: InputSpec
    labels: tuple[LabelSpec, ...]
    network: NetworkSpec
    preprocessing: PreprocessingSpec
    weights: WeightsSpec
    card: FileName = "card.md"
    licence: str = ""
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    metrics: dict[str, tuple[float, float, float]] = {}
    lineage: Lineage = Lineage()


def require_distinct(task: Literal["segmentation", "classification"], labels: Sequence[LabelSpec]) -> None:
    """Refuse labels that a mask or an answer cannot tell apart.

    Raises:
        ValueError: none, two of one name or value, or one that a mask could not tell from background.
    """
    names, values = {label.name for label in labels}, {label.value for label in labels}
    if not labels or min(len(names), len(values)) < len(labels):
        raise ValueError("labels: expected at least one, each with a name and a value of its own")
    if task == "segmentation" and 0 in values:
        raise ValueError("labels: value 0 is background; expected 1 to 255")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a package folder.

    Raises:
        PackageError: missing, too large, not JSON, not this schema, or made by a newer program.
    """
    path = folder / FILE_NAME
    try:
        if path.stat().st_size > 1_000_000:
            raise PackageError(folder, f"{FILE_NAME} is larger than 1 MB")
        manifest = Manifest.model_validate_json(path.read_bytes())
        _require_consistent(manifest)
    except OSError as error:
        raise PackageError(folder, f"{FILE_NAME} cannot be read ({error.strerror})") from error
    except ValidationError as error:
        first = error.errors()[0]
        if first["loc"] == ("format",):
            raise PackageError(
                folder, f"has format {first['input']!r}; this program reads format {FORMAT_VERSION}. Update Wetread."
            ) from error
        where = ".".join(str(part) for part in first["loc"]) or FILE_NAME
        raise PackageError(folder, f"{where}: {first['msg']} (found {str(first['input'])[:80]!r})") from error
    except ValueError as error:
        raise PackageError(folder, str(error)) from error
    return manifest


def _require_consistent(manifest: Manifest) -> None:
    require_distinct(manifest.task, manifest.labels)
    network, channels = manifest.network, len(manifest.preprocessing.mean)
    outputs = len(manifest.labels) + (manifest.task == "segmentation")
    if network.out_channels != outputs:
        raise ValueError(f"network.out_channels is {network.out_channels}; its labels need {outputs}")
    if network.in_channels != channels:
        raise ValueError(f"network.in_channels is {network.in_channels}; its preprocessing makes {channels}")
