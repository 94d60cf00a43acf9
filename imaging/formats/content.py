"""What a file is, judged by its first bytes and never by its name; and its identity where the format has none."""

import hashlib
from enum import StrEnum
from pathlib import Path

from imaging.errors import ReadError


class Format(StrEnum):
    """Formats this program reads."""

    DICOM = "DICOM"
    NIFTI = "NIfTI"
    NRRD = "NRRD"
    META = "MetaImage"
    ANALYZE = "Analyze"
    PICTURE = "picture"
    CLIP = "clip"


_SIGNATURES: tuple[tuple[int, bytes, Format], ...] = (
    (128, b"DICM", Format.DICOM),
    (0, b"\x89PNG\r\n\x1a\n", Format.PICTURE),
    (0, b"\xff\xd8\xff", Format.PICTURE),
    (0, b"II*\0", Format.PICTURE),
    (0, b"MM\0*", Format.PICTURE),
    (0, b"II+\0\x08\0\0\0", Format.PICTURE),
    (0, b"MM\0+\0\x08\0\0", Format.PICTURE),
    (0, b"BM", Format.PICTURE),
    (0, b"GIF8", Format.CLIP),
    (4, b"ftyp", Format.CLIP),
    (4, b"moov", Format.CLIP),
    (4, b"mdat", Format.CLIP),
    (8, b"AVI ", Format.CLIP),
    (0, b"\x1aE\xdf\xa3", Format.CLIP),
    (0, b"\0\0\1\xba", Format.CLIP),
    (0, b"NRRD000", Format.NRRD),
    (344, b"n+1\0", Format.NIFTI),
    (344, b"ni1\0", Format.NIFTI),
    (4, b"n+2\0", Format.NIFTI),
    (4, b"ni2\0", Format.NIFTI),
)

_KNOWN_OTHERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"PK\3\4", "a ZIP archive inside a folder: open it by itself"),
    (0, b"%PDF", "a PDF document"),
    (0, b"\xd0\xcf\x11\xe0", "a Windows thumbnail or Office file"),
    (0, b"\x1f\x8b", "a gzip archive without a NIfTI volume inside"),
)

_HEAD_BYTES = 352
_GROUPS_OF_A_FIRST_ELEMENT = (b"\x02\0", b"\x03\0", b"\x08\0", b"\0\x08", b"\0\x02")
_COMMAND_GROUP_LENGTH = b"\0\0\0\0\4\0\0\0"
_MOST_ELEMENTS_SHORTER_THAN = 1 << 16


def format_of(path: Path) -> Format:
    """The format of a file.

    Raises:
        ReadError: empty, unreadable, or nothing this program knows; the reason says what it seems to be.
    """
    if not (path.exists() or path.is_symlink()):
        raise ReadError(path, "the file is no longer there")
    if not path.is_file():
        raise ReadError(path, "neither a file nor a link to one")
    head = first_bytes(path)
    if not head:
        raise ReadError(path, "the file is empty (0 bytes)")
    for offset, signature, kind in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return kind
    if _is_gzipped_nifti(path, head):
        return Format.NIFTI
    if _starts_like_meta(head):
        return Format.META
    if _is_analyze(path, head):
        return Format.ANALYZE
    if _starts_like_dicom(head):
        return Format.DICOM
    raise ReadError(path, _not_an_image(path, head))


def first_bytes(path: Path, count: int = _HEAD_BYTES) -> bytes:
    """Up to ``count`` bytes from the start of a file.

    Raises:
        ReadError: the file cannot be opened.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(count)
    except OSError as error:
        raise ReadError(path, error.strerror or str(error)) from error


def identity(path: Path) -> str:
    """A name made from the whole content: the same for a copy of the file, another after any change.

    Raises:
        ReadError: the file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()[:40]
    except OSError as error:
        raise ReadError(path, error.strerror or str(error)) from error


def identity_of_part(whole: str, n: int, count: int) -> str:
    """The identity of one of several series in a file, the first is 0; an only one has that of the file."""
    return f"{whole}@{n + 1}" if count > 1 else whole


def _is_gzipped_nifti(path: Path, head: bytes) -> bool:
    from imaging.formats import nifti_header

    return head.startswith(b"\x1f\x8b") and nifti_header.is_inside_gzip(path)


def _starts_like_meta(head: bytes) -> bool:
    """True for the text of a MetaImage header, which has no signature but always these two fields (MetaIO)."""
    names = [line.partition(b"=")[0].strip() for line in head.split(b"\n")]
    return names[0] in (b"ObjectType", b"NDims", b"Comment") and b"NDims" in names


def _is_analyze(path: Path, head: bytes) -> bool:
    """True for an Analyze 7.5 header: 348 bytes, as its first number says in either order."""
    return len(head) == 348 == path.stat().st_size and 348 in (
        int.from_bytes(head[:4], "little"),
        int.from_bytes(head[:4], "big"),
    )


def _starts_like_dicom(head: bytes) -> bool:
    """True for a data set without preamble: a first element of group 0002, 0003 or 0008 with a believable length.

    Before them some programs leave the command group of the network (PS3.7 6.3.1), or elements of their own.
    """
    if head.startswith(_COMMAND_GROUP_LENGTH):
        return True
    if len(head) < 16 or head[:2] not in _GROUPS_OF_A_FIRST_ELEMENT:
        return False
    if head[4:6].isalpha() and head[4:6].isupper():
        return True
    return int.from_bytes(head[4:8], "little") < _MOST_ELEMENTS_SHORTER_THAN


def _not_an_image(path: Path, head: bytes) -> str:
    for offset, signature, words in _KNOWN_OTHERS:
        if head[offset : offset + len(signature)] == signature:
            return f"not an image: {words}"
    found = "text" if _is_text(head) else f"a file that starts with {head[:4].hex(' ')}"
    if path.suffix.lower() in (".dcm", ".dicom", ".ima"):
        return f"not DICOM although it is named {path.suffix}: found {found}, expected 'DICM' at byte 128"
    return f"not an image this program reads: found {found}"


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character.isspace() for character in text)
