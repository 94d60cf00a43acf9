"""The command that prints or saves the sheet of keys."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from viewer.cli.answering import Failure, failures_in_words

if TYPE_CHECKING:
    from viewer.commands.key_sheet import KeySheet


def register(program: typer.Typer) -> None:
    """Add keys."""
    program.command("keys")(keys)


def keys(
    profile: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="wetread, ohif, weasis, horos, bir, or one of yours; yours now if left out."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The HTML or PDF file to write.", dir_okay=False)] = None,
) -> None:
    """Print the keys and mouse buttons in effect, or save them as a sheet.

    Without --profile they are those of your settings, with what you changed; with it, those of the profile alone.
    """
    with failures_in_words(as_json=False):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        sheet = _sheet(profile)
        if out is None:
            typer.echo(sheet.text())
        else:
            sheet.save(out)
            typer.echo(str(out))


def _sheet(name: str | None) -> "KeySheet":
    """The sheet of a profile, else of the person's settings; made from the table of the real window.

    Raises:
        Failure: there is no such profile.
    """
    from viewer.app import Application, application
    from viewer.commands.binding import resolve
    from viewer.commands.key_sheet import KeySheet
    from viewer.places import Places, places
    from viewer.state.bindings import OwnBindings

    application()
    with tempfile.TemporaryDirectory() as scratch:
        main = Application(Places(Path(scratch), Path(scratch), places().settings))
        try:
            bindings, profiles = main.session.bindings, main.binding.profiles
            if name is None:
                return KeySheet(main.table, bindings.profile, bindings.keys, bindings.mouse)
            if name not in profiles:
                raise Failure(f"profile {name!r}: expected one of {', '.join(profiles)}")
            chosen = profiles[name]
            return KeySheet(main.table, chosen, resolve(main.table, chosen, OwnBindings())[0], chosen.mouse)
        finally:
            main.shut_down()
            main.window.deleteLater()
