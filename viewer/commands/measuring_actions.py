"""Everything in the Measure menu."""

from viewer.commands.action import Action
from viewer.commands.measuring import Measuring
from viewer.commands.tool_actions import Named, tool_action
from viewer.state.session import Session

_TOOLS: tuple[Named, ...] = (
    ("length", "Length", "D", "Drag from end to end, or click both"),
    ("angle", "Angle", "Shift+A", "Three points, the apex second"),
    ("cobb", "Cobb angle", "Shift+B", "Drag along two lines, as along end plates"),
    ("bidirectional", "Two diameters (RECIST)", "Shift+D", "Drag the longest diameter, then one across it"),
    ("cardiothoracic", "Cardiothoracic ratio", "Shift+X", "Drag the heart's width, then the chest's"),
    ("ellipse", "Ellipse", "Shift+E", "Drag a box: area, mean and spread of the pixels inside"),
    ("rectangle", "Rectangle", "Q", "Drag a box: area, mean and spread of the pixels inside"),
    ("polygon", "Polygon", "Shift+P", "Click the corners; Enter or a double click ends it, Escape gives up"),
    ("freehand", "Freehand region", "Shift+F", "Drag around a region"),
    ("probe", "Probe", "Shift+N", "Click: the value of one pixel"),
    ("arrow", "Arrow", "Shift+Y", "Drag from the tip to the tail"),
    ("note", "Text", "Shift+T", "Click where the text shall stand, then write it in the list"),
    ("known-length", "Calibrate by a known length", "Shift+U", "Drag along something whose length you know"),
)


def measuring_actions(session: Session, measuring: Measuring) -> tuple[Action, ...]:
    """The measuring tools, and what is done with measurements."""
    state = session.measurements

    def some() -> bool:
        return bool(state.all)

    return (
        *(_tool(session, named) for named in _TOOLS),
        Action("propose-ratio", "Cardiothoracic ratio from masks", "Measure", measuring.propose_ratio,
               ("Ctrl+Shift+X",), measuring.can_propose_ratio, None, False,
               "Where labels name heart and lungs", apart=True),
        Action("measurements-visible", "Show measurements", "Measure", lambda: state.set_shown(not state.shown),
               ("Shift+M",), session.has_volume, lambda: state.shown, apart=True),
        Action("delete-measurement", "Delete measurement", "Measure", measuring.delete_selected, ("Backspace",),
               lambda: state.selected is not None),
        Action("delete-measurements", "Delete all measurements", "Measure", measuring.delete_all,
               ("Shift+Backspace",), some, None, False, "Each is a step that can be undone"),
    )  # fmt: skip


def _tool(session: Session, named: Named) -> Action:
    def possible() -> bool:
        volume = session.volume
        return volume is not None and not (named[0] == "known-length" and volume.geometry.has_position)

    return tool_action(session, "Measure", named, possible)
