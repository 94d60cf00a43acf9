"""Whether files and pixels are still what they were: SHA-256 of each file and of the decoded values."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imaging.errors import ReadError
from imaging.progress import Report, silent
from imaging.study import Series
from imaging.volume import Volume

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Fingerprint:
    """SHA-256 in hexadecimal.

    Attributes:
        files: one per file of the series, in its order.
        pixels: of the decoded values: shape and type, then all values in the order k, j, i.
    """

    files: tuple[tuple[Path, str], ...]
    pixels: str

    def changes_since(self, earlier: "Fingerprint") -> tuple[str, ...]:
        """What differs from ``earlier``, one sentence each; files are told apart by name, folders may move."""
        before = {path.name: digest for path, digest in earlier.files}
        now = {path.name: digest for path, digest in self.files}
        changed = sorted(name for name in now if name in before and now[name] != before[name])
        sentences = [
            *_counted("file has", "files have", "changed", changed),
            *_counted("file is", "files are", "new", sorted(now.keys() - before.keys())),
            *_counted("file is", "files are", "gone", sorted(before.keys() - now.keys())),
        ]
        if self.pixels != earlier.pixels:
            sentences.append("the pixels differ")
        return tuple(sentences)


def fingerprint(series: Series, volume: Volume, report: Report = silent) -> Fingerprint:
    """The hashes of a loaded series.

    Raises:
        ReadError: a file is gone or cannot be read.
        Cancelled: by ``report``.
    """
    files: list[tuple[Path, str]] = []
    for n, path in enumerate(series.files):
        report(n, len(series.files), f"Checking {path.name}")
        files.append((path, _of_file(path)))
    pixels = hashlib.sha256(f"{volume.array.shape} {volume.array.dtype.str}".encode())
    for plane in volume.array:
        report(len(series.files), len(series.files), "Checking the pixels")
        pixels.update(plane.tobytes())
    return Fingerprint(tuple(files), pixels.hexdigest())


def _of_file(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    except OSError as error:
        raise ReadError(path, error.strerror or str(error)) from error
    return digest.hexdigest()


def _counted(one: str, several: str, what: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    shown = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    return [f"{len(names)} {one if len(names) == 1 else several} {what} ({shown})"]
