"""Window presets: read from the program and the person's settings, shown, added and kept."""

from viewer.commands.kept_setting import KeptSetting
from viewer.places import resources
from viewer.settings import Place, Settings, SettingsFile, read
from viewer.state.notices import Notices
from viewer.state.presets import Preset, PresetGroup, Presets, doubled
from viewer.state.session import Session

SUBJECT = "presets"


class EditedPresets(SettingsFile):
    """The groups a person has edited, by title; the others are the program's own."""

    group: dict[str, tuple[Preset, ...]] = {}

    def problem(self) -> tuple[Place, str] | None:
        """Two presets of a group on one key."""
        found = ((title, doubled(presets)) for title, presets in self.group.items())
        return next(
            ((["group", title, n, "key"], f"two presets on one key in {title}") for title, n in found if n), None
        )


def builtin_groups() -> tuple[PresetGroup, ...]:
    """The program's own groups, CT first."""
    paths = sorted((resources() / "presets").glob("*.toml"))
    groups = [read(path, PresetGroup) for path in paths]
    return tuple(sorted(groups, key=lambda group: group.title != "CT"))


class Presetting:
    """Shows, adds and keeps presets."""

    def __init__(self, session: Session, presets: Presets, settings: Settings, notices: Notices) -> None:
        self._session, self._presets = session, presets
        instead = "The built-in window presets are used."
        self._kept = KeptSetting(settings, notices, SUBJECT, EditedPresets(), instead)
        edited = self._kept.read()
        presets.show(tuple(_edited(group, edited) for group in builtin_groups()))

    def apply(self, key: int) -> None:
        """Show the preset on a number key of the group for the shown volume; where there is none, nothing."""
        volume = self._session.volume
        preset = None if volume is None else self._presets.of(volume).at(key)
        if preset is not None:
            self.show(preset)

    def show(self, preset: Preset) -> None:
        """Show the volume through a preset."""
        volume = self._session.volume
        if volume is not None:
            self._session.view.set_window(preset.window(volume))

    def text(self, key: int) -> str:
        """What the menu says of a number key: it depends on the shown volume; empty without a preset."""
        preset = self.group.at(key)
        return preset.text if preset else ""

    def has(self, key: int) -> bool:
        """Whether a number key does anything now."""
        return self._session.volume is not None and self.group.at(key) is not None

    @property
    def without_key(self) -> tuple[Preset, ...]:
        """The presets for the shown volume that have no key."""
        return tuple(preset for preset in self.group.preset if preset.key is None)

    @property
    def group(self) -> PresetGroup:
        """The group for the shown volume, the first one when nothing is shown."""
        volume = self._session.volume
        return self._presets.groups[0] if volume is None else self._presets.of(volume)

    def current(self, name: str) -> Preset:
        """The window shown now as a preset on the first free key."""
        free = (key for key in range(1, 10) if self.group.at(key) is None)
        return Preset.of_window(self._session.view.window, self._session.volume, name, next(free, None))

    def keep(self, groups: tuple[PresetGroup, ...]) -> None:
        """Use these groups from now on; those that differ from the program's own are saved."""
        own = {group.title: group for group in builtin_groups()}
        edited = {group.title: group.preset for group in groups if group != own.get(group.title)}
        self._kept.write(EditedPresets(group=edited))
        self._presets.show(groups)


def _edited(group: PresetGroup, edited: EditedPresets) -> PresetGroup:
    presets = edited.group.get(group.title)
    return group if presets is None else group.model_copy(update={"preset": presets})
