"""Terms for segments: names with codes and suggested colours, a list for each kind of examination."""

from typing import Annotated

from pydantic import Field

from imaging.labelmap import Code, Label
from viewer.settings import Kept, Place, SettingsFile

Byte = Annotated[int, Field(ge=0, le=255)]


class TermCode(Kept):
    """A coded concept as a file states it."""

    value: Annotated[str, Field(min_length=1, max_length=64)]
    scheme: Annotated[str, Field(min_length=1, max_length=16)]
    meaning: Annotated[str, Field(min_length=1, max_length=120)]


class Term(Kept):
    """What a segment may be; ``code`` is None where no code is known."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    colour: tuple[Byte, Byte, Byte]
    code: TermCode | None = None

    @property
    def text(self) -> str:
        """Name and code for a list."""
        return self.name if self.code is None else f"{self.name}   {self.code.scheme} {self.code.value}"

    def label(self, value: int) -> Label:
        """A new label that means this."""
        code = None if self.code is None else Code(self.code.value, self.code.scheme, self.code.meaning)
        return Label(value, self.name, self.colour, code)


class Terminology(SettingsFile):
    """The terms for one kind of examination, in the order of the list."""

    title: Annotated[str, Field(min_length=1, max_length=40)] = "My terms"
    term: tuple[Term, ...] = ()

    def problem(self) -> tuple[Place, str] | None:
        """Two terms of one name."""
        names = [term.name.casefold() for term in self.term]
        doubled = next((n for n, name in enumerate(names) if name in names[:n]), None)
        return None if doubled is None else (["term", doubled, "name"], "this name stands above already")

    def found(self, typed: str) -> tuple[Term, ...]:
        """The terms whose name, meaning or code holds every word that was typed."""
        words = typed.casefold().split()
        return tuple(term for term in self.term if all(word in _searched(term) for word in words))


def _searched(term: Term) -> str:
    code = f"{term.code.value} {term.code.meaning}" if term.code else ""
    return f"{term.name} {code}".casefold()
