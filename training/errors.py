"""Errors of the training package.

TrainingError
├── ConfigError        a configuration that cannot be used, and why
└── DataError          too little to learn from, or an index or library that cannot be used
"""

from pathlib import Path


class TrainingError(Exception):
    """Any failure of this package that a person should be told about in words."""


class ConfigError(TrainingError):
    """A training configuration that cannot be used: names the file, the key and what was found."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{Path(path).name}: {reason}")
        self.path = Path(path)
        self.reason = reason


class DataError(TrainingError):
    """Data that cannot be learnt from or judged on: names what is missing."""
