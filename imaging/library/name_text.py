"""Text with names of files in it: a name may be any bytes, and databases keep only characters."""

from sqlalchemy import Dialect, String, Text
from sqlalchemy.types import TypeDecorator

_SURROGATES = range(0xD800, 0xE000)
_PRIVATE = 0x10F000
_KEPT = {0: _PRIVATE + len(_SURROGATES)} | {code: _PRIVATE + place for place, code in enumerate(_SURROGATES)}
_GIVEN_BACK = {kept: code for code, kept in _KEPT.items()}


class NameText(TypeDecorator[str]):
    """Text that may hold what Python makes of bytes that are no UTF-8 (PEP 383): kept as characters of private use.

    Args:
        length: in characters; as long as it likes where left out.
    """

    impl = Text
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__()
        self.length = length
        self.impl = Text() if length is None else String(length)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  as SQLAlchemy calls it
        return value if value is None or (value.isascii() and "\0" not in value) else value.translate(_KEPT)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  as SQLAlchemy calls it
        return value if value is None or value.isascii() else value.translate(_GIVEN_BACK)
