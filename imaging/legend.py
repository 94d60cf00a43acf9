"""What is said of a mask beside its voxels: the labels, and the model it descends from."""

from dataclasses import dataclass

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

    def reverted(self) -> "LegendEdit":
        """The change that takes this one back."""
        return LegendEdit(self.after, self.before)
