"""Cells of CSV files, which people open in spreadsheets."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Text that begins so would be carried out, whoever wrote it (CWE-1236)."""


def cell(content: object) -> object:
    """The content as it is written: text that would be taken for a formula is marked as text by an apostrophe."""
    return f"'{content}" if isinstance(content, str) and content.startswith(_FORMULA) else content
