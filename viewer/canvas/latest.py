"""Remembering the last value made, so that it is made again only for something else."""

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Latest(Generic[Key, Value]):
    """The last value made, and what it was made for; both None before the first."""

    def __init__(self) -> None:
        self.key: Key | None = None
        self.value: Value | None = None

    def of(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value for ``key``, made again only when the key is another."""
        if self.value is None or key != self.key:
            self.key, self.value = key, make()
        return self.value

    def put(self, key: Key, value: Value) -> None:
        """Take a value that was made elsewhere."""
        self.key, self.value = key, value

    def forget(self) -> None:
        """Make the next value anew."""
        self.key = self.value = None
