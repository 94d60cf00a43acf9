import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from inference.errors import InferenceError, PackageError
from inference.predictor import Predictor
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


def with_weights(package: Package, data: bytes) -> Package:
    """The package with other weights and their right hash, as one who prepared it could write it."""
    (package.folder / "weights.safetensors").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    edit_manifest(package, weights={"file": "weights.safetensors", "sha256": digest})
    return only(package.folder.parent)


def test_newest_version_wins_and_an_exact_one_can_be_asked_for(make_package: MakePackage) -> None:
    old, new = make_package(version="1.9.0"), make_package(version="1.10.0")
    registry = Registry([old.folder.parent])
    assert [package.folder for package in registry.packages()] == [new.folder, old.folder]
    assert registry.find("tiny").folder == new.folder
    assert registry.find("tiny@1.9.0").folder == old.folder


def test_a_package_that_arrives_later_is_found_at_once(make_package: MakePackage) -> None:
    first = make_package("classification", name="first")
    registry = Registry([first.folder.parent])
    assert len(registry.packages()) == 1
    second = make_package(name="second")
    assert registry.find("second").folder == second.folder


def test_an_unknown_model_is_answered_with_the_known_ones(make_package: MakePackage) -> None:
    registry = Registry([make_package().folder.parent])
    with pytest.raises(InferenceError, match=r"no model 'huge'; there are: tiny@1\.0\.0"):
        registry.find("huge")


def test_a_broken_newest_version_does_not_hide_the_one_before(make_package: MakePackage) -> None:
    good, broken = make_package(version="1.0.0"), make_package(version="2.0.0")
    (broken.folder / "weights.safetensors").unlink()
    registry = Registry([good.folder.parent])
    assert registry.find("tiny").folder == good.folder
    with pytest.raises(InferenceError, match=r"tiny-2\.0\.0: weights\.safetensors is not in the package"):
        registry.find("tiny@2.0.0")


def test_a_folder_that_does_not_exist_holds_no_packages(tmp_path: Path) -> None:
    assert Registry([tmp_path / "nowhere"]).packages() == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 2}, "Update Wetread"),
        ({"command": "rm"}, "command"),
        ({"weights": {"file": "../secret.safetensors", "sha256": "0" * 64}}, "weights.file"),
        ({"weights": {"file": "absent.safetensors", "sha256": "0" * 64}}, "absent.safetensors is not in the package"),
    ],
)
def test_a_bad_manifest_is_a_problem_in_words(make_package: MakePackage, change: dict[str, object], words: str) -> None:
    package = make_package()
    edit_manifest(package, **change)
    found = only(package.folder.parent)
    assert not found.usable
    assert words in found.problem
    assert package.folder.name in found.problem
    with pytest.raises(PackageError):
        verify(found)


def test_altered_weights_are_refused_with_both_hashes(make_package: MakePackage) -> None:
    package = make_package()
    weights = package.folder / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    found, expected = hashlib.sha256(data).hexdigest(), package.manifest and package.manifest.weights.sha256
    with pytest.raises(PackageError, match=f"SHA-256 {found[:12]}… found, {expected and expected[:12]}… expected"):
        Predictor(package, "cpu")


def test_weights_outside_the_package_are_refused(make_package: MakePackage, tmp_path: Path) -> None:
    package = make_package()
    weights = package.folder / "weights.safetensors"
    weights.rename(tmp_path / "elsewhere.safetensors")
    weights.symlink_to(tmp_path / "elsewhere.safetensors")
    assert "not in the package" in only(package.folder.parent).problem


class Bomb:
    """Leaves a mark where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.mark,)


def test_a_pickle_dressed_as_weights_is_refused_and_never_run(make_package: MakePackage, tmp_path: Path) -> None:
    mark = tmp_path / "went-off"
    data = pickle.dumps(Bomb(mark))
    package = with_weights(make_package(), data)
    assert package.usable, "the manifest cannot know"
    with pytest.raises(PackageError, match=r"weights\.safetensors cannot be read"):
        Predictor(package, "cpu")
    assert not mark.exists()
    pickle.loads(data)
    assert mark.exists(), "the bomb was live"


def test_weights_of_another_network_are_refused(make_package: MakePackage) -> None:
    other = make_package("classification", name="other")
    data = (other.folder / "weights.safetensors").read_bytes()
    for file in other.folder.iterdir():
        file.unlink()
    other.folder.rmdir()
    package = with_weights(make_package(), data)
    with pytest.raises(PackageError, match="does not fit network 'toy'"):
        Predictor(package, "cpu")


def test_a_network_this_program_does_not_have_is_named(make_package: MakePackage) -> None:
    package = make_package()
    assert package.manifest is not None
    edit_manifest(package, network={**package.manifest.network.model_dump(), "name": "transformer-9"})
    with pytest.raises(PackageError, match="'transformer-9' is unknown to this program; it has"):
        Predictor(only(package.folder.parent), "cpu")


@pytest.mark.parametrize(
    ("task", "modality", "kind", "reason"),
    [
        ("segmentation", "CT", "volume", None),
        ("segmentation", "", "image", None),
        ("segmentation", "US", "clip", "tiny reads CT; this is US."),
        ("classification", "DX", "image", None),
        ("classification", "CT", "volume", "tiny reads CR, DX; this is CT."),
        ("classification", "", "volume", "tiny judges single pictures; this is a volume."),
    ],
)
def test_a_model_says_what_it_was_not_made_for(
    make_package: MakePackage, task: str, modality: str, kind: str, reason: str | None
) -> None:
    manifest = make_package(task).manifest
    assert manifest is not None
    assert suits(manifest, Shown(modality, kind)) == reason


def test_a_kind_of_image_that_the_manifest_leaves_out_is_refused(make_package: MakePackage) -> None:
    manifest = make_package().manifest
    assert manifest is not None
    stills = manifest.model_copy(update={"input": manifest.input.model_copy(update={"kinds": ("volume", "image")})})
    assert suits(stills, Shown("CT", "clip")) == "tiny reads a volume or image; this is a clip."
