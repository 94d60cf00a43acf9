"""Window presets: named windows on number keys, one group for each kind of image."""

from collections.abc import Callable
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator
from PySide6.QtCore import QObject, Signal

from imaging.volume import VoiFunction, Volume, Window
from viewer.settings import Kept, Place, SettingsFile

Percent = Annotated[float, Field(ge=0, le=100)]


SUV_UNIT = "g/ml"
"""Of standardised uptake by body weight; presets for it are for all images that it can be worked out of."""


def unit_per_value(volume: Volume) -> float:
    """What one step of the values is worth in the unit of their presets: SUVbw of positron emission images, else 1."""
    return volume.facts.suv_factor or 1.0


class Preset(Kept):
    """One named window: ``centre`` and ``width`` in the unit of its group, or a share of the values shown.

    Attributes:
        key: number key, None for the menu alone.
        low_percent, high_percent: percentiles of the volume that become black and white.
    """

    name: Annotated[str, Field(min_length=1, max_length=40)]
    key: Annotated[int, Field(ge=1, le=9)] | None = None
    centre: float | None = None
    width: Annotated[float, Field(gt=0)] | None = None
    low_percent: Percent | None = None
    high_percent: Percent | None = None
    function: VoiFunction = "LINEAR"

    @property
    def is_relative(self) -> bool:
        """True for a share of the values."""
        return self.low_percent is not None

    @property
    def text(self) -> str:
        """Name and size for a menu."""
        if self.is_relative:
            return f"{self.name}  {self.low_percent:g} to {self.high_percent:g} %"
        return f"{self.name}  {self.width:g} / {self.centre:g}"

    def window(self, volume: Volume) -> Window:
        """The window on ``volume``; percentiles are taken from a sample of it."""
        if self.centre is not None and self.width is not None:
            scale = unit_per_value(volume)
            return Window(self.centre / scale, self.width / scale, self.name, self.function)
        values = volume.sample()
        ends = (self.low_percent or 0.0, self.high_percent or 0.0)
        low, high = np.percentile(values, ends) if values.size else (0.0, 1.0)
        return Window(float(low + high) / 2, max(float(high - low), 1e-6), self.name, "LINEAR_EXACT")

    @classmethod
    def of_window(cls, window: Window, volume: Volume | None, name: str, key: int | None) -> "Preset":
        """A window on ``volume`` as a preset, in the unit of the volume's group."""
        scale = 1.0 if volume is None else unit_per_value(volume)
        function = window.function if scale == 1 else "LINEAR_EXACT"
        return cls(name=name, key=key, centre=window.centre * scale, width=window.width * scale, function=function)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        absolute, relative = (self.centre, self.width), (self.low_percent, self.high_percent)
        if (None in absolute) == (None in relative) or absolute.count(None) == 1 or relative.count(None) == 1:
            raise ValueError("expected centre and width, or low_percent and high_percent")
        if self.low_percent is not None and self.high_percent is not None and self.low_percent >= self.high_percent:
            raise ValueError("low_percent is not below high_percent")
        return self


class PresetGroup(SettingsFile):
    """The presets of one kind of image, in the order of the menu.

    Attributes:
        unit: images whose values have this unit; goes before ``modalities``.
        modalities: DICOM modalities; a group with neither is for everything else.
    """

    title: Annotated[str, Field(min_length=1, max_length=40)]
    unit: str = ""
    modalities: tuple[str, ...] = ()
    preset: tuple[Preset, ...] = ()

    def problem(self) -> tuple[Place, str] | None:
        """Two presets on one key."""
        second = doubled(self.preset)
        return None if second is None else (["preset", second, "key"], "another preset has this key already")

    def at(self, key: int) -> Preset | None:
        """The preset on a number key."""
        return next((preset for preset in self.preset if preset.key == key), None)

    def named(self, name: str) -> Preset | None:
        """The preset of this name or number key, whatever the case."""
        wanted = name.strip().lower()
        return next((one for one in self.preset if wanted in (one.name.lower(), str(one.key or ""))), None)


NO_PRESETS = PresetGroup(title="Other images")


def doubled(presets: tuple[Preset, ...]) -> int | None:
    """Index of the first preset on a key that an earlier one has; None when all is well."""
    keys = [preset.key for preset in presets]
    return next((n for n, key in enumerate(keys) if key is not None and key in keys[:n]), None)


class Presets(QObject):
    """All groups of presets.

    Signals:
        changed: a group was edited.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.groups: tuple[PresetGroup, ...] = ()

    def show(self, groups: tuple[PresetGroup, ...]) -> None:
        """Other groups."""
        self.groups = groups
        self.changed.emit()

    def of(self, volume: Volume) -> PresetGroup:
        """The group for a volume: by unit, else by modality, else the one for everything else."""
        unit = SUV_UNIT if volume.facts.suv_factor else volume.unit
        fits: tuple[Callable[[PresetGroup], bool], ...] = (
            lambda group: bool(group.unit) and group.unit == unit,
            lambda group: not group.unit and volume.modality in group.modalities,
            lambda group: not group.unit and not group.modalities,
        )
        found = (group for fit in fits for group in self.groups if fit(group))
        return next(found, NO_PRESETS)
