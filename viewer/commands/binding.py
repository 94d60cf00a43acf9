"""Keys and gestures: profiles read, a person's changes laid over them, clashes found, and everything kept."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QKeySequence

from viewer.commands.kept_setting import KeptSetting
from viewer.errors import words
from viewer.places import resources
from viewer.settings import Settings, SettingsError, line_of, read
from viewer.state.bindings import Bindings, Clash, KeyProfile, Keys, OwnBindings
from viewer.state.hand import Hand
from viewer.state.notices import Notices

SUBJECT = "keys"
FIRST = "wetread"
Mistake = tuple[Sequence[str], str]
"""Where something wrong stands in a file, and what is wrong."""


def _names(keys: Mapping[str, Keys], clash: Clash) -> bool:
    """Whether a file with these keys names one of both actions."""
    return clash.lost_by in keys or clash.kept_by in keys


def _clash(clash: Clash, keys: Mapping[str, Keys]) -> Mistake:
    """A clash as a mistake where a file with these keys names the action that loses its key, else the other."""
    if clash.lost_by in keys:
        return ("keys", clash.lost_by), f"key {clash.key} is wanted by {clash.kept_by} too, which has it"
    return ("keys", clash.kept_by), f"key {clash.key} is wanted by {clash.lost_by} too, which loses it"


class Bindable(Protocol):
    """What keys are bound to: an action with an id and keys of its own."""

    @property
    def id(self) -> str: ...

    @property
    def keys(self) -> Keys: ...


def builtin_profiles() -> dict[str, KeyProfile]:
    """The program's own profiles by file name, Wetread's first."""
    paths = sorted((resources() / "keys").glob("*.toml"), key=lambda path: (path.stem != FIRST, path.stem))
    return {path.stem: read(path, KeyProfile) for path in paths}


def normal(key: str) -> str:
    """A key in Qt's portable spelling; empty when it is no single key."""
    sequence = QKeySequence(key, QKeySequence.SequenceFormat.PortableText)
    text = sequence.toString(QKeySequence.SequenceFormat.PortableText)
    return text if sequence.count() == 1 and text and not text.endswith("Unknown") else ""


def resolve(
    table: Sequence[Bindable], profile: KeyProfile, own: OwnBindings
) -> tuple[dict[str, Keys], tuple[Clash, ...]]:
    """Keys of every action, and the clashes among them.

    A person's own keys go before the profile's, and those before the ones an action brings along. A profile takes
    keys from such defaults without a clash: that is what it is for.
    """
    levels: tuple[Mapping[str, Keys], ...] = (own.keys, profile.keys, {action.id: action.keys for action in table})
    taken: dict[str, tuple[int, str]] = {}
    found: dict[str, Keys] = {action.id: () for action in table}
    clashes: list[Clash] = []
    for level, keys in enumerate(levels):
        for action in table:
            if any(action.id in stronger for stronger in levels[:level]) or action.id not in keys:
                continue
            for key in filter(None, (normal(each) for each in keys[action.id])):
                holder_level, holder = taken.setdefault(key, (level, action.id))
                if holder == action.id:
                    found[action.id] = tuple(dict.fromkeys((*found[action.id], key)))
                elif holder_level in (0, level):
                    clashes.append(Clash(key, holder, action.id))
    return found, tuple(clashes)


def mistakes(table: Sequence[Bindable], keys: Mapping[str, Keys]) -> tuple[tuple[str, str], ...]:
    """Entries that mean nothing: action id, and what is wrong with it."""
    known = {action.id for action in table}
    strange = [(name, f"there is no action {name!r}") for name in keys if name not in known]
    wrong = [(name, f"{key!r} is no key") for name, each in keys.items() for key in each if not normal(key)]
    return (*strange, *wrong)


