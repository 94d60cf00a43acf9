"""One table of everything a person can do: menus, toolbar and keys are made from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from imaging.intensity import PRESETS
from viewer.commands.annotating import Annotating
from viewer.commands.inferring import Inferring, Method
from viewer.commands.reading import Reading
from viewer.state.findings import Findings
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session
from viewer.state.view import Tool, View

Check = Callable[[], bool]


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Action:
    """One thing to do.

    Attributes:
        menu: title of the menu it stands in.
        keys: shortcuts, Qt's portable spelling.
        enabled: asked whenever the state changes.
        checked: for actions that are on or off, else None.
        tool: True for the toolbar.
    """

    id: str
    text: str
    menu: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    enabled: Check = _always
    checked: Check | None = None
    tool: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Desk:
    """The commands and states that actions speak to."""

    session: Session
    view: View
    segmentation: Segmentation
    findings: Findings
    reading: Reading
    annotating: Annotating
    inferring: Inferring

    @property
    def shown(self) -> bool:
        """True when a volume is on screen."""
        return self.session.volume is not None

    @property
    def overlaid(self) -> bool:
        """True when the shown volume has overlay planes."""
        return self.session.volume is not None and bool(self.session.volume.overlays)

    @property
    def proposed(self) -> bool:
        """True when a model proposes a mask."""
        return self.findings.prediction is not None and self.findings.prediction.mask is not None


def actions(desk: Desk) -> tuple[Action, ...]:
    """Every action of a desk; ids are unique."""
    return (*_view_actions(desk), *_tool_actions(desk), *_preset_actions(desk), *_mask_actions(desk), *_ai(desk))


def _view_actions(desk: Desk) -> Sequence[Action]:
    view, reading = desk.view, desk.reading

    def shown() -> bool:
        return desk.shown

    def several() -> bool:
        return desk.shown and view.frames > 1

    def go(count: int) -> Callable[[], None]:
        return lambda: view.scroll(count)

    return (
        Action("next-slice", "Next slice", "View", go(1), ("Down",), several),
        Action("previous-slice", "Previous slice", "View", go(-1), ("Up",), several),
        Action("forward-10", "Ten slices on", "View", go(10), ("Shift+Down",), several),
        Action("back-10", "Ten slices back", "View", go(-10), ("Shift+Up",), several),
        Action("first-slice", "First slice", "View", lambda: view.set_slice(0), ("Home",), several),
        Action("last-slice", "Last slice", "View", lambda: view.set_slice(view.frames), ("End",), several),
        Action("next-series", "Next series", "View", lambda: reading.step_series(1), ("PgDown",), shown),
        Action("previous-series", "Previous series", "View", lambda: reading.step_series(-1), ("PgUp",), shown),
        Action("next-phase", "Next phase", "View", lambda: reading.step_phase(1), ("Ctrl+Right",), reading.has_phases,
               None, False, "The same slice at the next point in time, echo or b value"),
        Action("previous-phase", "Previous phase", "View", lambda: reading.step_phase(-1), ("Ctrl+Left",),
               reading.has_phases),
        Action("play", "Play", "View", reading.toggle_playing, ("C",), several, lambda: view.playing, True,
               "Play the clip at its own frame times"),
        Action("invert", "Invert", "View", lambda: view.set_inverted(not view.inverted), ("I",), shown,
               lambda: view.inverted, True, "Swap black and white on the screen; values stay"),
        Action("zoom-in", "Zoom in", "View", lambda: view.set_zoom(view.zoom * 1.25), ("+", "="), shown),
        Action("zoom-out", "Zoom out", "View", lambda: view.set_zoom(view.zoom / 1.25), ("-",), shown),
        Action("reset", "Reset view", "View", view.reset, ("Space",), shown, None, True,
               "Default window, fitted, not inverted"),
        Action("regularise", "Regularise slices", "View", reading.regularise, ("Ctrl+R",),
               lambda: reading.can_regularise, None, False,
               "Resample slices with gaps, tilt or uneven spacing to a regular volume"),
        Action("corner-text", "Corner text", "View", lambda: view.set_corner_text(not view.corner_text), ("T",), shown,
               lambda: view.corner_text),
        Action("overlays", "Overlays of the file", "View", lambda: view.set_overlays(not view.overlays), ("O",),
               lambda: desk.overlaid, lambda: view.overlays, False, "Show or hide the graphics stored with the image"),
    )  # fmt: skip


def _tool_actions(desk: Desk) -> Sequence[Action]:
    tools: tuple[tuple[Tool, str, str, str], ...] = (
        ("window", "Window", "W", "Left drag: right is wider, up is brighter"),
        ("scroll", "Scroll", "S", "Left drag scrolls through the slices"),
        ("pan", "Pan", "M", "Left drag moves the picture (middle button always does)"),
        ("zoom", "Zoom", "Z", "Left drag zooms (right button always does)"),
        ("brush", "Brush", "B", "Left drag paints the active label"),
        ("eraser", "Eraser", "E", "Left drag erases"),
    )

    def action(tool: Tool, text: str, key: str, hint: str) -> Action:
        return Action(
            f"tool-{tool}", text, "Tools", lambda: desk.view.set_tool(tool), (key,),
            lambda: desk.shown, lambda: desk.view.tool == tool, True, hint,
        )  # fmt: skip

    view = desk.view
    return (
        *(action(*tool) for tool in tools),
        Action("bigger-brush", "Bigger brush", "Tools", lambda: view.set_radius_mm(view.radius_mm * 1.2), ("]",)),
        Action("smaller-brush", "Smaller brush", "Tools", lambda: view.set_radius_mm(view.radius_mm / 1.2), ("[",)),
    )


def _preset_actions(desk: Desk) -> Sequence[Action]:
    def action(key: int) -> Action:
        window = PRESETS[key]
        return Action(
            f"preset-{key}", f"{window.name}  {window.width:g} / {window.centre:g}", "Window",
            lambda: desk.reading.apply_preset(key), (str(key),), lambda: desk.shown,
        )  # fmt: skip

    return (
        Action("file-window", "Next of the file", "Window", desk.reading.next_proposal, ("0",), lambda: desk.shown,
               None, False, "Go through the windows and tables that the file proposes"),
        *(action(key) for key in PRESETS),
    )  # fmt: skip


def _mask_actions(desk: Desk) -> Sequence[Action]:
    state, annotating = desk.segmentation, desk.annotating

    def unsaved() -> bool:
        return desk.shown and not state.saved

    return (
        Action("undo", "Undo", "Edit", state.undo, ("Ctrl+Z",), lambda: state.history.can_undo, None, True),
        Action("redo", "Redo", "Edit", state.redo, ("Ctrl+Y", "Ctrl+Shift+Z"), lambda: state.history.can_redo, None,
               True),
        Action("clear-slice", "Clear slice", "Edit", lambda: annotating.clear_slice(desk.view.k), ("Delete",),
               lambda: desk.shown),
        Action("save", "Save annotation", "File", annotating.save, ("Ctrl+S",), unsaved, None, True,
               "Keep the mask in the library"),
        Action("mask-visible", "Show annotation", "Edit", lambda: state.set_visible(not state.visible), ("G",),
               lambda: desk.shown, lambda: state.visible),
    )  # fmt: skip


def _ai(desk: Desk) -> Sequence[Action]:
    findings, inferring = desk.findings, desk.inferring

    def explain(method: Method) -> Callable[[], None]:
        return lambda: inferring.explain_top(method)

    def predicted() -> bool:
        return findings.prediction is not None

    return (
        Action("predict", "Run model", "Model", inferring.predict, ("P",), lambda: desk.shown, None, False,
               "Run the chosen model on the shown series"),
        Action("accept", "Accept mask", "Model", desk.annotating.accept, ("A",), lambda: desk.proposed),
        Action("reject", "Put prediction away", "Model", desk.annotating.reject, ("X",), predicted),
        Action("gradcam", "Explain: Grad-CAM", "Model", explain("gradcam"), ("H",), predicted),
        Action("integrated-gradients", "Explain: integrated gradients", "Model", explain("integrated-gradients"),
               ("Shift+H",), predicted),
        Action("proposal-visible", "Show proposed mask", "Model",
               lambda: findings.set_proposal_visible(not findings.proposal_visible), ("Shift+G",),
               lambda: desk.proposed, lambda: findings.proposal_visible),
        Action("heat-visible", "Show heat map", "Model",
               lambda: findings.set_heat_visible(not findings.heat_visible), ("Ctrl+H",),
               lambda: findings.heat is not None, lambda: findings.heat_visible),
    )  # fmt: skip
