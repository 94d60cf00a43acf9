"""What becomes of a mask when another one is accepted: beside it, only where it is empty, or in its place."""

from dataclasses import replace
from typing import Literal

from imaging.labelmap import MOST_LABELS, Label, Labelmap
from imaging.layers import Layers, any_label, filled_up

Merge = Literal["beside", "empty", "replace"]


def merged(
    layers: Layers, labels: tuple[Label, ...], proposed: Labelmap, how: Merge
) -> tuple[Layers, tuple[Label, ...]]:
    """The layers of the mask and its labels after ``proposed`` was accepted; ``layers`` are not changed.

    Args:
        layers, labels: the mask as it is.
        how: ``beside`` makes a new segment of every proposed one, ``empty`` adds to segments of the same name; neither
            touches a voxel that has a label. ``replace`` puts the proposed mask in the place of all.

    Raises:
        ValueError: the shapes differ, or there would be more than 255 segments.
    """
    if layers[0].shape != proposed.array.shape:
        raise ValueError(f"proposed mask of shape {proposed.array.shape}: expected {layers[0].shape}")
    if how == "replace":
        return proposed.layers, proposed.labels
    known = {label.name: label for label in labels} if how == "empty" else {}
    above = max((label.layer for label in labels), default=0)
    free, result, table = ~any_label(layers), [layer.copy() for layer in layers], list(labels)
    for label in proposed.labels:
        inside = proposed.inside(label.value)
        if inside.any():
            moved = replace(label, layer=above + label.layer if label.layer else 0)
            into = known.get(label.name) or _added(table, moved)
            result = list(filled_up(result, into.layer + 1))
            result[into.layer][inside & free] = into.value
    return tuple(result), tuple(table)


def _added(labels: list[Label], label: Label) -> Label:
    """The new label that was put at the end of ``labels``, with a value and a name that are free."""
    values, names = {each.value for each in labels}, {each.name for each in labels}
    value = next((each for each in range(1, MOST_LABELS + 1) if each not in values), 0)
    if not value:
        raise ValueError(f"a mask holds at most {MOST_LABELS} segments")
    number = next(n for n in range(1, MOST_LABELS + 2) if _numbered(label.name, n) not in names)
    labels.append(replace(label, value=value, name=_numbered(label.name, number)))
    return labels[-1]


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} {number}"
