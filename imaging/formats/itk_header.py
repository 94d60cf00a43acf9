"""Text headers of NRRD and MetaImage files: their fields, and where their voxels are. ITK reads the voxels."""

from dataclasses import dataclass
from pathlib import Path

from imaging.errors import ReadError
from imaging.formats.content import first_bytes

_MOST_HEADER_BYTES = 64 << 10
_LOCAL = ("local", "")


@dataclass(frozen=True)
class TextHeader:
    """Fields in lower case with their values, and the file that holds the voxels if it is another one."""

    fields: dict[str, str]
    data_file: Path | None

    def numbers(self, name: str) -> tuple[float, ...]:
        """The values of a field as numbers; empty where it is absent or none."""
        try:
            return tuple(float(each) for each in self.fields.get(name, "").split())
        except ValueError:
            return ()


def read_nrrd_header(path: Path) -> TextHeader:
    """The fields of an NRRD file (NRRD format definition, version 5).

    Raises:
        ReadError: the voxels are said to lie outside the header's folder, or in several files.
    """
    lines = _lines(path)[1:]
    end = lines.index("") if "" in lines else len(lines)
    fields: dict[str, str] = {}
    for line in lines[:end]:
        name, separator, value = line.partition(":")
        if separator and not line.startswith("#"):
            fields[name.strip().lower()] = value.removeprefix("=").strip()
    named = fields.get("data file") or fields.get("datafile") or ""
    return TextHeader(fields, _beside(path, named))


def read_meta_header(path: Path) -> TextHeader:
    """The fields of a MetaImage file (MetaIO).

    Raises:
        ReadError: the voxels are said to lie outside the header's folder, or in several files.
    """
    fields: dict[str, str] = {}
    for line in _lines(path):
        name, separator, value = line.partition("=")
        if not separator:
            break
        fields[name.strip().lower()] = value.strip()
        if "elementdatafile" in fields:
            break
    return TextHeader(fields, _beside(path, fields.get("elementdatafile", "")))


def _lines(path: Path) -> list[str]:
    head = first_bytes(path, _MOST_HEADER_BYTES)
    return [line.rstrip("\r") for line in head.decode("latin-1").split("\n")]


def _beside(path: Path, named: str) -> Path | None:
    """The file with the voxels, which must lie in the folder of its header; None where the header holds them."""
    if named.lower() in _LOCAL:
        return None
    if named.upper().startswith("LIST") or "%" in named:
        raise ReadError(path, f"its voxels are spread over several files ({named!r}): not read by this version")
    if Path(named).name != named or named in (".", ".."):
        raise ReadError(path, f"names voxels outside its own folder ({named!r}): refused")
    data_file = path.parent / named
    if data_file.is_symlink() or not data_file.is_file():
        raise ReadError(path, f"its voxels are in {named}, which is not beside it")
    return data_file
