"""Masks of several files, one for each slice."""

import re
from collections.abc import Iterable
from pathlib import Path


def in_order(files: Iterable[Path]) -> list[Path]:
    """The files by name, digits in it as numbers: ``2.png`` before ``10.png``, as the slices that they were made of."""
    return sorted(files, key=lambda file: (_parts(file), file.name))


def _parts(file: Path) -> list[str | int]:
    """Words and numbers by turns, so that words are compared with words."""
    return [int(part) if n % 2 else part for n, part in enumerate(re.split(r"(\d+)", file.stem))]
