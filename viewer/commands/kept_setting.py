"""One subject of a person's settings, as the commands keep it."""

from typing import Generic

from imaging.errors import SaveError
from viewer.errors import words
from viewer.settings import Settings, SettingsError, Shape
from viewer.state.notices import Notices


class KeptSetting(Generic[Shape]):
    """Reads a subject and keeps it; what goes wrong is told, and the window goes on.

    Args:
        usual: what holds where nothing is kept.
        instead: the sentence that tells what holds where the file is broken.
    """

    def __init__(self, settings: Settings, notices: Notices, subject: str, usual: Shape, instead: str) -> None:
        self._settings, self._notices, self._subject = settings, notices, subject
        self._usual, self._instead = usual, instead

    def read(self) -> Shape:
        """What is kept, or the usual."""
        try:
            return self._settings.read(self._subject, type(self._usual)) or self._usual
        except SettingsError as error:
            self._notices.add("warning", f"{words(error)}. {self._instead} The file is left as it is.")
            return self._usual

    def write(self, value: Shape) -> None:
        """Keep a value."""
        try:
            self._settings.write(self._subject, value)
        except SaveError as error:
            self._notices.add("error", f"{words(error)}. What was set holds until the program ends.")
