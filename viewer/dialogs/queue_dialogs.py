"""The dialogs of work queues: a new queue of studies or of a folder, and the adjudication of a case."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from viewer.commands.adjudicating import Adjudicating
from viewer.commands.enlisting import Enlisting
from viewer.commands.seeking import Seeking
from viewer.dialogs.adjudication import Adjudication
from viewer.dialogs.new_queue import Make, NewQueue
from viewer.state.worklist import Worklist


class QueueDialogs:
    """Opens them over a window."""

    def __init__(
        self,
        worklist: Worklist,
        enlisting: Enlisting,
        adjudicating: Adjudicating,
        seeking: Seeking,
        window: QWidget,
    ) -> None:
        self._worklist, self._enlisting = worklist, enlisting
        self.new_queue = NewQueue(worklist, window)
        self.adjudication = Adjudication(worklist, adjudicating, seeking, window)

    def ask_of_studies(self, keys: list[str]) -> None:
        """Ask about a queue of these listed studies."""
        of = "1 study" if len(keys) == 1 else f"{len(keys)} studies"
        self._ask(of, lambda name, readings, who: self._enlisting.make(name, keys, readings, who))

    def ask_of_folder(self, folder: Path) -> None:
        """Ask about a queue of everything in a folder."""
        self._ask(
            f"all series in {folder.name}",
            lambda name, readings, who: self._enlisting.make_of_folder(folder, name, readings, who),
        )

    def open_adjudication(self) -> None:
        """Compare the readings of the case on screen."""
        self.adjudication.open_anew()

    def _ask(self, of: str, make: Make) -> None:
        self.new_queue.ask(of, [each.name for each in self._worklist.queues], make)
