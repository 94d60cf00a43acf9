"""The files a DICOMDIR names, never outside its own folder (PS3.10 8, PS3.3 F)."""

from collections.abc import Iterator
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import Tag

from imaging.errors import ReadError
from imaging.formats.character_sets import one_line
from imaging.formats.content import first_bytes
from imaging.formats.dicom.attributes import PARSE_ERRORS, items, value, whole
from imaging.study import Refusal

_DIRECTORY_SOP_CLASS = b"1.2.840.10008.1.3.10"
_DIRECTORY_RECORDS = Tag(0x0004, 0x1220)
_MOST_RECORDS = 1_000_000
_NOT_IN_USE = 0


def is_directory(path: Path) -> bool:
    """True for a file whose meta information says that it is a DICOMDIR, whatever its name.

    Raises:
        ReadError: the file cannot be opened.
    """
    head = first_bytes(path, 1024)
    return head[128:132] == b"DICM" and _DIRECTORY_SOP_CLASS in head[132:]


def referenced_files(path: Path) -> tuple[list[Path], list[Refusal]]:
    """The files a DICOMDIR names, in order, and words on each that is missing or would lie outside its folder.

    Names are found whatever their case, as media written with capitals are often copied in small letters.

    Raises:
        ReadError: the DICOMDIR is damaged.
    """
    found: dict[Path, None] = {}
    refused: dict[Refusal, None] = {}
    folders = _Folders(path)
    for parts in _file_ids(path):
        try:
            found[folders.file(parts)] = None
        except ReadError as error:
            refused[Refusal(error.path, error.reason)] = None
    return list(found), list(refused)


def _file_ids(path: Path) -> Iterator[tuple[str, ...]]:
    """The components of Referenced File ID (0004,1500) of every record in use that has one."""
    try:
        dataset = dcmread(path, specific_tags=[_DIRECTORY_RECORDS], force=True)
        records = items(dataset, "DirectoryRecordSequence")
    except (*PARSE_ERRORS, OSError) as error:
        raise ReadError(path, f"damaged DICOMDIR: {error}") from error
    for record in records[:_MOST_RECORDS]:
        parts = _components(record)
        if parts and whole(record, "RecordInUseFlag") != _NOT_IN_USE:
            yield parts


def _components(record: Dataset) -> tuple[str, ...]:
    found = value(record, "ReferencedFileID")
    if found is None:
        return ()
    return tuple(map(str, found)) if isinstance(found, (MultiValue, list)) else (str(found),)


class _Folders:
    """The folder of one DICOMDIR; looks each subfolder up once."""

    def __init__(self, index: Path) -> None:
        self._index, self._root = index, index.parent
        self._resolved_root = index.parent.resolve()
        self._names: dict[Path, dict[str, str]] = {}

    def file(self, parts: tuple[str, ...]) -> Path:
        """The file with these components.

        Raises:
            ReadError: it would lie outside the folder, or it is missing.
        """
        shown = one_line("/".join(parts))
        if any(_leads_away(part) for part in parts):
            raise ReadError(self._index, f"names {shown}, which leads out of its folder or is no File ID: not opened")
        here = self._root
        for part in parts:
            here = here / self._names_in(here).get(part.casefold(), part)
        if not here.resolve().is_relative_to(self._resolved_root):
            raise ReadError(here, f"{shown} is a link that leads out of the folder of the DICOMDIR: not opened")
        if not here.is_file():
            raise ReadError(here, "named in the DICOMDIR, but there is no such file")
        return here

    def _names_in(self, folder: Path) -> dict[str, str]:
        """Names on disk by their case-folded form."""
        if folder not in self._names:
            try:
                self._names[folder] = {each.name.casefold(): each.name for each in folder.iterdir()}
            except OSError:
                self._names[folder] = {}
        return self._names[folder]


def _leads_away(part: str) -> bool:
    """True for a component that is no plain name: empty, dots only, a drive, or with a separator or control in it."""
    return part.strip(". ") == "" or any(c in '/\\:*?"<>|' or ord(c) < 32 for c in part)
