"""The library and what is kept in it, opened when first asked for."""

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imaging.library.answered import Answered
    from imaging.library.catalogue import Catalogue
    from imaging.library.key_images import KeptKeyImages
    from imaging.library.measured import Measured
    from imaging.library.queues import Queues
    from imaging.library.revisions import Revisions
    from imaging.library.store import Library


class Shelf:
    """What the library keeps, part by part; cheap to make, and for any number of threads.

    The database code takes as long to load as all of the window, so nobody who works with a shelf imports it: it is
    loaded with the first part that is asked for, in the thread that asks.

    Args:
        place: path of an SQLite file, or an SQLAlchemy URL.

    Every part may raise LibraryError: the library cannot be opened. It is tried again at the next question.
    """

    def __init__(self, place: Path | str) -> None:
        self._place = place
        self._library: Library | None = None
        self._opening = Lock()

    @property
    def name(self) -> str:
        """The URL of the library without its password, also where it cannot be opened.

        Raises:
            LibraryError: the place is no URL.
        """
        from imaging.library.opening import database_url

        return database_url(self._place).render_as_string()

    @property
    def library(self) -> "Library":
        """The masks, and the database of everything else."""
        from imaging.library.store import Library

        with self._opening:  # the window and the study list may ask in the same moment
            if self._library is None:
                self._library = Library(self._place)
            return self._library

    @property
    def catalogue(self) -> "Catalogue":
        """The list of studies."""
        from imaging.library.catalogue import Catalogue

        return Catalogue(self.library)

    @property
    def revisions(self) -> "Revisions":
        """Who made which revision of a mask."""
        from imaging.library.revisions import Revisions

        return Revisions(self.library)

    @property
    def measured(self) -> "Measured":
        """Measurements."""
        from imaging.library.measured import Measured

        return Measured(self.library)

    @property
    def answered(self) -> "Answered":
        """Answers to the questions of label sets."""
        from imaging.library.answered import Answered

        return Answered(self.library)

    @property
    def key_images(self) -> "KeptKeyImages":
        """Key images."""
        from imaging.library.key_images import KeptKeyImages

        return KeptKeyImages(self.library)

    @property
    def queues(self) -> "Queues":
        """Work queues."""
        from imaging.library.queues import Queues

        return Queues(self.library)

    def open(self) -> None:
        """Load and open all of it, so that no later question waits for more than its answer."""
        _ = self.catalogue, self.revisions, self.measured, self.key_images, self.answered, self.queues

    def close(self) -> None:
        """Let go of the database, if it was opened."""
        with self._opening:
            if self._library is not None:
                self._library.close()
                self._library = None
