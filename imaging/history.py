"""Undo and redo: groups of changes, each a step for the person, within a byte budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

DEFAULT_LIMIT_BYTES = 100_000_000


class Edit(Protocol):
    """A change that was made and can be taken back: of a mask, of measurements."""

    @property
    def nbytes(self) -> int:
        """Memory that remembering this change costs, in bytes."""
        ...

    def reverted(self) -> Self:
        """The change that takes this one back."""
        ...


@dataclass(frozen=True)
class _Group:
    name: str
    edits: tuple[Edit, ...]

    @property
    def nbytes(self) -> int:
        return sum(edit.nbytes for edit in self.edits)


class History:
    """The undo line. Changes are applied first and pushed after they succeeded.

    Attributes:
        limit_bytes: memory for the changes; the oldest steps fall out beyond it.
    """

    def __init__(self, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self._done: list[_Group] = []
        self._undone: list[_Group] = []

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
    def byte_size(self) -> int:
        """Memory held by all steps, in bytes."""
        return sum(group.nbytes for group in (*self._done, *self._undone))

    def push_group(self, name: str, edits: Sequence[Edit]) -> None:
        """Remember applied ``edits`` as one step. What was undone before cannot be redone any more."""
        if not edits:
            return
        self._undone.clear()
        self._done.append(_Group(name, tuple(edits)))
        while len(self._done) > 1 and self.byte_size > self.limit_bytes:
            del self._done[0]

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

    def clear(self) -> None:
        """Forget every step."""
        self._done.clear()
        self._undone.clear()
