"""Errors of the inference package.

InferenceError
├── PackageError        a model package that is broken, altered or from a newer program
└── UnsuitableInput     the model was not made for this image
"""

from pathlib import Path


class InferenceError(Exception):
    """Any failure of this package that a person should be told about in words."""


class PackageError(InferenceError):
    """A model package that may not be used, and why."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"model package {Path(path).name}: {reason}")
        self.path = Path(path)
        self.reason = reason


class UnsuitableInput(InferenceError):
    """An image the model was not made for: names the model, what it expects and what was given."""
