"""The one place where errors become words for a person."""

import logging

from imaging.errors import ImagingError
from inference.errors import InferenceError

log = logging.getLogger(__name__)


class ViewerError(Exception):
    """A failure of the window itself, or of a process it started, already in words."""


def words(error: BaseException) -> str:
    """A sentence for a person: what happened and to which file. Unknown errors are logged with their trace."""
    if isinstance(error, (ImagingError, InferenceError, ViewerError)):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this. Close other programs, or open fewer images at once."
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}"
    log.error("unexpected error", exc_info=error)
    return f"Something unexpected went wrong ({type(error).__name__}: {error}). Your annotations are kept."
