"""How commands answer: one JSON document or text on stdout, everything else on stderr, failures in words."""

import json
import math
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from imaging.progress import Report, silent
from viewer import runtime

NOTICE = "Research use and second reading only. Not a medical device."


class Failure(Exception):
    """A command that cannot do what was asked, in words; ``document`` is what it found out nevertheless."""

    def __init__(self, words: str, document: dict[str, Any] | None = None) -> None:
        super().__init__(words)
        self.document = document or {}


@contextmanager
def failures_in_words(as_json: bool) -> Generator[None]:
    """Turn every failure inside the block into one line on stderr and exit status 1; so are unsafe libraries.

    Raises:
        typer.Exit: with status 1, after the line was printed.
    """
    try:
        if problem := runtime.unsafe_library():
            raise Failure(problem)
        yield
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        sentence = " ".join(_words(error).split())
        typer.echo(f"wetread: {sentence}", err=True)
        if as_json:
            document = error.document if isinstance(error, Failure) else {}
            print_json({**document, "error": sentence})
        raise typer.Exit(1) from error


def print_json(document: dict[str, Any]) -> None:
    """Write the one JSON document of a command to stdout; numbers that JSON does not know become null."""
    typer.echo(json.dumps(_finite(document), indent=1, ensure_ascii=False, allow_nan=False))


def answer(document: dict[str, Any], text: str, as_json: bool) -> None:
    """Write what a command found: the document, or the text for a person."""
    if as_json:
        print_json(document)
    else:
        typer.echo("\n".join(shown(line) for line in text.splitlines()))


def with_members(document: dict[str, Any], archive: Path) -> dict[str, Any]:
    """The document with every file that was unpacked from the archive under the archive's own path."""
    return {key: _in_archive(value, archive) for key, value in document.items()}


def _in_archive(value: Any, archive: Path) -> Any:
    from imaging.formats.archives import UNPACKED_PREFIX, member_path

    if isinstance(value, dict):
        return with_members(value, archive)
    if isinstance(value, list):
        return [_in_archive(one, archive) for one in value]
    is_unpacked = isinstance(value, str) and UNPACKED_PREFIX in value
    return str(member_path(archive, Path(value))) if is_unpacked else value


def shown(name: object) -> str:
    """A name on one line: what would steer a terminal is written out, ``\\x1b`` for Escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in str(name))


def say(text: str) -> None:
    """One line for the person, on stderr."""
    typer.echo(text, err=True)


def progress() -> Report:
    """A report that keeps one line on the terminal up to date; silent when nobody watches."""
    if not sys.stderr.isatty():
        return silent

    def tell(done: int, total: int, text: str) -> None:
        share = f"{100 * done // total:3d} % " if total else ""
        end = "\n" if total and done >= total else ""
        sys.stderr.write(f"\r\x1b[2K{share}{text}{end}")
        sys.stderr.flush()

    return tell


def _words(error: Exception) -> str:
    from training.errors import TrainingError
    from viewer.errors import words

    return str(error) if isinstance(error, (Failure, TrainingError)) else words(error)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
