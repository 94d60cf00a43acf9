"""Text headers of NRRD and MetaImage files: their fields, and where their voxels are. ITK reads the voxels."""

from dataclasses import dataclass
from pathlib import Path

from imaging.errors import ReadError
from imaging.formats.content import first_bytes

_MOST_HEADER_BYTES = 64 << 10
_LOCAL = ("LOCAL", "Local", "local")


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
        ReadError: the voxels are said to lie outside the header's folder, or in several files; lengths that are not
            millimetres; or a header that other readers may understand otherwise.
    """
    fields: dict[str, str] = {}
    for line in _lines(path)[1:]:
        if not line:
            break
        name, separator, value = line.partition(":")
        if not separator or line.startswith("#") or value.startswith("="):
            continue
        name = name.strip().lower()
        name = "data file" if "".join(name.split()) == "datafile" else name
        if name in fields:
            raise ReadError(path, f"the header names {name!r} twice: refused")
        fields[name] = value.strip()
    else:
        _require_end(path)
    units = set(fields.get("space units", "").replace('"', " ").split())
    if not units <= {"mm", "???", "none", "s", "ms"}:
        raise ReadError(path, f"lengths in {fields['space units']}: expected millimetres")
    named = fields.get("data file")
    return TextHeader(fields, None if named is None else _beside(path, named))


def read_meta_header(path: Path) -> TextHeader:
    """The fields of a MetaImage file (MetaIO).

    Raises:
        ReadError: the voxels are said to lie outside the header's folder, or in several files; or a header that
            other readers may understand otherwise.
    """
    fields: dict[str, str] = {}
    for line in _lines(path):
        name, separator, value = (each.strip() for each in _at_separator(line))
        if name == "ElementDataFile":
            return TextHeader(fields, None if value in _LOCAL else _beside(path, value))
        if "elementdatafile" in line.lower():
            raise ReadError(path, f"found {line[:80]!r}: expected ElementDataFile = … on a line of its own")
        if separator:
            fields[name.lower()] = value
    raise ReadError(path, f"no ElementDataFile in the first {_MOST_HEADER_BYTES >> 10} KiB: the voxels are nowhere")


def _at_separator(line: str) -> tuple[str, str, str]:
    """Name, separator and value: MetaIO takes a colon for an equals sign."""
    return line.partition(min("=:", key=lambda sign: line.find(sign) % (len(line) + 1)))


def _require_end(path: Path) -> None:
    """Refuse a header that goes on beyond what was looked at: what names the voxels may stand there."""
    if path.stat().st_size >= _MOST_HEADER_BYTES:
        raise ReadError(path, f"the header does not end within {_MOST_HEADER_BYTES >> 10} KiB")


def _lines(path: Path) -> list[str]:
    """Whole lines from the start of a file: a last one that was cut off is left out."""
    head = first_bytes(path, _MOST_HEADER_BYTES)
    lines = [line.removesuffix("\r") for line in head.decode("latin-1").split("\n")]
    return lines[:-1] if len(head) == _MOST_HEADER_BYTES else lines


def _beside(path: Path, named: str) -> Path:
    """The file with the voxels, which must lie in the folder of its header."""
    if named.upper().startswith("LIST") or "%" in named:
        raise ReadError(path, f"its voxels are spread over several files ({named!r}): not read by this version")
    if Path(named).name != named or named in (".", "..") or not named.isprintable():
        raise ReadError(path, f"names voxels outside its own folder ({named!r}): refused")
    data_file = path.parent / named
    if data_file.is_symlink() or not data_file.is_file():
        raise ReadError(path, f"its voxels are in {named}, which is not beside it")
    return data_file
