"""What the left button can hold, by menu and key."""

from collections.abc import Callable
from functools import partial

from viewer.commands.action import Action
from viewer.state.hand import Tool
from viewer.state.session import Session

Named = tuple[Tool, str, str, str]
"""A tool, what the menu calls it, its key and its hint."""

ON_THE_BAR: frozenset[Tool] = frozenset(("window", "scroll", "pan", "zoom", "crosshair", "brush", "eraser"))
"""Tools with a button; the others are in the menu and on keys."""

_TOOLS: tuple[Named, ...] = (
    ("window", "Window", "W", "Left drag: right is wider, up is brighter"),
    ("scroll", "Scroll", "S", "Left drag scrolls through the slices"),
    ("pan", "Pan", "M", "Left drag moves the picture (middle button always does)"),
    ("zoom", "Zoom", "Z", "Left drag zooms (right button always does)"),
    ("rotate", "Rotate", "R", "Left drag turns the picture about the middle of the viewport"),
    ("crosshair", "Crosshair", "Alt+C", "Left drag moves the point all planes go through; a line's end turns planes"),
    ("magnifier", "Magnifier", "Alt+Z", "A lens while the left button is held"),
    ("window-region", "Window from region", "Alt+W", "Left drag draws a rectangle; its values fill the window"),
    ("fusion-window", "Window of the volume over", "Alt+Shift+T", "Left drag windows what lies over the volume"),
    ("brush", "Brush", "B", "Left drag paints the active label"),
    ("eraser", "Eraser", "E", "Left drag erases"),
)


def tool_action(session: Session, menu: str, named: Named, possible: Callable[[], bool] | None = None) -> Action:
    """Takes a tool into the hand.

    Args:
        possible: whether there is something that it can do; when left out, whether an image is shown.
    """
    hand, (tool, text, key, hint) = session.hand, named
    return Action(
        f"tool-{tool}", text, menu, partial(hand.set_tool, tool), (key,), possible or session.has_volume,
        lambda: hand.tool == tool, tool in ON_THE_BAR, hint,
    )  # fmt: skip


def tool_actions(session: Session) -> tuple[Action, ...]:
    """Everything in the menu of tools."""
    hand = session.hand
    return (
        *(tool_action(session, "Tools", named) for named in _TOOLS),
        Action("pointer-by-keys", "Move the pointer by keys", "Tools", lambda: hand.set_by_keys(not hand.by_keys),
               ("Shift+Space",), session.has_volume, lambda: hand.by_keys, False,
               "Arrows move it, finely with Shift; the space bar is the left button; Escape leaves it", apart=True),
        Action("bigger-brush", "Bigger brush", "Tools", lambda: hand.set_radius_mm(hand.radius_mm * 1.2), ("]",),
               apart=True),
        Action("smaller-brush", "Smaller brush", "Tools", lambda: hand.set_radius_mm(hand.radius_mm / 1.2), ("[",)),
    )  # fmt: skip
