"""What is done with key images, for the table of actions."""

from collections.abc import Callable

from viewer.commands.action import Action
from viewer.commands.marking import Marking
from viewer.state.session import Session


def marking_actions(session: Session, marking: Marking, open_list: Callable[[], object]) -> tuple[Action, ...]:
    """Key images in the Edit menu."""

    def possible() -> bool:
        return session.series is not None and session.volume is not None

    return (
        Action("key-image", "Mark as key image", "Edit", marking.mark, ("K",), possible, None, False,
               "Keeps slice, plane and window with the study", apart=True),
        Action("key-images", "Key images…", "Edit", open_list, ("Ctrl+Alt+K",), lambda: session.study is not None,
               None, False, "Shown again, noted on, written as PNG or DICOM"),
    )  # fmt: skip
