"""Zip and tar archives and gzipped files, unpacked to a scratch folder that is removed when the program ends.

The scratch folder is not kept from one run to the next: images of patients do not stay behind on the disk. An archive
that is opened again in the same run is not unpacked again.
"""

import errno
import gzip
import lzma
import os
import shutil
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from imaging.errors import ReadError
from imaging.formats.character_sets import one_line
from imaging.formats.content import first_bytes
from imaging.progress import Report, silent
from imaging.study import Refusal

MOST_INFLATION = 10
MOST_BYTES = 2 << 30
"""An archive may unpack to ten times its size, or to this, whichever is more."""
MOST_MEMBERS = 200_000
_MOST_NAME_BYTES = 255

UNPACKED_PREFIX = "wetread-archive-"
"""How the name of a folder with unpacked members begins."""

_ZIP_SIGNATURES = (b"PK\3\4", b"PK\5\6")
_GZIP_SIGNATURE = b"\x1f\x8b"
_TAR_SIGNATURE = slice(257, 262), b"ustar"
_CHUNK_BYTES = 1 << 20
_SPECIAL = "a link or special file inside an archive: not unpacked"
_TWICE = "the archive holds this name twice: the first was opened"
_BELOW_A_FILE = "the archive holds its folder's name as a file, too: not unpacked"
_TOO_DEEP = "its folders' names together are longer than a path may be: not unpacked"
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    RuntimeError,
    ValueError,
)
"""What the unpackers raise on bytes that are not what they claim to be."""


@dataclass(frozen=True)
class Unpacked:
    """Where the members of an archive lie, and those that were left out with the reason."""

    folder: Path
    refused: tuple[Refusal, ...] = ()


class _LeftOut(Exception):
    """A member that is not unpacked, and why."""


_Version = tuple[Path, int, int]
_kept: dict[_Version, tuple[Unpacked, tempfile.TemporaryDirectory[str]]] = {}


def is_archive(path: Path) -> bool:
    """True for a zip or tar archive, and for a gzipped file that is no NIfTI volume, by content.

    Raises:
        ReadError: the file cannot be opened.
    """
    from imaging.formats import nifti_header

    head = first_bytes(path, 512)
    if head.startswith(_GZIP_SIGNATURE):
        return not nifti_header.is_inside_gzip(path)
    return head[:4] in _ZIP_SIGNATURES or _starts_like_tar(head)


def member_path(archive: Path, file: Path) -> Path:
    """A file as a person knows it: below the archive's own path where it was unpacked from it, else as it is."""
    unpacked = (n for n, part in enumerate(file.parts) if part.startswith(UNPACKED_PREFIX))
    folder = next(unpacked, None)
    return file if folder is None else archive.joinpath(*file.parts[folder + 1 :])


def unpack(path: Path, report: Report = silent) -> Unpacked:
    """The members of an archive in a folder of their own below the system's folder for temporary files.

    No member is written outside it, links are left out, and an archive inside the archive stays packed.

    Raises:
        ReadError: encrypted, damaged, or unpacking to more than is believable or than the disk can hold.
        Cancelled: by ``report``.
    """
    key = _version(path)
    if key in _kept and _kept[key][0].folder.is_dir():
        return _kept[key][0]
    scratch = tempfile.TemporaryDirectory(prefix=UNPACKED_PREFIX, ignore_cleanup_errors=True)
    try:
        unpacked = Unpacked(Path(scratch.name), tuple(_extract(path, Path(scratch.name), report)))
    except BaseException:
        scratch.cleanup()
        raise
    _kept[key] = unpacked, scratch
    return unpacked


def _version(path: Path) -> _Version:
    """Tells a changed archive from the one unpacked before, without reading all of it."""
    found = path.stat()
    return path.resolve(), found.st_size, found.st_mtime_ns


def _extract(path: Path, folder: Path, report: Report) -> list[Refusal]:
    try:
        if first_bytes(path, 2) == _GZIP_SIGNATURE:
            with gzip.open(path) as source:
                inside_is_tar = _starts_like_tar(source.read(512))
            return (_extract_tar if inside_is_tar else _extract_gzip)(path, folder, report)
        if _starts_like_tar(first_bytes(path, 512)):
            return _extract_tar(path, folder, report)
        with zipfile.ZipFile(path) as archive:
            return _extract_zip(path, archive, folder, report)
    except NotImplementedError as error:
        raise ReadError(path, f"the archive is packed in a way that is not read: {error}") from error
    except _DAMAGED as error:
        raise ReadError(path, f"the archive is damaged: {error or type(error).__name__}") from error
    except OSError as error:
        raise ReadError(path, f"the archive cannot be unpacked: {error.strerror or error}") from error


def _extract_gzip(path: Path, folder: Path, report: Report) -> list[Refusal]:
    name = path.stem if path.suffix.lower() == ".gz" else path.name
    with gzip.open(path) as source:
        _copy(source, folder / name, _Allowance(path), lambda: report(0, 1, f"Unpacking {name}"))
    return []


