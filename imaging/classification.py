"""What a study, a series, an image, a frame or a region is, as answers to the questions of a label set."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from imaging.labelmap import Code, Provenance


class Level(StrEnum):
    """What a question is asked of. An image is one slice as acquired, a frame one picture of a clip."""

    STUDY = "study"
    SERIES = "series"
    IMAGE = "image"
    FRAME = "frame"
    REGION = "region"


class Kind(StrEnum):
    """How a question is answered: by one choice, any number of them, yes, no or unsure, or a grade in an order."""

    ONE = "one"
    SEVERAL = "several"
    YES_NO = "yes-no"
    GRADE = "grade"


@dataclass(frozen=True)
class Choice:
    """One possible answer.

    Attributes:
        name: identity, as training data and a model's findings name it.
        title: for a person; the name when empty.
    """

    name: str
    title: str = ""
    code: Code | None = None

    @property
    def text(self) -> str:
        """What a person reads."""
        return self.title or self.name


YES_NO_UNSURE = (
    Choice("yes", "Yes", Code("373066001", "SCT", "Yes")),
    Choice("no", "No", Code("373067005", "SCT", "No")),
    Choice("unsure", "Unsure", Code("373068000", "SCT", "Undetermined")),
)
"""The choices of every question of yes and no: CID 240 and 230 of DICOM PS3.16."""


@dataclass(frozen=True)
class Question:
    """One question of a label set; the choices of a grade stand in their order, the least first."""

    name: str
    text: str
    level: Level
    kind: Kind
    choices: tuple[Choice, ...]

    def chosen_with(self, chosen: Sequence[Choice], choice: Choice) -> tuple[Choice, ...]:
        """What is chosen after a person pointed at ``choice``; pointing at a chosen one takes it back."""
        names = {each.name for each in chosen}
        if choice.name in names:
            names.discard(choice.name)
        else:
            names = {*(names if self.kind is Kind.SEVERAL else ()), choice.name}
        return tuple(each for each in self.choices if each.name in names)


@dataclass(frozen=True)
class LabelSet:
    """The questions that are asked of one kind of examination.

    Attributes:
        name: identity; ``version`` grows when the meaning of an answer changes.
        modalities: of the series that it is meant for; empty for all.
        words: in small letters; one of them in a series' description says that it is meant above others.
    """

    name: str
    version: int
    title: str
    questions: tuple[Question, ...]
    modalities: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def asked_of(self, levels: Sequence[Level]) -> tuple[Question, ...]:
        """The questions of these levels, in the order of the set."""
        return tuple(question for question in self.questions if question.level in levels)

    def suits(self, modality: str) -> bool:
        """True when it is meant for series of this modality."""
        return not self.modalities or modality in self.modalities

    def speaks_of(self, description: str) -> bool:
        """True when one of its words stands in a series' description."""
        return any(word in description.casefold() for word in self.words)


@dataclass(frozen=True)
class Target:
    """What an answer is about.

    Attributes:
        study: key of the study in the catalogue.
        series_uid: empty for a study.
        k: the slice or frame; None above these.
        region: ``"segment 3"`` (its value in the mask) or ``"measurement UID"``; empty above regions.
    """

    level: Level
    study: str
    series_uid: str = ""
    k: int | None = None
    region: str = ""


Key = tuple[Target, str, str]
"""What at most one answer stands for: target, label set, question."""


@dataclass(frozen=True)
class Answer:
    """What somebody says of a target.

    Attributes:
        chosen: the choices with their codes, as the label set had them then; never empty.
        provenance: who answered and when; with a model where its finding was accepted.
    """

    target: Target
    label_set: str
    set_version: int
    question: str
    chosen: tuple[Choice, ...]
    provenance: Provenance

    @property
    def key(self) -> Key:
        """What it is the answer to."""
        return self.target, self.label_set, self.question


@dataclass(frozen=True)
class AnswerEdit:
    """An answer before and after a change of mind; None where there was or is none."""

    before: Answer | None
    after: Answer | None

    @property
    def key(self) -> Key:
        """What the answer is to.

        Raises:
            ValueError: there is none before and none after.
        """
        found = self.after or self.before
        if found is None:
            raise ValueError("a change from no answer to none")
        return found.key

    @property
    def nbytes(self) -> int:
        """Memory that remembering this change costs, in bytes."""
        return sum(400 + 100 * len(each.chosen) for each in (self.before, self.after) if each)

    def reverted(self) -> "AnswerEdit":
        """The change that takes this one back."""
        return AnswerEdit(self.after, self.before)


def packed(answer: Answer) -> dict[str, Any]:
    """The answer as JSON-ready values; the time in UTC."""
    written = asdict(answer)
    written["provenance"]["time"] = answer.provenance.time.astimezone(UTC).isoformat()
    return written


def unpacked(written: Mapping[str, Any]) -> Answer:
    """The answer that was packed.

    Raises:
        ValueError: these are not the values of an answer; says what was found.
    """
    try:
        target: dict[str, Any] = written["target"]
        made: dict[str, Any] = written["provenance"]
        return Answer(
            Target(Level(target["level"]), target["study"], target["series_uid"], target["k"], target["region"]),
            str(written["label_set"]),
            int(written["set_version"]),
            str(written["question"]),
            tuple(choice_of(each) for each in written["chosen"]),
            Provenance(
                made["author"],
                datetime.fromisoformat(made["time"]),
                made.get("model", ""),
                made.get("model_version", ""),
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        found = json.dumps(written, default=str)[:80]
        raise ValueError(f"expected an answer with target, question, chosen and provenance, found {found}") from error


def choice_of(written: Mapping[str, Any]) -> Choice:
    """The choice whose fields are ``written``.

    Raises:
        KeyError, TypeError: these are not the fields of a choice.
    """
    code = written.get("code")
    return Choice(str(written["name"]), str(written.get("title", "")), Code(**code) if code else None)
