"""One table of everything a person can do: menus, toolbar and keys are made from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from viewer.commands.action import Action
from viewer.commands.annotating import Annotating
from viewer.commands.colour_actions import colour_actions
from viewer.commands.hanging import Hanging
from viewer.commands.inferring import Inferring, Method
from viewer.commands.layout_actions import layout_actions
from viewer.commands.preset_actions import preset_actions
from viewer.commands.presetting import Presetting
from viewer.commands.reading import Reading
from viewer.commands.view_actions import view_actions
from viewer.state.findings import Findings
from viewer.state.hand import Tool
from viewer.state.links import Links
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

ON_THE_BAR: frozenset[Tool] = frozenset(("window", "scroll", "pan", "zoom", "crosshair", "brush", "eraser"))
"""Tools with a button; the others are in the menu and on keys."""


@dataclass(frozen=True)
class Desk:
    """The commands and states that actions speak to."""

    session: Session
    links: Links
    segmentation: Segmentation
    findings: Findings
    reading: Reading
    hanging: Hanging
    annotating: Annotating
    inferring: Inferring
    presetting: Presetting

    @property
    def shown(self) -> bool:
        """True when a volume is on screen."""
        return self.session.volume is not None

    @property
    def proposed(self) -> bool:
        """True when a model proposes a mask."""
        return self.findings.prediction is not None and self.findings.prediction.mask is not None


def actions(desk: Desk) -> tuple[Action, ...]:
    """Every action of a desk; ids are unique."""
    return (
        *view_actions(desk.session, desk.reading),
        *layout_actions(desk.session, desk.links, desk.reading, desk.hanging),
        *colour_actions(desk.session),
        *_tool_actions(desk),
        *preset_actions(desk.session, desk.reading, desk.presetting),
        *_mask_actions(desk),
        *_ai(desk),
    )


def _tool_actions(desk: Desk) -> Sequence[Action]:
    hand = desk.session.hand
    tools: tuple[tuple[Tool, str, str, str], ...] = (
        ("window", "Window", "W", "Left drag: right is wider, up is brighter"),
        ("scroll", "Scroll", "S", "Left drag scrolls through the slices"),
        ("pan", "Pan", "M", "Left drag moves the picture (middle button always does)"),
        ("zoom", "Zoom", "Z", "Left drag zooms (right button always does)"),
        ("rotate", "Rotate", "R", "Left drag turns the picture about the middle of the viewport"),
        (
            "crosshair",
            "Crosshair",
            "Alt+C",
            "Left drag moves the point all planes go through; a line's end turns planes",
        ),
        ("magnifier", "Magnifier", "Alt+Z", "A lens while the left button is held"),
        ("window-region", "Window from region", "Alt+W", "Left drag draws a rectangle; its values fill the window"),
        ("fusion-window", "Window of the volume over", "Alt+Shift+T", "Left drag windows what lies over the volume"),
        ("brush", "Brush", "B", "Left drag paints the active label"),
        ("eraser", "Eraser", "E", "Left drag erases"),
    )

    def action(tool: Tool, text: str, key: str, hint: str) -> Action:
        return Action(
            f"tool-{tool}", text, "Tools", lambda: hand.set_tool(tool), (key,),
            lambda: desk.shown, lambda: hand.tool == tool, tool in ON_THE_BAR, hint,
        )  # fmt: skip

    return (
        *(action(*tool) for tool in tools),
        Action(
            "pointer-by-keys",
            "Move the pointer by keys",
            "Tools",
            lambda: hand.set_by_keys(not hand.by_keys),
            ("Shift+Space",),
            lambda: desk.shown,
            lambda: hand.by_keys,
            False,
            "Arrows move it, finely with Shift; the space bar is the left button; Escape leaves it",
            apart=True,
        ),
        Action(
            "bigger-brush",
            "Bigger brush",
            "Tools",
            lambda: hand.set_radius_mm(hand.radius_mm * 1.2),
            ("]",),
            apart=True,
        ),
        Action("smaller-brush", "Smaller brush", "Tools", lambda: hand.set_radius_mm(hand.radius_mm / 1.2), ("[",)),
    )


def _mask_actions(desk: Desk) -> Sequence[Action]:
    state, annotating = desk.segmentation, desk.annotating

    def unsaved() -> bool:
        return desk.shown and not state.saved

    return (
        Action("undo", "Undo", "Edit", state.undo, ("Ctrl+Z",), lambda: state.history.can_undo, None, True,
               caption=lambda: _with_name("Undo", state.history.undo_name), short="Undo"),
        Action("redo", "Redo", "Edit", state.redo, ("Ctrl+Y", "Ctrl+Shift+Z"), lambda: state.history.can_redo, None,
               True, caption=lambda: _with_name("Redo", state.history.redo_name), short="Redo"),
        Action("clear-slice", "Clear slice", "Edit",
               lambda: annotating.clear_slice(desk.session.active.stored_k), ("Delete",), lambda: desk.shown),
        Action("save", "Save annotation", "File", annotating.save, ("Ctrl+S",), unsaved, None, True,
               "Keep the mask in the library", short="Save", apart=True),
        Action("mask-visible", "Show annotation", "Edit", lambda: state.set_visible(not state.visible), ("G",),
               lambda: desk.shown, lambda: state.visible),
    )  # fmt: skip


def _with_name(verb: str, step: str) -> str:
    """What undo or redo would do, as ``Undo: Brush``."""
    return f"{verb}: {step}" if step else verb


def _ai(desk: Desk) -> Sequence[Action]:
    findings, inferring = desk.findings, desk.inferring

    def explain(method: Method) -> Callable[[], None]:
        return lambda: inferring.explain_top(method)

    def predicted() -> bool:
        return findings.prediction is not None

    return (
        Action("predict", "Run model", "Model", inferring.predict, ("P",), lambda: desk.shown, None, False,
               "Run the chosen model on the shown series"),
        Action("accept", "Accept mask", "Model", desk.annotating.accept, ("A",), lambda: findings.acceptable),
        Action("accept-beside", "Accept as new segments", "Model", lambda: desk.annotating.accept("beside"), (),
               lambda: findings.acceptable, None, False, "Voxels that have a label stay as they are"),
        Action("accept-empty", "Accept only where empty", "Model", lambda: desk.annotating.accept("empty"), (),
               lambda: findings.acceptable, None, False, "Segments of the same name grow; what has a label stays"),
        Action("accept-replace", "Accept in place of the mask", "Model", lambda: desk.annotating.accept("replace"), (),
               lambda: findings.acceptable, None, False, "What is drawn goes; undo brings it back"),
        Action("reject", "Put prediction away", "Model", desk.annotating.reject, ("X",), predicted),
        Action("gradcam", "Explain: Grad-CAM", "Model", explain("gradcam"), ("H",), predicted, apart=True),
        Action("integrated-gradients", "Explain: integrated gradients", "Model", explain("integrated-gradients"),
               ("Shift+H",), predicted),
        Action("proposal-visible", "Show proposed mask", "Model",
               lambda: findings.set_proposal_visible(not findings.proposal_visible), ("Shift+G",),
               lambda: desk.proposed, lambda: findings.proposal_visible, apart=True),
        Action("heat-visible", "Show heat map", "Model",
               lambda: findings.set_heat_visible(not findings.heat_visible), ("Ctrl+H",),
               lambda: findings.heat is not None, lambda: findings.heat_visible),
    )  # fmt: skip
