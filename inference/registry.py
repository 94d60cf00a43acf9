"""The model packages on this machine, judged without torch."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from inference.errors import InferenceError, PackageError
from inference.manifest import Manifest, read_manifest

BLOCK_BYTES = 1 << 20


class Shown(Protocol):
    """What of a series or volume decides whether a model may be run on it."""

    @property
    def modality(self) -> str: ...

    @property
    def kind(self) -> str: ...


@dataclass(frozen=True)
class Package:
    """A folder that holds a model package, or claims to.

    Attributes:
        manifest: None when it cannot be read.
        problem: why the package may not be used, ``""`` when it may.
    """

    folder: Path
    manifest: Manifest | None
    problem: str = ""

    @property
    def usable(self) -> bool:
        """True when nothing speaks against running it."""
        return self.manifest is not None and not self.problem


class Registry:
    """Packages under ``folders``; a later folder's package of the same name and version is listed as well."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)

    def packages(self) -> tuple[Package, ...]:
        """Every package by name, newest version first; those that cannot be used carry the problem, last."""
        found = [_judge(folder) for place in self._folders for folder in _subfolders(place)]
        return tuple(sorted(found, key=_order))

    def find(self, name: str) -> Package:
        """The newest usable package called ``name``, or exactly ``name@version``.

        Raises:
            InferenceError: none is usable; says why, and which there are.
        """
        wanted, _, version = name.partition("@")
        found = self.packages()
        for package in found:
            manifest = package.manifest
            if manifest and manifest.name == wanted and version in ("", manifest.version) and package.usable:
                return package
        for package in found:
            if package.problem and wanted in (package.folder.name, package.manifest.name if package.manifest else ""):
                raise InferenceError(package.problem)
        known = ", ".join(f"{p.manifest.name}@{p.manifest.version}" for p in found if p.manifest and p.usable)
        raise InferenceError(f"there is no model {name!r}; there are: {known or 'none'}")


def verify(package: Package) -> Manifest:
    """The manifest of a package whose weights have the hash that it states.

    Raises:
        PackageError: unusable, or the weights are not the ones the manifest was made with; names both hashes.
    """
    if package.manifest is None or package.problem:
        raise PackageError(package.folder, package.problem or "has no manifest")
    weights = package.folder / package.manifest.weights.file
    digest = hashlib.sha256()
    try:
        with weights.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
    except OSError as error:
        raise PackageError(package.folder, f"{weights.name} cannot be read ({error.strerror})") from error
    if digest.hexdigest() != package.manifest.weights.sha256:
        raise PackageError(
            package.folder,
            f"{weights.name} was altered: SHA-256 {digest.hexdigest()[:12]}… found, "
            f"{package.manifest.weights.sha256[:12]}… expected. Install the package again.",
        )
    return package.manifest


def suits(manifest: Manifest, shown: Shown) -> str | None:
    """Why this model was not made for this image, or None when it was. A picture without modality may go anywhere."""
    if shown.modality and shown.modality not in manifest.input.modalities:
        return f"{manifest.name} reads {', '.join(manifest.input.modalities)}; this is {shown.modality}."
    if manifest.task == "classification" and shown.kind == "volume":
        return f"{manifest.name} judges single pictures; this is a volume."
    if shown.kind not in manifest.input.kinds:
        return f"{manifest.name} reads a {' or '.join(manifest.input.kinds)}; this is a {shown.kind}."
    return None


def _subfolders(place: Path) -> list[Path]:
    try:
        inside = [folder for folder in place.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    except OSError:
        return []
    return sorted(inside)


def _judge(folder: Path) -> Package:
    try:
        manifest = read_manifest(folder)
    except PackageError as error:
        return Package(folder, None, str(error))
    weights = folder / manifest.weights.file
    if not weights.is_file() or weights.resolve().parent != folder.resolve():
        return Package(folder, manifest, str(PackageError(folder, f"{manifest.weights.file} is not in the package")))
    return Package(folder, manifest)


def _order(package: Package) -> tuple[bool, str, tuple[int, ...]]:
    manifest = package.manifest
    if manifest is None:
        return True, package.folder.name, ()
    return not package.usable, manifest.name, tuple(-int(part) for part in manifest.version.split("."))
