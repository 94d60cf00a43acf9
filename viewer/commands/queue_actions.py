"""What can be done with a work queue by menu and key."""

from collections.abc import Callable

from viewer.commands.action import Action
from viewer.commands.queueing import Queueing
from viewer.state.worklist import Worklist

_MENU = "File/Work queue"


def queue_actions(
    worklist: Worklist, queueing: Queueing, show_queue: Callable[[], None], adjudicate: Callable[[], None]
) -> tuple[Action, ...]:
    """Stepping through cases and judging them, each on a single key.

    Args:
        show_queue: brings the list of cases to the front.
        adjudicate: shows what the readings of a case differ in.
    """

    def reads() -> bool:
        return worklist.current is not None

    def waits() -> bool:
        return worklist.queue is not None

    return (
        Action("queue", "Show the work queue", _MENU, show_queue, ("Ctrl+Alt+Q",)),
        Action("queue-next", "Next case", _MENU, queueing.next, ("F4",), waits,
               hint="The case on screen stays in progress; the next one is loaded already"),
        Action("queue-previous", "Previous case", _MENU, queueing.previous, ("F3",), lambda: queueing.can_step_back),
        Action("queue-accept", "Accept case", _MENU, queueing.accept, ("F5",), reads,
               hint="The mask is right; then the next case"),
        Action("queue-fix", "Fix case", _MENU, queueing.fix, ("F7",), reads,
               hint="Takes the brush; when the mask is corrected, the same key goes on to the next case"),
        Action("queue-reject", "Reject case", _MENU, queueing.reject, ("F11",), reads,
               hint="The images are of no use; then the next case"),
        Action("queue-skip", "Skip case", _MENU, queueing.skip, ("F12",), reads,
               hint="Put the case off; others may take it"),
        Action("queue-adjudicate", "Compare the readings…", _MENU, adjudicate, ("Shift+F4",),
               lambda: worklist.adjudicates,
               hint="Masks and verdicts of both readers; one is taken, or both are merged"),
    )  # fmt: skip
