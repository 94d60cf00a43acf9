import hashlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import load

from imaging.errors import SaveError
from inference.manifest import InputSpec, LabelSpec, Manifest, NetworkSpec, PreprocessingSpec, read_manifest
from inference.registry import Registry
from training.release import next_version, pack, release

TENSORS = {"kernel": torch.linspace(-1, 1, 12).reshape(3, 4), "bias": torch.tensor([1e-8, 2.0]), "n": torch.tensor(3)}


def manifest(version: str) -> Manifest:
    return Manifest(
        name="tiny",
        version=version,
        title="Tiny",
        task="segmentation",
        input=InputSpec(modalities=("CT",)),
        labels=(LabelSpec(name="lesion", value=1),),
        network=NetworkSpec(name="unet", in_channels=1, out_channels=2),
        preprocessing=PreprocessingSpec(size_px=(64, 64)),
        weights=pack(TENSORS)[1],
    )


def test_what_is_released_is_what_the_registry_lists(tmp_path: Path) -> None:
    folder = release(tmp_path / "models", manifest("1.0.0"), pack(TENSORS)[0], "# Tiny")
    (package,) = Registry([tmp_path / "models"]).packages()
    assert package.usable
    assert (package.folder, package.manifest) == (folder, manifest("1.0.0"))
    assert (folder / "card.md").read_text() == "# Tiny"
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["tiny-1.0.0"]


def test_matrices_are_halved_and_vectors_kept() -> None:
    data, spec = pack(TENSORS)
    kept = load(data)
    assert kept["kernel"].dtype == torch.float16
    torch.testing.assert_close(kept["bias"], TENSORS["bias"], rtol=0, atol=0)
    assert spec.sha256 == hashlib.sha256(data).hexdigest()


def test_a_new_release_gets_the_next_version(tmp_path: Path) -> None:
    assert next_version(tmp_path / "nowhere", "tiny") == "1.0.0"
    release(tmp_path, manifest("1.9.2"), pack(TENSORS)[0], "")
    release(tmp_path, manifest("1.10.0"), pack(TENSORS)[0], "")
    (tmp_path / "tiny-broken").mkdir()
    assert next_version(tmp_path, "tiny") == "1.11.0"
    assert next_version(tmp_path, "tin") == "1.0.0"


def test_a_version_is_never_released_twice(tmp_path: Path) -> None:
    models = tmp_path / "models"
    first = release(models, manifest("1.0.0"), pack(TENSORS)[0], "first")
    with pytest.raises(SaveError, match=r"tiny-1\.0\.0 could not be saved"):
        release(models, manifest("1.0.0"), pack(TENSORS)[0], "second")
    assert (first / "card.md").read_text() == "first"
    assert read_manifest(first) == manifest("1.0.0")
    assert [path.name for path in models.iterdir()] == ["tiny-1.0.0"]


def test_a_damaged_package_keeps_its_version(tmp_path: Path) -> None:
    """Otherwise a run finds out after hours of training that its place is taken."""
    (release(tmp_path, manifest("1.4.0"), pack(TENSORS)[0], "") / "manifest.json").write_text("{")
    assert next_version(tmp_path, "tiny") == "1.5.0"
    release(tmp_path, manifest(next_version(tmp_path, "tiny")), pack(TENSORS)[0], "")
