"""Commands that open the window, on the screen or off it."""

import os
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from viewer import runtime
from viewer.cli.answering import Failure, failures_in_words, say

NO_SIZE_HINTS = "This plugin does not support propagateSizeHints()"
"""Qt's words: windows that nobody sees have no hints for a window manager."""
SIZE = re.compile(r"([1-9]\d{1,4})x([1-9]\d{1,4})")


def register(program: typer.Typer) -> None:
    """Add open, demo, tour and shot."""
    program.command("open")(open_window)
    program.command("demo")(demo)
    program.command("tour")(tour)
    program.command("shot")(shot)


def open_window(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files or folders.")] = None,
) -> None:
    """Open the window on files or folders; the word `open` may be left out."""
    with failures_in_words(as_json=False):
        _run(paths or [])


def demo() -> None:
    """Open the window on the built-in synthetic study."""
    with failures_in_words(as_json=False):
        _run([], phantom=True)


def tour(
    out: Annotated[Path, typer.Option(help="Folder for the numbered screenshots.", file_okay=False)],
) -> None:
    """Walk through the main job in the real window, offscreen, and write a screenshot at each station."""
    with failures_in_words(as_json=False):
        _offscreen()
        from viewer import tour as guided

        pictures = guided.run(out, say)
        typer.echo(f"{len(pictures)} screenshots in {out}")


def shot(
    path: Annotated[Path, typer.Argument(help="A file or folder with images.")],
    out: Annotated[Path, typer.Option(help="The PNG to write.", dir_okay=False)],
    slice_: Annotated[int | None, typer.Option("--slice", min=0, help="Slice or frame, the first is 0.")] = None,
    preset: Annotated[
        str | None, typer.Option(help="Window preset of the modality, by name (lung) or number key (2).")
    ] = None,
    mask: Annotated[Path | None, typer.Option(help="Mask to lay over: NIfTI, or PNG of label values.")] = None,
    heat: Annotated[Path | None, typer.Option(help="Heat map to lay over: NIfTI or NPY.")] = None,
    size: Annotated[str, typer.Option(metavar="WxH", help="Size of the window in pixels.")] = "1480x900",
    series: Annotated[
        str | None, typer.Option(metavar="UID", help="Which series; the first that fits when left out.")
    ] = None,
    layout: Annotated[str | None, typer.Option(help="Viewports, such as 1x1, 2x3, mpr; 1x1 when left out.")] = None,
) -> None:
    """Render the real window offscreen on images, with mask and heat map if given."""
    measured = SIZE.fullmatch(size)
    if measured is None:
        raise typer.BadParameter(
            f"found {size!r}, expected WIDTHxHEIGHT in pixels, such as 1480x900", param_hint="size"
        )
    with failures_in_words(as_json=False):
        _offscreen()
        from viewer.shot import Shot, render

        wanted = Shot(path, slice_, preset, mask, heat, (int(measured[1]), int(measured[2])), series, layout)
        typer.echo(str(render(wanted, out)))


def _run(paths: list[Path], phantom: bool = False) -> None:
    if _has_no_display():
        raise Failure("there is no display to open a window on. Offscreen work: wetread tour, wetread shot.")
    runtime.import_plainly()
    with runtime.uncollected():
        from viewer.app import run

    status = run([path.absolute() for path in paths], phantom)
    if status:
        raise typer.Exit(status)


def _has_no_display() -> bool:
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    return sys.platform.startswith("linux") and not named


def _offscreen() -> None:
    """Let Qt work without a display, and keep what it says of that to itself: it is the same line for every window."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QMessageLogContext, QtMsgType, qFormatLogMessage, qInstallMessageHandler

    def tell(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if text != NO_SIZE_HINTS:
            typer.echo(qFormatLogMessage(kind, context, text), err=True)

    qInstallMessageHandler(tell)
