"""Everything below Edit that corrects a mask."""

from functools import partial

from viewer.commands.action import Action
from viewer.commands.editing import Editing
from viewer.commands.operations import OPERATIONS
from viewer.commands.tool_actions import Named, tool_action
from viewer.state.session import Session

EDIT_TOOLS: tuple[Named, ...] = (
    ("smart-brush", "Smart brush", "Shift+J", "Left drag paints where values are like those at its start"),
    ("fill-polygon", "Polygon", "U", "Click the corners; Enter or a double click fills it, Escape gives up"),
    ("fill-freehand", "Freehand", "Alt+Y", "Drag around what shall be filled"),
    ("livewire", "Livewire", "Alt+T", "Click along an edge: the line keeps to it; Enter fills, Escape gives up"),
    (
        "scissors",
        "Scissors",
        "Shift+S",
        "Drag around what shall be cut from the active label, through the slab that is shown",
    ),
    ("fill", "Fill", "Alt+P", "Click into a hole or onto a segment"),
    ("grow-region", "Grow region", "Alt+E", "Click: what hangs together and has like values"),
    ("find-lesion", "Find lesion", "Ctrl+Alt+E", "Click a lesion; what the model proposes there helps"),
    ("box-lesion", "Box a lesion", "Ctrl+Alt+C", "Drag a box about a lesion; what the model proposes there helps"),
    ("keep-island", "Keep island", "Alt+K", "Click the island that stays; the others of its label go"),
    ("remove-island", "Remove island", "Alt+J", "Click the island that goes"),
)


def editing_actions(session: Session, editing: Editing) -> tuple[Action, ...]:
    """Tools, switches and operations of editing, and the yes and no to what they propose."""
    return (
        Action("edit-confirm", "Keep the proposed change", "Edit", editing.confirm, ("Return", "Enter"),
               lambda: session.workbench.proposal is not None),
        Action("edit-discard", "Put the proposed change away", "Edit", editing.discard, ("Escape", "Shift+Escape"),
               lambda: editing.waiting),
        *(tool_action(session, "Edit/Draw", named) for named in EDIT_TOOLS),
        *_switches(session),
        *(
            Action(each.id, each.text, f"Edit/{each.group}", partial(editing.run, each), each.keys,
                   partial(editing.possible, each), None, False, each.hint)
            for each in OPERATIONS
        ),
    )  # fmt: skip


def _switches(session: Session) -> tuple[Action, ...]:
    bench, shown = session.workbench, session.has_volume
    return (
        Action("edit-sphere", "Brush is a ball", "Edit/Draw",
               lambda: bench.set_options(sphere=not bench.options.sphere), ("Alt+Shift+Z",), shown,
               lambda: bench.options.sphere, False, "Paint through slices, a ball in millimetres"),
        Action("edit-in-range", "Only values in the range", "Edit/Draw",
               lambda: bench.set_options(in_range=not bench.options.in_range), ("Alt+Q",), shown,
               lambda: bench.options.in_range, False, "Whatever is done, other voxels stay"),
        Action("edit-solid", "Fill and grow through slices", "Edit/Draw",
               lambda: bench.set_options(solid=not bench.options.solid), ("Alt+Shift+E",), shown,
               lambda: bench.options.solid),
        Action("edit-through", "Scissors cut through all slices", "Edit/Draw",
               lambda: bench.set_options(through=not bench.options.through), ("Alt+Shift+X",), shown,
               lambda: bench.options.through),
        Action("edit-outside", "Scissors cut outside", "Edit/Draw",
               lambda: bench.set_options(outside=not bench.options.outside), ("Alt+Shift+K",), shown,
               lambda: bench.options.outside),
    )  # fmt: skip
