"""What one training run is to do, readable without torch: from TOML, checked, frozen, saved beside the run."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from inference.manifest import InputSpec, LabelSpec, Name, NetworkSpec, PreprocessingSpec, require_distinct
from training.errors import ConfigError

Task = Literal["segmentation", "classification"]
Fraction = Annotated[float, Field(ge=0, lt=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class IndexData(_Frozen):
    """Images listed in a CSV: columns dataset, path, label, group, mask, note; paths relative to the CSV."""

    index: Path
    dataset: str = ""


class LibraryData(_Frozen):
    """Masks that people saved in an annotation library: its SQLite file, or its SQLAlchemy URL."""

    library: str


class SplitConfig(_Frozen):
    """How groups (patients) are parted.

    ``test`` is held back from everything. The rest is dealt into ``folds``; ensemble member *m* learns from all folds
    but the *m*-th, which validates it.
    """

    test: Fraction = 0.2
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    seed: int = 0


class OptimiserConfig(_Frozen):
    """AdamW with warm-up and cosine decay; the released weights are an exponential moving average.

    Attributes:
        encoder_rate: learning rate of pretrained layers, as a factor of ``rate``.
        frozen_stages: the encoder's first stages that stay as they are (0: all learn).
        average: decay per step of the moving average of weights, once warmed up.
        precision: ``bf16`` computes the forward pass in bfloat16 where that is safe (autocast).
    """

    epochs: Annotated[int, Field(ge=1, le=10_000)] = 20
    batch: Annotated[int, Field(ge=1, le=512)] = 8
    rate: Annotated[float, Field(gt=0, le=1)] = 1e-3
    encoder_rate: Annotated[float, Field(ge=0, le=1)] = 0.3
    weight_decay: Annotated[float, Field(ge=0, le=1)] = 0.01
    warm_up: Fraction = 0.1
    average: Fraction = 0.98
    label_smoothing: Fraction = 0.0
    frozen_stages: Annotated[int, Field(ge=0, le=7)] = 0
    precision: Literal["fp32", "bf16"] = "fp32"


class AugmentationConfig(_Frozen):
    """Random changes that keep the label true; sizes are the largest change either way."""

    mirror_rows: bool = False
    mirror_columns: bool = True
    degrees: Annotated[float, Field(ge=0, le=180)] = 10.0
    shift: Fraction = 0.05
    zoom: Fraction = 0.1
    brightness: Fraction = 0.15
    contrast: Fraction = 0.2
    gamma: Fraction = 0.2
    noise: Fraction = 0.02
    erase: Fraction = 0.0


class TrainingConfig(_Frozen):
    """One run. What is left out of network, labels, input and preprocessing comes from ``start_from``.

    Attributes:
        name: of the model package that is released.
        start_from: a released package folder to go on from.
        pretrained: begin with ImageNet weights where there is no package to go on from; else with random ones.
        threads: of the CPU; 0 takes all cores but one, which stays free for reading: with none left, waiting for one
            another costs several times the work.
        releases: folder for the package; the run's own folder when left out.
    """

    name: Name
    title: str = ""
    task: Task = "segmentation"
    licence: str = ""
    data: IndexData | LibraryData
    start_from: Path | None = None
    pretrained: bool = True
    releases: Path | None = None
    labels: tuple[LabelSpec, ...] = ()
    input: InputSpec | None = None
    network: NetworkSpec | None = None
    preprocessing: PreprocessingSpec | None = None
    split: SplitConfig = SplitConfig()
    optimiser: OptimiserConfig = OptimiserConfig()
    augmentation: AugmentationConfig = AugmentationConfig()
    threads: Annotated[int, Field(ge=0, le=256)] = 0
    device: Literal["auto", "cpu", "cuda"] = "auto"
    card: str = ""

    @model_validator(mode="after")
    def _complete(self) -> "TrainingConfig":
        missing = [key for key in ("labels", "network", "input", "preprocessing") if not getattr(self, key)]
        if self.start_from is None and missing:
            raise ValueError(f"{', '.join(missing)}: needed when start_from names no package to go on from")
        if self.start_from is None:
            require_distinct(self.task, self.labels)
        return self


def read_config(path: Path, index: Path | None = None) -> TrainingConfig:
    """The configuration in a TOML file; ``index`` replaces the data's index when the recipe is used elsewhere.

    Relative paths are relative to the current folder.

    Raises:
        ConfigError: not there, not TOML, unknown keys or values out of range; names the key and what was found.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        if index is not None:
            values["data"] = {**values.get("data", {}), "index": index}
        return TrainingConfig.model_validate(values)
    except OSError as error:
        raise ConfigError(path, f"cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(path, f"is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "configuration"
        raise ConfigError(path, f"{where}: {first['msg']} (found {str(first['input'])[:80]!r})") from error
