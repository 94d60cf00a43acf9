"""Small model packages with random weights."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from inference import networks
from inference.manifest import InputSpec, LabelSpec, Manifest, NetworkSpec, PreprocessingSpec, WeightsSpec
from inference.registry import Package

MakePackage = Callable[..., Package]

LESIONS = (LabelSpec(name="ground_glass", value=1), LabelSpec(name="consolidation", value=2, colour=(86, 180, 233)))
CLASSES = (LabelSpec(name="covid19", value=0), LabelSpec(name="no_finding", value=1))


@pytest.fixture
def make_package(tmp_path: Path) -> MakePackage:
    """A function that writes a package folder with a real network of random weights."""

    def make(task: str = "segmentation", name: str = "tiny", version: str = "1.0.0", **changes: object) -> Package:
        segmentation = task == "segmentation"
        network = NetworkSpec(
            name="unet" if segmentation else "classifier",
            encoder="tf_efficientnet_lite0",
            in_channels=1,
            out_channels=3 if segmentation else 2,
            saliency_layer="decoder.3" if segmentation else "last",
        )
        folder = tmp_path / "models" / f"{name}-{version}"
        folder.mkdir(parents=True)
        torch.manual_seed(1)
        save_file(networks.build(network).state_dict(), folder / "weights.safetensors")
        digest = hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
        manifest = Manifest(
            name=name,
            version=version,
            title="Tiny model",
            task="segmentation" if segmentation else "classification",
            input=InputSpec(modalities=("CT",) if segmentation else ("CR", "DX")),
            labels=LESIONS if segmentation else CLASSES,
            network=network,
            preprocessing=PreprocessingSpec(size_px=(64, 64)),
            weights=WeightsSpec(file="weights.safetensors", sha256=digest),
        ).model_copy(update=changes)
        (folder / "manifest.json").write_text(manifest.model_dump_json(indent=2))
        return Package(folder, manifest)

    return make
