"""A model package that the model process can load: a real network with random weights."""

import pytest
import torch

from inference import networks
from inference.manifest import InputSpec, LabelSpec, Manifest, NetworkSpec, PreprocessingSpec
from inference.registry import Package
from training.release import pack, release


@pytest.fixture(scope="session")
def tiny_package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    network = NetworkSpec(
        name="unet", encoder="tf_efficientnet_lite0", in_channels=1, out_channels=2, saliency_layer="decoder.3"
    )
    torch.manual_seed(1)
    data, weights = pack(networks.build(network).state_dict())
    manifest = Manifest(
        name="tiny",
        version="1.0.0",
        title="Tiny",
        task="segmentation",
        input=InputSpec(modalities=("CT",)),
        labels=(LabelSpec(name="lesion", value=1),),
        network=network,
        preprocessing=PreprocessingSpec(size_px=(64, 64)),
        weights=weights,
    )
    return Package(release(tmp_path_factory.mktemp("models"), manifest, data, "Random weights, for tests."), manifest)
