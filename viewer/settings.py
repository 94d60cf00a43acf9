"""TOML files: the program's own under ``resources`` and a person's choices, read strictly and written whole.

Every file carries ``version`` and is checked against a model. What is wrong is named with its line; a person's broken
file is never overwritten: the next save puts it beside, under another name.
"""

import re
import tomllib
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, TypeVar

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from imaging.errors import SaveError
from imaging.saving import write_bytes
from viewer.errors import ViewerError

Place = Sequence[str | int]
"""Where a value stands: ``("preset", 2, "width")`` is ``width`` of the third ``[[preset]]``."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*=""")
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)")


class SettingsError(ViewerError):
    """A settings file that cannot be used: names the file, the line and what is wrong there."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path.name}, line {line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


class Kept(BaseModel):
    """Anything that is kept in a settings file. Names it does not know are refused: they are mostly misspelt."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SettingsFile(Kept):
    """A whole file; its ``version`` is refused when it is newer than this program knows."""

    newest: ClassVar[int] = 1
    version: Annotated[int, Field(ge=1)] = 1

    def problem(self) -> tuple[Place, str] | None:
        """Where and why the contents make no sense although each value has its shape; None when they do."""
        return None


Shape = TypeVar("Shape", bound=SettingsFile)


def read(path: Path, shape: type[Shape]) -> Shape:
    """The contents of a file.

    Raises:
        SettingsError: it is no TOML, is of a newer version, lacks the shape or makes no sense; names the line.
        OSError: it cannot be read at all.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise SettingsError(path, line, "expected UTF-8 text") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(path, _toml_line(str(error), text), _AT_LINE.sub("", str(error))) from error
    version = table.get("version")
    if isinstance(version, int) and version > shape.newest:
        reason = f"version {version}; this program knows up to {shape.newest}. Update Wetread, or remove the file."
        raise SettingsError(path, line_of(text, ["version"]), reason)
    try:
        found = shape.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsError(path, line_of(text, first["loc"]), f"{place}: {first['msg']}") from error
    if (problem := found.problem()) is not None:
        raise SettingsError(path, line_of(text, problem[0]), problem[1])
    return found


def line_of(text: str, place: Place) -> int:
    """The line, counted from 1, where a value or else what encloses it stands; the first when neither is found."""
    best, line = 0, 1
    for number, found in _places(text):
        if len(found) > best and list(place[: len(found)]) == found:
            best, line = len(found), number
    return line


class Settings:
    """A person's settings: one TOML file per subject, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, subject: str) -> Path:
        """Where a subject is kept."""
        return self.folder / f"{subject}.toml"

    def read(self, subject: str, shape: type[Shape]) -> Shape | None:
        """What is kept of a subject, None when nothing is.

        Raises:
            SettingsError: the file cannot be used. It stays where it is.
        """
        try:
            return read(self.path(subject), shape)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SettingsError(self.path(subject), 1, error.strerror or str(error)) from error

    def write(self, subject: str, value: SettingsFile) -> None:
        """Keep a subject; a file there that cannot be used is put beside first, under another name.

        Raises:
            SaveError: the folder cannot be written; what was kept before is still there.
        """
        try:
            self.read(subject, type(value))
        except SettingsError:
            self._put_beside(self.path(subject))
        content = value.model_dump(exclude_none=True, mode="json")
        write_bytes(self.path(subject), tomli_w.dumps(content).encode())

    def _put_beside(self, path: Path) -> None:
        number = 1
        while (beside := path.with_name(f"{path.stem}.broken-{number}.toml")).exists():
            number += 1
        try:
            path.rename(beside)
        except OSError as error:
            raise SaveError(path, error.strerror or str(error)) from error


def _toml_line(message: str, text: str) -> int:
    at = _AT_LINE.search(message)
    return int(at[1]) if at else max(len(text.splitlines()), 1)


def _places(text: str) -> Generator[tuple[int, list[str | int]]]:
    """Every table and key of a file with its line; a file is not parsed for this, only looked through."""
    table: list[str | int] = []
    array: list[str | int] = []
    counted: dict[str, int] = {}
    inline = 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            name = header[2]
            table = [part.strip("\"' ") for part in name.split(".")]
            if header[1] == "[[":
                counted[name] = counted.get(name, -1) + 1
                table.append(counted[name])
            yield number, list(table)
        elif key := _KEY.match(line):
            array, inline = [*table, key[1].strip("\"'")], 0
            yield number, array
        elif line.lstrip().startswith("{"):
            yield number, [*array, inline]
            inline += 1
