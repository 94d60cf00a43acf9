"""A model package from a trained network: whole in its place, or not there at all."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from safetensors.torch import save
from torch import Tensor

from imaging.errors import SaveError
from inference.errors import PackageError
from inference.manifest import FILE_NAME, Manifest, WeightsSpec, read_manifest
from training.checkpoint import compact

WEIGHTS = "weights.safetensors"
Version = tuple[int, int, int]


def pack(weights: Mapping[str, Tensor]) -> tuple[bytes, WeightsSpec]:
    """The weights as a safetensors file with float16 matrices, and the manifest's entry for it."""
    data = save({name: tensor.detach().cpu().contiguous() for name, tensor in compact(weights).items()})
    return data, WeightsSpec(file=WEIGHTS, sha256=hashlib.sha256(data).hexdigest())


def next_version(releases: Path, name: str) -> str:
    """``1.0.0``, or one minor version after the newest package called ``name`` in the folder, damaged or not."""
    newest = max(_taken(releases, name), default=None)
    return "1.0.0" if newest is None else f"{newest[0]}.{newest[1] + 1}.0"


def release(releases: Path, manifest: Manifest, weights: bytes, card: str) -> Path:
    """The folder ``<name>-<version>`` of the new package.

    Raises:
        SaveError: the folder cannot be written, or this version was released before.
    """
    place = releases / f"{manifest.name}-{manifest.version}"
    try:
        releases.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".releasing-", dir=releases))
    except OSError as error:
        raise SaveError(place, error.strerror or str(error)) from error
    try:
        write_package(temporary, manifest, weights, card)
        temporary.chmod(0o755)
        temporary.rename(place)
    except OSError as error:
        raise SaveError(place, error.strerror or str(error)) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return place


def write_package(folder: Path, manifest: Manifest, weights: bytes, card: str) -> None:
    """Write a package's three files into a folder, the manifest last, each on disk before the next.

    Raises:
        OSError: they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / manifest.weights.file, weights)
    _write(folder / manifest.card, card.encode())
    _write(folder / FILE_NAME, manifest.model_dump_json(indent=1).encode())


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _taken(releases: Path, name: str) -> Iterator[Version]:
    """The versions in use: a package that is damaged keeps the one in its folder's name."""
    for folder in releases.iterdir() if releases.is_dir() else ():
        said = re.fullmatch(rf"{re.escape(name)}-(\d+\.\d+\.\d+)", folder.name)
        if said:
            yield _numbers(said.group(1))
        try:
            manifest = read_manifest(folder)
        except PackageError:
            continue
        if manifest.name == name:
            yield _numbers(manifest.version)


def _numbers(version: str) -> Version:
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch
