"""Answers of two people to the same questions, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from imaging.classification import Answer, Level


@dataclass(frozen=True)
class AnswerPair:
    """What two people answered to one question about one target; None where one of them did not."""

    one: Answer | None
    other: Answer | None

    @property
    def agrees(self) -> bool:
        """True when both chose the same; the order of several choices does not count."""
        return self.one is not None and self.other is not None and _names(self.one) == _names(self.other)

    @property
    def about(self) -> str:
        """The question with its target for a person, ``"image 12: nodule"``; slices and frames count from 1."""
        known = self.one or self.other
        if known is None:
            return ""
        target = known.target
        place = {Level.REGION: target.region}.get(target.level, target.level.value)
        number = "" if target.k is None else f" {target.k + 1}"
        return f"{place}{number}: {known.question}"


def paired(one: Sequence[Answer], other: Sequence[Answer]) -> tuple[AnswerPair, ...]:
    """The answers of two people by what they answer, in the order of the first, then what only the second answered."""
    mine, theirs = ({each.key: each for each in answers} for answers in (one, other))
    return tuple(AnswerPair(mine.get(key), theirs.get(key)) for key in {**mine, **theirs})


def _names(answer: Answer) -> frozenset[str]:
    return frozenset(each.name for each in answer.chosen)
