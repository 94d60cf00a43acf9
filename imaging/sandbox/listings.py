"""Listings of unchanged files kept on disk: what was found once is not read again."""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from imaging.errors import ImagingError
from imaging.sandbox.wire import ArraySpec, WireError, decode, encode
from imaging.study import Study

VERSION = 2
"""Goes up whenever readers list the same files differently: older listings are then not found any more."""

MOST_BYTES = 256 << 20
"""Listings beyond this go, those not used for longest first: that of a file takes about a kilobyte."""

MOST_AGE_S = 90 * 86_400.0
"""Listings not used for this long go."""

Stamp = tuple[int, int, int, int]
"""What changes when a file does: size, times of content and of attributes in nanoseconds, identity."""


@dataclass(frozen=True)
class StampedFile:
    """A file as it was seen."""

    path: Path
    stamp: Stamp


def stamped(path: Path) -> StampedFile:
    """The file as it is now.

    Raises:
        OSError: it cannot be seen.
    """
    found = path.stat()
    return StampedFile(path, (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino))


class Listings:
    """A folder of listings, each named after the very files it is of; none without a folder.

    A file that changed in any way makes another name, so no listing is ever served for it. What cannot be read or
    makes no sense is as good as absent. Once in the life of this object, old ones are removed. The person's own eyes
    only: there are names of patients in it.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = None if folder is None else folder / "listings"
        self._is_pruned = False

    def find(self, files: Sequence[StampedFile]) -> Study | None:
        """The listing of exactly these files as they are, or None."""
        if self._folder is None:
            return None
        place = self._folder / _name(files)
        try:
            study: Study = decode(Study, json.loads(place.read_bytes()), _no_array)
        except (OSError, ValueError, TypeError, RecursionError, OverflowError, WireError, ImagingError):
            return None
        with suppress(OSError):
            os.utime(place)  # used now: what is not used goes first
        allowed = {file.path for file in files}
        return study if all(file in allowed for one in study.series for file in one.files) else None

    def keep(self, files: Sequence[StampedFile], study: Study) -> None:
        """Keep the listing, unless a file changed meanwhile; a full or read-only disk is no error."""
        if self._folder is None:
            return
        with suppress(OSError):
            if any(stamped(file.path) != file for file in files):
                return
            self._folder.mkdir(parents=True, exist_ok=True)
            _write(self._folder / _name(files), json.dumps(encode(study, _no_arrays)).encode())
            if not self._is_pruned:
                self._is_pruned = True
                _prune(self._folder)


def _prune(folder: Path) -> None:
    """Remove listings not used for long, and of the others what is too much."""
    found = [(file.stat(), file) for file in folder.iterdir()]
    found.sort(key=lambda each: each[0].st_mtime, reverse=True)
    oldest_s, total = time.time() - MOST_AGE_S, 0
    for stat, file in found:
        total += stat.st_size
        if total > MOST_BYTES or stat.st_mtime < oldest_s:
            file.unlink(missing_ok=True)


def _write(place: Path, data: bytes) -> None:
    """Whole or not at all; readable by this person only."""
    fd, name = tempfile.mkstemp(dir=place.parent)
    try:
        with os.fdopen(fd, "wb") as stream:
            stream.write(data)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _name(files: Sequence[StampedFile]) -> str:
    digest = hashlib.sha256(f"{VERSION}".encode())
    for file in files:
        digest.update(f"\0{file.path}\0{file.stamp}".encode(errors="surrogateescape"))
    return f"{digest.hexdigest()}.json"


def _no_array(_spec: ArraySpec) -> NDArray[Any]:
    raise WireError("a listing holds no arrays")


def _no_arrays(_array: NDArray[Any]) -> ArraySpec:
    raise WireError("a listing holds no arrays")
