import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from inference.errors import InferenceError, PackageError
from inference.registry import Package, Registry, suits, verify

MakePackage = Callable[..., Package]


class Shown:
    def __init__(self, modality: str, kind: str = "image") -> None:
        self.modality, self.kind = modality, kind


def edit_manifest(package: Package, **changes: object) -> None:
    path = package.folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def only(folder: Path) -> Package:
    (package,) = Registry([folder]).packages()
    return package


def test_newest_version_wins_and_an_exact_one_can_be_asked_for(make_package: MakePackage) -> None:
    old, new = make_package(version="1.9.0"), make_package(version="1.10.0")
    registry = Registry([old.folder.parent])
    assert registry.find("tiny").folder == new.folder
    assert registry.find("tiny@1.9.0").folder == old.folder


def test_an_unknown_model_is_answered_with_the_known_ones(make_package: MakePackage) -> None:
    registry = Registry([make_package().folder.parent])
    with pytest.raises(InferenceError, match=r"no model 'huge'; there are: tiny@1\.0\.0"):
        registry.find("huge")


def test_a_folder_that_does_not_exist_holds_no_packages(tmp_path: Path) -> None:
    assert Registry([tmp_path / "nowhere"]).packages() == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 2}, "format"),
        ({"command": "rm"}, "command"),
        ({"weights": {"file": "../secret.safetensors", "sha256": "0" * 64}}, "weights.file"),
        ({"weights": {"file": "absent.safetensors", "sha256": "0" * 64}}, "absent.safetensors is not in the package"),
        ({"name": "Not A Name"}, "name"),
    ],
)
def test_a_bad_manifest_is_a_problem_in_words(make_package: MakePackage, change: dict[str, object], words: str) -> None:
    package = make_package()
    edit_manifest(package, **change)
    found = only(package.folder.parent)
    assert not found.usable
    assert words in found.problem
    assert package.folder.name in found.problem


def test_altered_weights_are_refused_with_both_hashes(make_package: MakePackage) -> None:
    package = make_package()
    weights = package.folder / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(PackageError, match=r"was altered: SHA-256 \w{12}… found, \w{12}… expected"):
        verify(package)


def test_weights_outside_the_package_are_refused(make_package: MakePackage, tmp_path: Path) -> None:
    package = make_package()
    weights = package.folder / "weights.safetensors"
    weights.rename(tmp_path / "elsewhere.safetensors")
    weights.symlink_to(tmp_path / "elsewhere.safetensors")
    assert "not in the package" in only(package.folder.parent).problem


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return Path.touch, (Path("/tmp/wetread-bomb-went-off"),)


def test_a_pickle_dressed_as_weights_is_refused_and_never_run(make_package: MakePackage) -> None:
    import hashlib

    from inference.predictor import Predictor

    mark = Path("/tmp/wetread-bomb-went-off")
    mark.unlink(missing_ok=True)
    package = make_package()
    weights = package.folder / "weights.safetensors"
    weights.write_bytes(pickle.dumps(Bomb()))
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    edit_manifest(package, weights={"file": "weights.safetensors", "sha256": digest})
    with pytest.raises(PackageError, match="cannot be read"):
        Predictor(only(package.folder.parent), "cpu")
    assert not mark.exists()


def test_a_model_says_what_it_was_not_made_for(make_package: MakePackage) -> None:
    manifest = make_package().manifest
    assert manifest is not None
    assert suits(manifest, Shown("CT")) is None
    assert suits(manifest, Shown("")) is None, "a picture without modality may go anywhere"
    assert suits(manifest, Shown("US")) == "Tiny model reads CT; this is US."
