"""Whether a reader measured or answered anything else than there was when the reading began."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime

from imaging.annotation import AnswerRevision
from imaging.library.measured import MeasurementRevision


@dataclass(frozen=True)
class Said:
    """One state of what can change.

    Attributes:
        about: what it is a state of.
        content: None where it was taken away.
    """

    about: Hashable
    content: Hashable
    author: str
    time: datetime


def of_measurement(revision: MeasurementRevision) -> Said:
    """The state of a measurement."""
    content = None if revision.deleted else revision.measurement
    return Said(revision.measurement.uid, content, revision.author, revision.time)


def of_answer(revision: AnswerRevision) -> Said:
    """The state of an answer; choices are compared by their names, in any order."""
    answer, made = revision.answer, revision.answer.provenance
    content = None if revision.withdrawn else frozenset(each.name for each in answer.chosen)
    return Said(answer.key, content, made.author, made.time)


def differs(states: Iterable[Said], reader: str, since: datetime) -> bool:
    """Whether ``reader`` left something since then otherwise than it was; what others did since does not count.

    Args:
        states: in order, the oldest first.
    """
    was: dict[Hashable, Hashable] = {}
    now: dict[Hashable, Hashable] = {}
    for each in states:
        if each.time < since:
            was[each.about] = now[each.about] = each.content
        elif each.author == reader:
            now[each.about] = each.content
    return any(content != was.get(about) for about, content in now.items())
