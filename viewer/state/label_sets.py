"""Label sets as TOML files state them."""

from typing import Annotated

from pydantic import Field

from imaging.classification import YES_NO_UNSURE, Choice, Kind, LabelSet, Level, Question
from imaging.labelmap import Code
from viewer.settings import Kept, Place, SettingsFile
from viewer.state.terminology import TermCode

Identity = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
"""What answers, files and training data call a thing; small letters, so that it is spelt in one way."""


class ChoiceText(Kept):
    """One possible answer; ``title`` is what a person reads."""

    name: Identity
    title: Annotated[str, Field(max_length=60)] = ""
    code: TermCode | None = None

    @property
    def choice(self) -> Choice:
        """What is stated."""
        code = None if self.code is None else Code(self.code.value, self.code.scheme, self.code.meaning)
        return Choice(self.name, self.title, code)


class QuestionText(Kept):
    """One question; ``choices`` are left out for yes and no."""

    name: Identity
    text: Annotated[str, Field(min_length=1, max_length=120)]
    level: Level
    kind: Kind = Kind.ONE
    choices: tuple[ChoiceText, ...] = ()

    @property
    def question(self) -> Question:
        """What is stated."""
        stated = tuple(each.choice for each in self.choices)
        choices = YES_NO_UNSURE if self.kind is Kind.YES_NO else stated
        return Question(self.name, self.text, self.level, self.kind, choices)

    def problem(self) -> tuple[Place, str] | None:
        """Choices that cannot be chosen from."""
        if self.kind is Kind.YES_NO:
            wrong = "yes-no asks for yes, no and unsure; leave the choices out" if self.choices else ""
        else:
            wrong = "expected at least two choices" if len(self.choices) < 2 else ""
        if wrong:
            return ["choices" if self.choices else "kind"], wrong
        doubled = _doubled([each.name for each in self.choices])
        return None if doubled is None else (["choices", doubled, "name"], "this choice stands above already")


class LabelSetFile(SettingsFile):
    """A whole label set."""

    name: Identity
    title: Annotated[str, Field(min_length=1, max_length=40)]
    set_version: Annotated[int, Field(ge=1)] = 1
    modalities: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2,16}$")], ...] = ()
    words: tuple[Annotated[str, Field(pattern=r"^[^A-Z]+$")], ...] = ()
    question: Annotated[tuple[QuestionText, ...], Field(min_length=1)]

    @property
    def label_set(self) -> LabelSet:
        """What is stated."""
        questions = tuple(each.question for each in self.question)
        return LabelSet(self.name, self.set_version, self.title, questions, self.modalities, self.words)

    def problem(self) -> tuple[Place, str] | None:
        """Two questions of one name, or choices that cannot be chosen from."""
        doubled = _doubled([each.name for each in self.question])
        if doubled is not None:
            return ["question", doubled, "name"], "this question stands above already"
        for number, each in enumerate(self.question):
            if (found := each.problem()) is not None:
                return ["question", number, *found[0]], found[1]
        return None


def _doubled(names: list[str]) -> int | None:
    """The first that stands before it too."""
    return next((number for number, name in enumerate(names) if name in names[:number]), None)
