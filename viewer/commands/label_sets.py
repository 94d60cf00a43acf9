"""Label sets: the program's own, and a person's in the settings."""

from pathlib import Path

from imaging.classification import LabelSet
from viewer.errors import words
from viewer.places import resources
from viewer.settings import SettingsError, read
from viewer.state.label_sets import LabelSetFile
from viewer.state.notices import Notices

FOLDER = "label_sets"


def builtin_label_sets() -> tuple[LabelSet, ...]:
    """The program's own sets.

    Raises:
        SettingsError: a file is broken; names the line.
    """
    return tuple(read(path, LabelSetFile).label_set for path in _files(resources() / FOLDER))


def label_sets(own: Path, notices: Notices) -> tuple[LabelSet, ...]:
    """A person's own sets first, then the program's; one of the same name replaces it, a broken file is told.

    Args:
        own: the person's folder of label sets.
    """
    found: list[LabelSet] = []
    for path in _files(own):
        try:
            found.append(read(path, LabelSetFile).label_set)
        except (SettingsError, OSError) as error:
            notices.add("warning", f"{words(error)}. The other label sets are offered; the file is kept.")
    names = {each.name for each in found}
    return (*found, *(each for each in builtin_label_sets() if each.name not in names))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml"))
