"""The packages that come with the program: whole, small enough, with a card that states split and limits."""

from pathlib import Path

import pytest
import torch

from inference import networks
from inference.registry import Package, Registry, verify

MODELS = Path(__file__).parents[2] / "resources" / "models"
PACKAGES = Registry([MODELS]).packages()


def test_both_models_are_here() -> None:
    assert [package.folder.name for package in PACKAGES] == ["ct-covid-lesions", "cxr-findings"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.folder.name)
def test_a_shipped_model_is_what_its_manifest_says(package: Package) -> None:
    manifest = verify(package)
    assert sum(file.stat().st_size for file in package.folder.iterdir()) <= 25_000_000
    network = networks.load(package.folder, manifest)
    assert manifest.network.saliency_layer in dict(network.named_modules())
    with torch.inference_mode():
        answer = network(torch.zeros(1, manifest.network.in_channels, *manifest.preprocessing.size_px))
    assert answer.shape[1] == manifest.network.out_channels
    assert bool(torch.isfinite(answer).all())


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.folder.name)
def test_a_card_states_split_interval_limits_and_licence(package: Package) -> None:
    assert package.manifest is not None
    card = (package.folder / package.manifest.card).read_text()
    for words in ("not a medical device", "## Limits", "## Licence", "95 % interval", package.manifest.lineage.split):
        assert words in card
    assert ("non-commercial" in card) == (package.manifest.name == "cxr-findings")
    main = "dice_any" if package.manifest.task == "segmentation" else "accuracy"
    value, low, high = package.manifest.metrics[main]
    assert f"| {main} | {value:.3f} | {low:.3f} to {high:.3f} |" in card
