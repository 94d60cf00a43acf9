import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from inference.errors import PackageError
from inference.manifest import read_manifest
from inference.registry import Package

MakePackage = Callable[..., Package]


def edited(package: Package, **changes: object) -> Path:
    path = package.folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return package.folder


def test_a_manifest_comes_back_as_it_was_written(make_package: MakePackage) -> None:
    package = make_package(threshold=0.3, metrics={"dice_any": (0.75, 0.7, 0.8)})
    assert read_manifest(package.folder) == package.manifest


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 2}, "has format 2; this program reads format 1. Update Wetread."),
        ({"command": "rm"}, "command: Extra inputs are not permitted"),
        ({"weights": {"file": "../secret.safetensors", "sha256": "0" * 64}}, "weights.file: "),
        ({"weights": {"file": "/etc/passwd", "sha256": "0" * 64}}, "weights.file: "),
        ({"weights": {"file": "weights.safetensors", "sha256": "abc"}}, "weights.sha256: "),
        ({"card": "a/../../card.md"}, "card: "),
        ({"name": "Not A Name"}, "name: "),
        ({"version": "1.0"}, "version: "),
        ({"task": "diagnosis"}, "task: "),
        ({"threshold": 1.0}, "threshold: "),
        ({"labels": []}, "labels: expected at least one"),
        ({"labels": [{"name": "a", "value": 1}, {"name": "b", "value": 1}]}, "a value of its own"),
        ({"labels": [{"name": "a", "value": 1}, {"name": "a", "value": 2}]}, "a name and"),
        ({"labels": [{"name": "a", "value": 0}, {"name": "b", "value": 1}]}, "value 0 is background"),
        ({"labels": [{"name": "a", "value": 1}]}, "out_channels is 3; its labels need 2"),
        ({"preprocessing": {"size_px": [64, 64], "std": [0.0]}}, "std above 0"),
        ({"preprocessing": {"size_px": [64, 64], "mean": [], "std": []}}, "one of each per channel"),
        ({"preprocessing": {"size_px": [64, 64], "mean": [0.5, 0.5], "std": [0.5]}}, "one of each per channel"),
        (
            {"preprocessing": {"size_px": [64, 64], "mean": [0.5] * 3, "std": [0.5] * 3}},
            "in_channels is 1; its preprocessing makes 3",
        ),
        ({"preprocessing": {"size_px": [64, 64], "window": [40, -400]}}, "expected a width above 0"),
    ],
)
def test_what_is_wrong_is_named(make_package: MakePackage, change: dict[str, object], words: str) -> None:
    folder = edited(make_package(), **change)
    with pytest.raises(PackageError) as caught:
        read_manifest(folder)
    assert str(caught.value).startswith("model package tiny-1.0.0: ")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"), [(b"{", "Invalid JSON"), (b" " * 1_000_001, "larger than 1 MB"), (None, "No such file")]
)
def test_a_file_that_is_no_manifest(tmp_path: Path, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(PackageError, match=words):
        read_manifest(tmp_path)


def test_a_registry_and_its_manifests_are_read_without_torch() -> None:
    code = "import sys, inference.registry, inference.prediction; sys.exit('torch' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
