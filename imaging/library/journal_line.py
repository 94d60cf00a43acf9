"""What a journal leads to: the mask, its legend, and the line of undo and redo."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from imaging.classification import AnswerEdit
from imaging.errors import JournalError
from imaging.history import Step
from imaging.layers import Layers, filled_up
from imaging.legend import Legend, LegendEdit
from imaging.library.journal_entries import Beginning, Entry, Saved
from imaging.mask_delta import MaskDelta, merge
from imaging.measurement.edit import MeasurementEdit


@dataclass(frozen=True)
class Line:
    """Where a series stood when the last entry of its journal was written.

    Attributes:
        done, undone: as :class:`imaging.history.History` has them.
        saved: the library holds the mask as ``revision``.
        revision: of the library, from which the mask was made last; None when there was none.
    """

    beginning: Beginning
    done: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()
    saved: bool = True
    revision: int | None = None

    @property
    def legend(self) -> Legend:
        """The legend of the mask."""
        changes = [edit.after for step in self.done for edit in step.edits if isinstance(edit, LegendEdit)]
        return changes[-1] if changes else self.beginning.legend

    def mask(self, base: Layers) -> Layers:
        """The layers of the mask; ``base`` are those that the revision of the beginning has, or an empty one.

        Raises:
            JournalError: a step does not fit the mask.
        """
        deltas = (*self.beginning.deltas, *_deltas(self.done))
        layers = filled_up([layer.copy() for layer in base], 1 + max((delta.layer for delta in deltas), default=0))
        try:
            for delta in deltas:
                delta.apply_to(layers[delta.layer])
        except (ValueError, IndexError) as error:
            raise JournalError(f"a step of the journal does not fit its mask: {error}") from error
        return layers


def replay(entries: Sequence[Entry]) -> Line:
    """What these entries lead to.

    Raises:
        JournalError: they do not start with a beginning, or take back what was not done.
    """
    if not entries or not isinstance(entries[0], Beginning):
        raise JournalError("a journal without its beginning")
    done: list[Step] = []
    undone: list[Step] = []
    saved, revision = not entries[0].deltas, entries[0].revision
    for entry in entries[1:]:
        match entry:
            case Saved():
                saved, revision = entry.whole, entry.revision
                continue
            case Step():
                undone.clear()
                done.append(entry)
                moved = entry
            case "undo" if done:
                moved = done.pop()
                undone.append(moved)
            case "redo" if undone:
                moved = undone.pop()
                done.append(moved)
            case _:
                raise JournalError("a journal takes back what was not done, or begins twice")
        saved = saved and changes_no_mask(moved)
    return Line(entries[0], tuple(done), tuple(undone), saved, revision)


def fold(entries: Sequence[Entry], keep: int, keep_bytes: int) -> tuple[Entry, ...]:
    """Fewer entries that lead to the same, with the last ``keep`` steps to undo at most.

    Raises:
        JournalError: see :func:`replay`, or a step is damaged.
    """
    line = replay(entries)
    kept, size = 0, 0
    for step in reversed(line.done):
        size += step.nbytes
        if kept == keep or (kept and size > keep_bytes):
            break
        kept += 1
    old, new = line.done[: len(line.done) - kept], line.done[len(line.done) - kept :]
    try:
        deltas = merge((*line.beginning.deltas, *_deltas(old)))
    except ValueError as error:
        raise JournalError(f"a step of the journal is damaged: {error}") from error
    beginning = replace(line.beginning, deltas=deltas, legend=replace(line, done=old).legend)
    known = () if line.saved and line.revision is None else (Saved(line.revision, line.saved),)
    return (beginning, *new, *reversed(line.undone), *("undo" for _ in line.undone), *known)


def changes_no_mask(step: Step) -> bool:
    """True when a step is of measurements and answers only."""
    return all(isinstance(edit, MeasurementEdit | AnswerEdit) for edit in step.edits)


def _deltas(steps: Sequence[Step]) -> Iterator[MaskDelta]:
    return (edit for step in steps for edit in step.edits if isinstance(edit, MaskDelta))
