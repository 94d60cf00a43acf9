"""What is said of a mask beside its voxels: the labels, and the model it descends from."""

from dataclasses import dataclass, replace

from imaging.labelmap import Label


@dataclass(frozen=True)
class Legend:
    """Labels of a mask; ``model`` and ``model_version`` are of the accepted prediction, else empty."""

    labels: tuple[Label, ...] = ()
    model: str = ""
    model_version: str = ""


@dataclass(frozen=True)
class LegendEdit:
    """A mask's legend before and after a change."""

    before: Legend
    after: Legend

    @property
    def nbytes(self) -> int:
        """Memory that remembering this change costs, in bytes."""
        labels = (*self.before.labels, *self.after.labels)
        return 200 * (1 + len(labels)) + 100 * sum(len(label.keyframes) for label in labels)

    @property
    def gone(self) -> frozenset[int]:
        """Values of the labels that are not there afterwards."""
        return _values(self.before) - _values(self.after)

    @property
    def moves_labels(self) -> bool:
        """Whether a label is in another layer afterwards."""
        places = {label.value: label.layer for label in self.before.labels}
        return any(places.get(label.value, label.layer) != label.layer for label in self.after.labels)

    @property
    def only_keyframes(self) -> bool:
        """Whether nothing but keyframes is said otherwise afterwards."""
        before, after = self.before.labels, self.after.labels
        same = replace(self.before, labels=after) == self.after and len(before) == len(after)
        return same and all(
            one is other or replace(one, keyframes=other.keyframes) == other
            for one, other in zip(before, after, strict=True)
        )

    def reverted(self) -> "LegendEdit":
        """The change that takes this one back."""
        return LegendEdit(self.after, self.before)


def _values(legend: Legend) -> frozenset[int]:
    return frozenset(label.value for label in legend.labels)
