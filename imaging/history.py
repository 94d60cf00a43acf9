"""Undo and redo: groups of changes, each a step for the person, within a byte budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

DEFAULT_LIMIT_BYTES = 100_000_000
LIMIT_STEPS = 1000


class Edit(Protocol):
    """A change that was made and can be taken back: of a mask, of measurements."""

    @property
    def nbytes(self) -> int:
        """Memory that remembering this change costs, in bytes."""
        ...

    def reverted(self) -> Self:
        """The change that takes this one back."""
        ...


@dataclass(frozen=True, eq=False)
class Step:
    """One thing that a person did, as changes in the order in which they were made.

    Attributes:
        loose: large, and about to be exchanged for the same changes packed; its bytes are not counted until then.
    """

    name: str
    edits: tuple[Edit, ...]
    loose: bool = False

    @property
    def nbytes(self) -> int:
        """Memory that remembering this step costs, in bytes."""
        return sum(edit.nbytes for edit in self.edits)


class History:
    """The undo line. Changes are applied first and pushed after they succeeded.

    Attributes:
        limit_bytes: memory for the changes; the oldest steps fall out beyond it, or beyond ``LIMIT_STEPS``.
    """

    def __init__(self, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self._done: list[Step] = []
        self._undone: list[Step] = []

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    @property
    def undo_name(self) -> str:
        """What undo would take back, ``""`` when nothing."""
        return self._done[-1].name if self._done else ""

    @property
    def redo_name(self) -> str:
        """What redo would do again, ``""`` when nothing."""
        return self._undone[-1].name if self._undone else ""

    @property
    def done(self) -> tuple[Step, ...]:
        """What undo takes back, the last step last."""
        return tuple(self._done)

    @property
    def undone(self) -> tuple[Step, ...]:
        """What redo does again, the next step last."""
        return tuple(self._undone)

    def push(self, step: Step) -> None:
        """Remember an applied step. What was undone before cannot be redone any more."""
        self._undone.clear()
        self._done.append(step)
        self._trim()

    def exchange(self, step: Step, packed: Step) -> None:
        """Remember ``packed`` in the place of ``step``, which does the same."""
        for line in (self._done, self._undone):
            if step in line:
                line[line.index(step)] = packed
        self._trim()

    def restore(self, done: Sequence[Step], undone: Sequence[Step]) -> None:
        """Go on with the line of an earlier session; both lists as :attr:`done` and :attr:`undone` gave them."""
        self._done, self._undone = list(done), list(undone)
        self._trim()

    def undo(self) -> tuple[Edit, ...]:
        """The changes to apply, in order, to take the last step back; empty when there is none."""
        if not self._done:
            return ()
        group = self._done.pop()
        self._undone.append(group)
        return tuple(edit.reverted() for edit in reversed(group.edits))

    def redo(self) -> tuple[Edit, ...]:
        """The changes to apply, in order, to do the last undone step again; empty when there is none."""
        if not self._undone:
            return ()
        group = self._undone.pop()
        self._done.append(group)
        return group.edits

    def _trim(self) -> None:
        excess = sum(step.nbytes for step in (*self._done, *self._undone) if not step.loose) - self.limit_bytes
        while len(self._done) > 1 and (excess > 0 or len(self._done) > LIMIT_STEPS):
            excess -= self._done.pop(0).nbytes
