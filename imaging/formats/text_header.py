"""Text headers of volumes (NRRD, MetaImage): their lines, their fields, and the files beside them."""

from dataclasses import dataclass
from pathlib import Path

from imaging.errors import ReadError
from imaging.formats.content import first_bytes

MOST_HEADER_BYTES = 1 << 20
MOST_DATA_FILES = 20_000


@dataclass(frozen=True)
class TextHeader:
    """Fields in lower case with their values, where the header ends, and the names of the files with the voxels.

    Attributes:
        end: bytes of the header, its last line included: voxels of the same file start there.
        data_files: in the order of the voxels; empty where they follow the header in its own file.
    """

    path: Path
    fields: dict[str, str]
    end: int
    data_files: tuple[Path, ...] = ()

    def words(self, *names: str) -> list[str]:
        """The words of the first of these fields that is there."""
        return next((self.fields[name].split() for name in names if name in self.fields), [])

    def numbers(self, *names: str) -> tuple[float, ...]:
        """The numbers of the first of these fields that is there; empty where none is.

        Raises:
            ReadError: something else stands there.
        """
        words = self.words(*names)
        try:
            return tuple(map(float, words))
        except ValueError as error:
            raise ReadError(self.path, f"{names[0]} {' '.join(words)[:80]!r}: expected numbers") from error

    def integers(self, *names: str) -> tuple[int, ...]:
        """As :meth:`numbers`, whole ones.

        Raises:
            ReadError: something else stands there.
        """
        words = self.words(*names)
        try:
            return tuple(map(int, words))
        except ValueError as error:
            raise ReadError(self.path, f"{names[0]} {' '.join(words)[:80]!r}: expected whole numbers") from error

    def integer(self, name: str, otherwise: int) -> int:
        """One whole number, or another where the field is absent.

        Raises:
            ReadError: something else stands there.
        """
        return (*self.integers(name), otherwise)[0]


def header_lines(path: Path) -> list[tuple[str, int]]:
    """Each line from the start of a file without its end, and the byte after it; voxels may follow among them.

    Raises:
        ReadError: the file cannot be read.
    """
    lines: list[tuple[str, int]] = []
    end = 0
    for line in _split(path):
        end += len(line)
        lines.append((line.decode("latin-1").rstrip("\r\n"), end))
    return lines


def _split(path: Path) -> list[bytes]:
    """Lines with their ends; a last one that was cut off by the limit is left out."""
    head = first_bytes(path, MOST_HEADER_BYTES)
    lines = [line + b"\n" for line in head.split(b"\n")]
    if len(head) == MOST_HEADER_BYTES:
        return lines[:-1]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def beside(path: Path, names: list[str]) -> tuple[Path, ...]:
    """The files with the voxels, which must lie in the folder of their header.

    Raises:
        ReadError: a name that leads elsewhere, or to nothing.
    """
    if not 1 <= len(names) <= MOST_DATA_FILES:
        raise ReadError(path, f"names {len(names)} files with its voxels: expected 1 to {MOST_DATA_FILES}")
    names = [name.removeprefix("./") for name in names]
    for name in names:
        if Path(name).name != name or name in (".", "..") or "\\" in name or not name.isprintable():
            raise ReadError(path, f"names voxels outside its own folder ({name[:200]!r}): refused")
        found = path.parent / name
        if len(name) > 255 or found.is_symlink() or not found.is_file():
            raise ReadError(path, f"its voxels are in {name[:200]}, which is not beside it")
    return tuple(path.parent / name for name in names)


def numbered(path: Path, pattern: str, numbers: list[str]) -> list[str]:
    """The names that a pattern such as ``slice%03d.raw`` gives from a first number to a last, by a step.

    Raises:
        ReadError: anything but one ``%d`` with an optional width, or no sensible range.
    """
    before, _, rest = pattern.partition("%")
    width, letter, after = rest.partition("d")
    try:
        first, last, step = (int(each) for each in (*numbers, "1")[:3])
    except ValueError as error:
        raise ReadError(path, f"file names {pattern!r}: expected a first and a last number") from error
    if not letter or "%" in after or (width and not width.isdecimal()) or len(width) > 2 or not step:
        raise ReadError(path, f"file names {pattern[:80]!r}: expected one %d and a range")
    chosen = range(first, last + (1 if step > 0 else -1), step)
    if len(chosen) > MOST_DATA_FILES:
        raise ReadError(path, f"names {len(chosen)} files with its voxels: expected up to {MOST_DATA_FILES}")
    digits = int(width or 0)
    fill = "0" if width.startswith("0") else " "
    return [f"{before}{str(number).rjust(digits, fill)}{after}" for number in chosen]
