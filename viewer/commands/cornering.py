"""The lines in the corners: the program's own sets, a person's before them, kept in the settings."""

from viewer.commands.kept_setting import KeptSetting
from viewer.places import resources
from viewer.settings import Settings, read
from viewer.state.corners import CornerSet, CornerSets, set_for
from viewer.state.marks import Marks
from viewer.state.notices import Notices

SUBJECT = "corners"


def builtin_sets() -> tuple[CornerSet, ...]:
    """The program's own sets."""
    files = [read(path, CornerSets) for path in sorted((resources() / "corners").glob("*.toml"))]
    return tuple(each for file in files for each in file.corners)


class Cornering:
    """Keeps the sets in effect."""

    def __init__(self, marks: Marks, settings: Settings, notices: Notices) -> None:
        self._marks = marks
        self._kept = KeptSetting(settings, notices, SUBJECT, CornerSets(), "The usual corner texts are shown.")
        self._own: tuple[CornerSet, ...] = ()
        self._use(self._kept.read().corners)

    def set_for(self, modality: str) -> CornerSet:
        """The set in effect for a modality."""
        return set_for(self._marks.corner_sets, modality)

    def change(self, modality: str, chosen: CornerSet) -> None:
        """Use and keep another set for one modality; empty is for all without one of their own."""
        wanted = (modality,) if modality else ()
        others = tuple(each for each in self._own if each.modality != wanted)
        self._keep((chosen.model_copy(update={"modality": wanted}), *others))

    def forget(self) -> None:
        """Use the program's own sets again."""
        self._keep(())

    def _keep(self, own: tuple[CornerSet, ...]) -> None:
        self._use(own)
        self._kept.write(CornerSets(corners=own))

    def _use(self, own: tuple[CornerSet, ...]) -> None:
        self._own = own
        self._marks.set_corner_sets((*own, *builtin_sets()))