def _starts_like_tar(head: bytes) -> bool:
    where, signature = _TAR_SIGNATURE
    return head[where] == signature


def _extract_tar(path: Path, folder: Path, report: Report) -> list[Refusal]:
    """Members in the order of the file, which has no table of contents: the allowance ends a bomb while it unpacks."""
    refused: list[Refusal] = []
    allowance = _Allowance(path)
    with tarfile.open(path, "r|*") as archive:
        for n, member in enumerate(archive):
            if n >= MOST_MEMBERS:
                raise ReadError(path, f"the archive names more than the {MOST_MEMBERS} files that are unpacked")
            tell = partial(report, n, n + 1, f"Unpacking {one_line(member.name)}")
            tell()
            try:
                if not member.isdir():
                    _unpack_member(archive, member, folder, allowance, tell)
            except _LeftOut as reason:
                refused.append(_refusal(path, member.name, reason))
    return refused


def _unpack_member(
    archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, allowance: "_Allowance", tell: Callable[[], None]
) -> None:
    """Write one plain file of a tar archive."""
    source = archive.extractfile(member) if member.isfile() else None
    if source is None:
        raise _LeftOut(_SPECIAL)
    _copy(source, _place(folder, member.name), allowance, tell)


def _extract_zip(path: Path, archive: zipfile.ZipFile, folder: Path, report: Report) -> list[Refusal]:
    members = [member for member in archive.infolist() if not _name_of(member).endswith("/")]
    allowance = _Allowance(path)
    _check(path, members, allowance)
    refused: list[Refusal] = []
    for n, member in enumerate(members):
        tell = partial(report, n, len(members), f"Unpacking {one_line(member.filename)}")
        tell()
        try:
            if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
                raise _LeftOut(_SPECIAL)
            target = _place(folder, _name_of(member))
            with archive.open(member) as source:
                _copy(source, target, allowance, tell)
        except _LeftOut as reason:
            refused.append(_refusal(path, _name_of(member), reason))
    return refused


def _check(path: Path, members: list[zipfile.ZipInfo], allowance: "_Allowance") -> None:
    """Refuse before anything is written what can be refused by the table of contents."""
    if len(members) > MOST_MEMBERS:
        raise ReadError(path, f"the archive names {len(members)} files; up to {MOST_MEMBERS} are unpacked")
    if any(member.flag_bits & 1 for member in members):
        raise ReadError(path, "the archive is encrypted: unpack it with its password and open the folder")
    total = sum(member.file_size for member in members)
    if total > allowance.left:
        raise allowance.exceeded(total)
    if total > shutil.disk_usage(tempfile.gettempdir()).free:
        raise ReadError(path, f"unpacks to {total >> 20} MiB, more than the disk for temporary files can hold")


def _refusal(path: Path, name: str, reason: _LeftOut) -> Refusal:
    return Refusal(path / one_line(name).replace("/", "∕"), str(reason))


def _name_of(member: zipfile.ZipInfo) -> str:
    """The name with slashes only: some writers part folders by backslashes (APPNOTE.TXT 4.4.17.1 asks for slashes)."""
    return member.filename.replace("\\", "/")


def _place(folder: Path, name: str) -> Path:
    """Where a member is written, in a folder that is there then.

    Raises:
        _LeftOut: the name leads out of the archive, or cannot be that of one more file.
        OSError: no folder can be made.
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or any(_leads_away(part) for part in parts):
        raise _LeftOut("its name leads out of the archive: not unpacked")
    if any(len(os.fsencode(part)) > _MOST_NAME_BYTES for part in parts):
        raise _LeftOut(f"its name is longer than the {_MOST_NAME_BYTES} bytes of a file's name: not unpacked")
    target = folder.joinpath(*parts)
    try:
        if target.exists():
            raise _LeftOut(_TWICE)
        target.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise _LeftOut(_BELOW_A_FILE) from error
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise _LeftOut(_TOO_DEEP) from error
        raise
    return target


def _leads_away(part: str) -> bool:
    return part.strip(". ") == "" or any(c in "\\:" or ord(c) < 32 for c in part)


class _Allowance:
    """How many more bytes one archive may unpack to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = path.stat().st_size
        self.left = max(MOST_BYTES, MOST_INFLATION * self._size)

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise self.exceeded()

    def exceeded(self, total: int | None = None) -> ReadError:
        limit = max(MOST_BYTES, MOST_INFLATION * self._size)
        much = f"{total >> 20} MiB" if total is not None else f"more than {limit >> 20} MiB"
        return ReadError(self._path, f"unpacks to {much} from {max(1, self._size >> 10)} KiB: refused")


def _copy(source: IO[bytes] | gzip.GzipFile, target: Path, allowance: _Allowance, tell: Callable[[], None]) -> None:
    """Write chunk by chunk, heard of at each, so that even a large member can be cancelled."""
    with target.open("xb") as out:
        while chunk := source.read(_CHUNK_BYTES):
            tell()
            allowance.spend(len(chunk))
            out.write(chunk)
