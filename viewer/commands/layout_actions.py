"""Viewports: how many, which one, and what they do together."""

from collections.abc import Callable

from viewer.commands.action import Action
from viewer.commands.hanging import Hanging
from viewer.commands.reading import Reading
from viewer.state.layout import LAYOUTS, Layout
from viewer.state.links import Follow, Links
from viewer.state.session import Session

_KEYS = {
    "1x1": "Ctrl+Alt+1",
    "1x2": "Ctrl+Alt+2",
    "1x3": "Ctrl+Alt+3",
    "2x2": "Ctrl+Alt+4",
    "2x3": "Ctrl+Alt+6",
    "mpr": "Ctrl+M",
    "mpr-columns": "Ctrl+Shift+M",
}
_MORE_KEYS = {
    "2x4": "Ctrl+Alt+8",
    "3x3": "Ctrl+Alt+9",
    "3x4": "Ctrl+Alt+0",
    "2x1": "Ctrl+Alt+Shift+2",
    "3x1": "Ctrl+Alt+Shift+3",
    "1x4": "Ctrl+Alt+Shift+4",
    "3x2": "Ctrl+Alt+Shift+6",
}
"""With Shift: as many viewports, laid out the other way."""


def layout_actions(session: Session, links: Links, reading: Reading, hanging: Hanging) -> tuple[Action, ...]:
    """Everything in the Layout menu."""
    return (
        *(_layout(session, reading, LAYOUTS[name]) for name in sorted(LAYOUTS, key=lambda name: name not in _KEYS)),
        *_viewports(session),
        *_stages(hanging),
        *_links(session, links),
    )


def _layout(session: Session, reading: Reading, layout: Layout) -> Action:
    key = _KEYS.get(layout.name) or _MORE_KEYS[layout.name]

    def possible() -> bool:
        return not layout.one_volume or session.active.can_cut

    menu = "Layout" if layout.name in _KEYS else "Layout/More rows and columns"
    return Action(
        f"layout-{layout.name}", layout.text, menu, lambda: reading.lay_out(layout), (key,), possible,
        lambda: session.layout == layout,
    )  # fmt: skip


def _viewports(session: Session) -> tuple[Action, ...]:
    def several() -> bool:
        return len(session.panes) > 1

    def step(count: int) -> Callable[[], None]:
        def go() -> None:
            at = session.panes.index(session.active) + count
            session.activate(session.panes[at % len(session.panes)])

        return go

    return (
        Action("maximise", "Maximise viewport", "Layout", lambda: session.set_maximised(not session.maximised), ("F",),
               several, lambda: session.maximised, False, "A double click does the same", apart=True),
        Action("next-viewport", "Next viewport", "Layout", step(1), ("F6",), several),
        Action("previous-viewport", "Previous viewport", "Layout", step(-1), ("Shift+F6",), several),
    )  # fmt: skip


def _stages(hanging: Hanging) -> tuple[Action, ...]:
    def several() -> bool:
        return hanging.several

    return (
        Action("next-stage", "Next stage", "Layout", lambda: hanging.step(1), (".",), several, None, False,
               "The next arrangement of the hanging protocol", apart=True),
        Action("previous-stage", "Previous stage", "Layout", lambda: hanging.step(-1), (",",), several),
        Action("next-protocol", "Next hanging protocol", "Layout", hanging.next_protocol, ("Ctrl+.",),
               lambda: hanging.several_protocols),
    )  # fmt: skip


def _links(session: Session, links: Links) -> tuple[Action, ...]:
    def several() -> bool:
        return len(session.panes) > 1

    def follow(how: Follow, text: str, key: str, hint: str) -> Action:
        def change() -> None:
            links.set_follow("off" if links.follow == how else how)

        return Action(f"link-{how}", text, "Layout", change, (key,), several, lambda: links.follow == how, False, hint)

    return (
        follow("position", "Scroll together by place", "L", "Viewports in one frame of reference show the same place"),
        follow("offset", "Scroll together from here", "Shift+L",
               "Viewports keep the distance they have now, also between examinations"),
        Action("link-window", "Window together", "Layout", lambda: links.set_window(not links.window), ("Shift+W",),
               several, lambda: links.window, apart=True),
        Action("link-zoom", "Zoom and pan together", "Layout", lambda: links.set_zoom(not links.zoom), ("Shift+Z",),
               several, lambda: links.zoom),
    )  # fmt: skip
