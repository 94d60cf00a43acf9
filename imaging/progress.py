"""Progress and cancellation of long work: a plain function that is told, and may refuse to go on."""

from collections.abc import Callable

Report = Callable[[int, int, str], None]
"""``report(done, total, text)``; raises :class:`Cancelled` when the person no longer wants the result."""


class Cancelled(Exception):
    """The work was stopped on request; nothing of it is to be kept."""


def silent(done: int, total: int, text: str) -> None:
    """Nothing: the report to pass when nobody watches."""
