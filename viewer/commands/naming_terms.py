"""Terminologies: the program's own, and a person's in the settings."""

from viewer.errors import words
from viewer.places import resources
from viewer.settings import Settings, SettingsError, read
from viewer.state.notices import Notices
from viewer.state.terminology import Terminology

SUBJECT = "terminology"
FIRST = "chest-ct"


def builtin_terminologies() -> tuple[Terminology, ...]:
    """The program's own lists, chest CT first.

    Raises:
        SettingsError: a file is broken; names the line.
    """
    paths = sorted((resources() / "terminology").glob("*.toml"), key=lambda path: (path.stem != FIRST, path.stem))
    return tuple(read(path, Terminology) for path in paths)


def terminologies(settings: Settings, notices: Notices) -> tuple[Terminology, ...]:
    """A person's own list first, where there is one, then the program's; a broken file is told and left out."""
    try:
        own = settings.read(SUBJECT, Terminology)
    except SettingsError as error:
        notices.add("warning", f"{words(error)}. Only the built-in terms are offered; the file is kept.")
        own = None
    return (*((own,) if own else ()), *builtin_terminologies())
