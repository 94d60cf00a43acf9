"""The viewports of one window: the main one, or one beside it that may stand on another monitor."""

from viewer.state.layout import Layout
from viewer.state.pane import Pane


class Sheet:
    """What one window shows; changed by the session only.

    Attributes:
        layout: how its viewports share it.
        panes: one per cell of the layout.
        active: the viewport of this window that was worked in last.
        maximised: that one has the whole window.
    """

    def __init__(self, layout: Layout, panes: tuple[Pane, ...]) -> None:
        self.layout, self.panes = layout, panes
        self.active = panes[0]
        self.maximised = False

    @property
    def shown_panes(self) -> tuple[Pane, ...]:
        """The viewports that are seen: all, or the one that is maximised."""
        return (self.active,) if self.maximised else self.panes
