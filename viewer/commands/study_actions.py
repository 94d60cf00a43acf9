"""What can be done with the list of studies by menu and key."""

from collections.abc import Callable

from imaging.library.catalogued import ReadingState
from viewer.commands.action import Action
from viewer.commands.cataloguing import Cataloguing
from viewer.commands.indexing import FolderIndexing
from viewer.state.studies import Studies

_KEYS = {
    ReadingState.UNREAD: "Ctrl+Alt+U",
    ReadingState.STARTED: "Ctrl+Alt+P",
    ReadingState.READ: "Ctrl+Alt+R",
    ReadingState.FLAGGED: "Ctrl+Alt+F",
}


def study_actions(
    studies: Studies, cataloguing: Cataloguing, indexing: FolderIndexing, choose_folder: Callable[[], None]
) -> tuple[Action, ...]:
    """Finding and indexing studies, and how far the one in hand is read."""

    def listed() -> bool:
        return bool(studies.listed)

    return (
        Action("find-study", "Find a study…", "File", studies.search_asked.emit, ("/",),
               hint="Search the studies that were opened or indexed", apart=True),
        Action("index-folder", "Index folder…", "File", choose_folder, ("Ctrl+Alt+I",),
               hint="List the studies of a folder without opening them"),
        Action("stop-indexing", "Stop indexing", "File", indexing.stop, ("Ctrl+Shift+I",),
               lambda: studies.indexing is not None),
        Action("priors", "Show priors", "File", studies.priors_asked.emit, ("Ctrl+Alt+H",),
               lambda: bool(studies.shown), hint="All studies of the shown patient by date"),
        Action("next-study", "Next study", "File", lambda: cataloguing.step(1), ("Ctrl+Down",), listed,
               hint="Opens the study below the shown one in the list"),
        Action("previous-study", "Previous study", "File", lambda: cataloguing.step(-1), ("Ctrl+Up",), listed),
        *(_state_action(state, studies, cataloguing) for state in ReadingState),
    )  # fmt: skip


def _state_action(state: ReadingState, studies: Studies, cataloguing: Cataloguing) -> Action:
    return Action(
        f"state-{state.name.lower()}",
        state.value.capitalize(),
        "File/Reading state",
        lambda: cataloguing.set_state(state),
        (_KEYS[state],),
        lambda: studies.find(studies.in_hand) is not None,
        lambda: cataloguing.state_in_hand is state,
        hint="Of the study the list is on, else of the one that is shown",
    )
