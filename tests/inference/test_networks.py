from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from inference import networks
from inference.errors import PackageError
from inference.manifest import InputSpec, LabelSpec, Manifest, NetworkSpec, PreprocessingSpec, WeightsSpec

LITE = "tf_efficientnet_lite0"


def spec(name: str = "unet", **changes: object) -> NetworkSpec:
    return NetworkSpec.model_validate({"name": name, "encoder": LITE, "out_channels": 3, **changes})


def manifest(network: NetworkSpec) -> Manifest:
    return Manifest(
        name="tiny",
        version="1.0.0",
        title="Tiny",
        task="segmentation",
        input=InputSpec(modalities=("CT",)),
        labels=(LabelSpec(name="lesion", value=1),),
        network=network,
        preprocessing=PreprocessingSpec(size_px=(64, 64)),
        weights=WeightsSpec(file="weights.safetensors", sha256="0" * 64),
    )


@pytest.fixture(scope="module")
def unet() -> nn.Module:
    torch.manual_seed(0)
    return networks.build(spec())


def test_a_unet_answers_at_the_size_of_its_input(unet: nn.Module) -> None:
    assert unet(torch.zeros(2, 3, 64, 96)).shape == (2, 3, 64, 96)
    assert not unet.training


def test_a_classifier_answers_once_per_image() -> None:
    assert networks.build(spec("classifier", in_channels=1))(torch.zeros(2, 1, 64, 64)).shape == (2, 3)


def test_the_same_image_gets_the_same_answer(unet: nn.Module) -> None:
    image = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(unet(image), unet(image))


def test_an_ensemble_averages_probabilities() -> None:
    torch.manual_seed(1)
    ensemble = networks.build(spec("classifier", members=3))
    assert isinstance(ensemble, networks.Ensemble)
    image = torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        mean = sum(torch.softmax(member(image), 1) for member in ensemble.members) / 3
        torch.testing.assert_close(torch.softmax(ensemble(image), 1), mean)


@pytest.mark.parametrize("name", sorted(networks.BUILDERS))
def test_no_activation_changes_what_a_hook_has_seen(name: str) -> None:
    seen: list[tuple[torch.Tensor, torch.Tensor]] = []
    network = networks.build(spec(name))
    for module in network.modules():
        if not list(module.children()):
            module.register_forward_hook(lambda _m, _i, output: seen.append((output, output.clone())))
    with torch.no_grad():
        network(torch.rand(1, 3, 64, 64))
    assert len(seen) > 100
    assert all(torch.equal(output, then) for output, then in seen)


def test_half_precision_weights_are_read_back_as_float32(tmp_path: Path, unet: nn.Module) -> None:
    halved = {
        name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in unet.state_dict().items()
    }
    save_file(halved, tmp_path / "weights.safetensors")
    loaded = networks.load(tmp_path, manifest(spec()))
    assert {tensor.dtype for tensor in loaded.parameters()} == {torch.float32}
    for name, tensor in loaded.state_dict().items():
        torch.testing.assert_close(tensor.float(), halved[name].float(), rtol=0, atol=0)


def test_weights_of_another_network_are_refused_by_name(tmp_path: Path, unet: nn.Module) -> None:
    save_file(unet.state_dict(), tmp_path / "weights.safetensors")
    with pytest.raises(PackageError, match=r"weights\.safetensors does not fit network 'classifier'"):
        networks.load(tmp_path, manifest(spec("classifier")))


def test_what_is_not_safetensors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.safetensors").write_bytes(b"\x80\x04cos\nsystem\n")
    with pytest.raises(PackageError, match="cannot be read"):
        networks.load(tmp_path, manifest(spec()))
    with pytest.raises(PackageError, match="cannot be read"):
        networks.load(tmp_path / "nowhere", manifest(spec()))


@pytest.mark.parametrize(
    ("changes", "words"), [({"name": "gan"}, "network 'gan'"), ({"encoder": "vgg"}, "encoder 'vgg'")]
)
def test_an_unknown_network_is_named(changes: dict[str, str], words: str) -> None:
    with pytest.raises(KeyError, match=words):
        networks.build(NetworkSpec.model_validate({"name": "unet", "encoder": LITE, **changes}))
