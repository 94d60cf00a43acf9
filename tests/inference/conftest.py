"""Small model packages, whose network can be computed by hand."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from inference import networks
from inference.manifest import InputSpec, LabelSpec, Manifest, NetworkSpec, PreprocessingSpec, WeightsSpec
from inference.registry import Package

MakePackage = Callable[..., Package]

LESIONS = (LabelSpec(name="ground_glass", value=1), LabelSpec(name="consolidation", value=2, colour=(86, 180, 233)))
CLASSES = (LabelSpec(name="bright", value=0), LabelSpec(name="dark", value=1))


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Networks this small lose more to waking threads than they win."""
    torch.set_num_threads(1)


class Toy(nn.Module):
    """For x from -1 (black) to 1 (white), pixel by pixel: features relu(x) and relu(-x).

    Segmentation: logits 0, 20 x, -100. Classification: 4 mean(relu(x)), 4 mean(relu(-x)).
    """

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.pooled = spec.name == "toy-pooled"
        self.features = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU())
        self.head = nn.Conv2d(2, spec.out_channels, 1)
        rows = [[4.0, 0.0], [0.0, 4.0]] if self.pooled else [[0.0, 0.0], [20.0, -20.0], [0.0, 0.0]]
        bias = [0.0, 0.0] if self.pooled else [0.0, 0.0, -100.0]
        with torch.no_grad():
            self.features[0].weight.copy_(torch.tensor([1.0, -1.0]).reshape(2, 1, 1, 1))
            self.features[0].bias.zero_()
            self.head.weight.copy_(torch.tensor(rows)[:, :, None, None])
            self.head.bias.copy_(torch.tensor(bias))

    def forward(self, images: Tensor) -> Tensor:
        logits = self.head(self.features(images))
        return logits.mean((2, 3)) if self.pooled else logits


@pytest.fixture
def make_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePackage:
    """A function that writes a package folder; ``changes`` are manifest fields."""
    for name in ("toy", "toy-pooled"):
        monkeypatch.setitem(networks.BUILDERS, name, Toy)

    def make(task: str = "segmentation", name: str = "tiny", version: str = "1.0.0", **changes: object) -> Package:
        segmentation = task == "segmentation"
        network = NetworkSpec(
            name="toy" if segmentation else "toy-pooled",
            in_channels=1,
            out_channels=3 if segmentation else 2,
            saliency_layer="features",
        )
        manifest = Manifest(
            name=name,
            version=version,
            title="Tiny model",
            task="segmentation" if segmentation else "classification",
            input=InputSpec(modalities=("CT",) if segmentation else ("CR", "DX")),
            labels=LESIONS if segmentation else CLASSES,
            network=network,
            preprocessing=PreprocessingSpec(size_px=(64, 64)),
            weights=WeightsSpec(file="weights.safetensors", sha256="0" * 64),
        ).model_copy(update=changes)
        folder = tmp_path / "models" / f"{name}-{version}"
        folder.mkdir(parents=True)
        save_file(networks.build(manifest.network).state_dict(), folder / "weights.safetensors")
        digest = hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
        manifest = manifest.model_copy(update={"weights": WeightsSpec(file="weights.safetensors", sha256=digest)})
        (folder / "manifest.json").write_text(manifest.model_dump_json(indent=1))
        return Package(folder, manifest)

    return make
