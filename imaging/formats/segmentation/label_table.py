"""Names and colours of label values as a text file beside a mask, in the form that ITK-SNAP reads and writes."""

import re
from pathlib import Path

from imaging import saving
from imaging.errors import ReadError
from imaging.formats.character_sets import one_line
from imaging.labelmap import Label, Labelmap

_HEAD = "# Label description: value, red, green, blue, opacity, visible, mesh, name\n"
_ROW = re.compile(r'\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+\S+\s+\S+\s+\S+\s+"(.*)"\s*')
_MOST_BYTES = 1 << 20


def table_beside(path: Path) -> Path:
    """Where the table of a mask lies: the mask's name with ``.labels.txt`` in place of its ending."""
    plain = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return plain.with_name(f"{plain.stem}.labels.txt")


def write_table(path: Path, labels: tuple[Label, ...]) -> None:
    """Write a table that is whole or not there.

    Raises:
        SaveError: the file cannot be written.
    """
    rows = ['0 0 0 0 0 0 0 "background"\n']
    rows += [
        f'{each.value} {" ".join(map(str, each.colour))} 1 1 1 "{one_line(each.name).replace(chr(34), chr(39))}"\n'
        for each in labels
    ]
    saving.write_bytes(path, (_HEAD + "".join(rows)).encode())


def read_table(path: Path) -> tuple[Label, ...]:
    """The labels of a table in order of value, background left out; none where there is no table.

    Raises:
        ReadError: a row that is none, or a value that no mask holds.
    """
    try:
        with path.open("rb") as stream:
            lines = stream.read(_MOST_BYTES).decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ReadError(path, error.strerror or str(error)) from error
    labels = [_label(path, line) for line in lines if line.strip() and not line.startswith("#")]
    return tuple(sorted((each for each in labels if each.value), key=lambda each: each.value))


def _label(path: Path, line: str) -> Label:
    found = _ROW.fullmatch(line)
    numbers = [int(each) for each in found.groups()[:4]] if found else [256]
    if found is None or max(numbers) > 255:
        raise ReadError(path, f"found {line[:80]!r}: expected value, red, green, blue, three more and a quoted name")
    return Label(numbers[0], found.group(5), (numbers[1], numbers[2], numbers[3]))


def named(labelmap: Labelmap, table: tuple[Label, ...]) -> tuple[Label, ...]:
    """The labels of a mask, with names and colours of the table where it has them, and those that mark nothing yet."""
    known = {each.value: each for each in labelmap.labels} | {each.value: each for each in table}
    return tuple(known[value] for value in sorted(known))
