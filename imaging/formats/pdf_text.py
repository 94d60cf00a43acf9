"""The text of a PDF document, page by page. Nothing in it is carried out: no script, no link, no attachment."""

import io
import logging
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

from imaging.errors import ReadError
from imaging.formats.character_sets import lines

MOST_BYTES = 64 << 20
MOST_PAGES = 500
MOST_CHARACTERS = 2_000_000
_DAMAGED = (
    PyPdfError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the parser raises on bytes that are not what they claim to be."""

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it logs every oddity of a file; what matters is in the text


def pdf_text(data: bytes, path: Path) -> str:
    """The text of the first :data:`MOST_PAGES` pages with a line between pages; words where a page has none.

    Args:
        data: the PDF document.
        path: the file it came from, for errors.

    Raises:
        ReadError: no PDF, too large, locked with a password, or damaged.
    """
    if b"%PDF" not in data[:1024]:
        raise ReadError(path, f"says it holds a PDF document but starts with {data[:4].hex(' ') or 'nothing'}")
    if len(data) > MOST_BYTES:
        raise ReadError(path, f"the PDF has {len(data) >> 20} MiB; text is shown up to {MOST_BYTES >> 20} MiB")
    try:
        return _pages(PdfReader(io.BytesIO(data)), path)
    except DependencyError as error:
        raise ReadError(path, "the PDF is encrypted: its text cannot be shown") from error
    except _DAMAGED as error:
        raise ReadError(path, f"the PDF is damaged: {str(error)[:200] or type(error).__name__}") from error


def _pages(reader: PdfReader, path: Path) -> str:
    if reader.is_encrypted and not reader.decrypt(""):
        raise ReadError(path, "the PDF is locked with a password: its text cannot be shown")
    count = len(reader.pages)
    shown: list[str] = []
    for n in range(min(count, MOST_PAGES)):
        found = "\n".join(lines(reader.pages[n].extract_text()))
        shown.append(f"— Page {n + 1} of {count} —\n{found or '(no text: a scanned or drawn page)'}")
        if sum(map(len, shown)) > MOST_CHARACTERS:
            break
    if len(shown) < count:
        shown.append(f"— {count - len(shown)} more pages are not shown —")
    return "\n\n".join(shown) or "The PDF has no pages."