class Binding:
    """Chooses profiles, binds keys and gestures, and keeps the choice."""

    def __init__(self, bindings: Bindings, hand: Hand, settings: Settings, notices: Notices) -> None:
        self._bindings, self._hand, self._settings, self._notices = bindings, hand, settings, notices
        self._kept = KeptSetting(settings, notices, SUBJECT, OwnBindings(), "The built-in keys are used.")
        self._table: Sequence[Bindable] = ()
        self.profiles = builtin_profiles()

    def begin(self, table: Sequence[Bindable]) -> None:
        """Put what was kept into effect for these actions; what is wrong with it is told and left out."""
        self._table = table
        self.profiles.update(self._persons_profiles())
        own = self._kept.read()
        self._tell_mistakes(own)
        clashes = self._use(own)
        self._tell(self._settings.path(SUBJECT), [_clash(each, own.keys) for each in clashes if _names(own.keys, each)])
        self._hand.set_tool(self._bindings.profile.tool)

    def choose(self, name: str) -> None:
        """Use another profile; keys changed by hand are kept with it."""
        if name in self.profiles:
            self._keep(self._bindings.own.model_copy(update={"profile": name}))
            self._hand.set_tool(self._bindings.profile.tool)

    def holder(self, key: str) -> str | None:
        """The id of the action that has a key now."""
        wanted = normal(key)
        return next((name for name, keys in self._bindings.keys.items() if wanted in keys), None)

    def bind(self, action_id: str, keys: Keys) -> None:
        """Give an action exactly these keys; whoever had them loses them."""
        wanted = tuple(filter(None, (normal(key) for key in keys)))
        self._keep(self._own_with({**self._freed(action_id, wanted), action_id: wanted}))

    def bind_mouse(self, gesture: str, use: str) -> None:
        """Give a gesture a tool, or the wheel a use."""
        mouse = {**self._bindings.own.mouse, gesture: use}
        self._keep(self._bindings.own.model_copy(update={"mouse": mouse}))

    def reset(self, action_id: str) -> None:
        """Give an action back what it has in the profile; whoever has it now loses it."""
        default = next((action.keys for action in self._table if action.id == action_id), ())
        keys = self._freed(action_id, self._bindings.profile.keys.get(action_id, default))
        keys.pop(action_id, None)
        self._keep(self._own_with(keys))

    def reset_mouse(self, gesture: str) -> None:
        """Let a gesture do what it does in the profile."""
        mouse = {name: use for name, use in self._bindings.own.mouse.items() if name != gesture}
        self._keep(self._bindings.own.model_copy(update={"mouse": mouse}))

    def reset_all(self) -> None:
        """Forget all changes; the profile stays."""
        self._keep(OwnBindings(profile=self._bindings.own.profile))

    def restore(self, own: OwnBindings) -> None:
        """Put an earlier state back, as Cancel does."""
        self._keep(own)

    def _freed(self, action_id: str, wanted: Keys) -> dict[str, Keys]:
        """A person's keys with ``wanted`` taken from every other action."""
        changed = dict(self._bindings.own.keys)
        for name, held in self._bindings.keys.items():
            if name != action_id and set(held) & set(wanted):
                changed[name] = tuple(key for key in held if key not in wanted)
        return changed

    def _own_with(self, keys: dict[str, Keys]) -> OwnBindings:
        return self._bindings.own.model_copy(update={"keys": keys})

    def _keep(self, own: OwnBindings) -> None:
        self._use(own)
        self._kept.write(own)

    def _persons_profiles(self) -> dict[str, KeyProfile]:
        """Profiles in the folder ``keys`` of the settings; a broken one is told and left out."""
        found: dict[str, KeyProfile] = {}
        for path in sorted((self._settings.folder / "keys").glob("*.toml")):
            try:
                profile = read(path, KeyProfile)
            except (SettingsError, OSError) as error:
                self._notices.add("warning", f"{words(error)}. This profile is left out.")
                continue
            clashes = resolve(self._table, profile, OwnBindings())[1]
            wrong = [(("keys", name), reason) for name, reason in mistakes(self._table, profile.keys)]
            self._tell(path, [*wrong, *(_clash(each, profile.keys) for each in clashes)])
            found[path.stem] = profile
        return found

    def _use(self, own: OwnBindings) -> tuple[Clash, ...]:
        profile = self.profiles.get(own.profile, self.profiles[FIRST])
        keys, clashes = resolve(self._table, profile, own)
        self._bindings.show(profile, own, keys)
        return clashes

    def _tell_mistakes(self, own: OwnBindings) -> None:
        found: list[Mistake] = [(("keys", name), reason) for name, reason in mistakes(self._table, own.keys)]
        if own.profile not in self.profiles:
            found.append((("profile",), f"there is no profile {own.profile!r}; {self.profiles[FIRST].title} is used"))
        self._tell(self._settings.path(SUBJECT), found)

    def _tell(self, path: Path, found: Sequence[Mistake]) -> None:
        for place, reason in found:
            line = line_of(path.read_text(encoding="utf-8"), place)
            self._notices.add("warning", f"{path.name}, line {line}: {reason}.")
