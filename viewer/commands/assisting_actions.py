"""What helps who corrects a mask: the model with their strokes, and keyframes."""

from viewer.commands.action import Action
from viewer.commands.keyframing import FILL, Keyframing
from viewer.commands.refining import Refining
from viewer.state.session import Session

MENU = "Edit/Slices"


def assisting_actions(session: Session, refining: Refining, keyframing: Keyframing) -> tuple[Action, ...]:
    """Refining, below Model; keyframes, beside the operations on slices."""

    shown = session.has_volume
    return (
        Action("refine", "Refine with my strokes", "Model", refining.run, ("Ctrl+Alt+J",), shown, None, False,
               "The model draws the label again; what you drew or erased stays"),
        Action("keyframe", "Keyframe", MENU, keyframing.toggle, ("Ctrl+Alt+M",), shown, lambda: keyframing.here, False,
               "This frame is as it is meant: filling between keyframes leaves it alone"),
        Action("fill-keyframes", FILL, MENU, keyframing.fill, ("Ctrl+Alt+N",), shown, None, False,
               "The label moves along with the picture, from both sides"),
        Action("keyframe-after", "Keyframe after", MENU, lambda: keyframing.step(1), ("Ctrl+Alt+Right",), shown),
        Action("keyframe-before", "Keyframe before", MENU, lambda: keyframing.step(-1), ("Ctrl+Alt+Left",), shown),
    )  # fmt: skip
