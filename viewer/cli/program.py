"""All commands put together; a first word that is no command is a path to open."""

import sys
from io import TextIOWrapper
from typing import Any

import typer
from typer.core import TyperGroup

from viewer.cli import annotations, converting, keys, learning, looking, predicting, queues, windows


class CommandsOrPaths(TyperGroup):
    """``wetread PATH…`` means ``wetread open PATH…``, and so does ``wetread`` alone."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = bool(args) and (args[0] in self.commands or args[0].startswith("-"))
        return super().parse_args(ctx, args if named else ["open", *args])


program = typer.Typer(
    cls=CommandsOrPaths,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (windows, looking, converting, predicting, annotations, queues, learning, keys):
    module.register(program)


@program.callback()
def describe() -> None:
    """Wetread: read, infer, annotate, learn. `wetread PATH...` opens the window on files or folders.

    Research use and second reading only. Not a medical device.

    Exit status: 0 done, 1 failed (one line on stderr says what, why and what to do), 2 wrong usage.
    With --json exactly one JSON document goes to stdout, also for a failure: {"error": "..."}.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files need not be text of any encoding
