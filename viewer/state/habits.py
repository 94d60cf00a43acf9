"""How a person likes to look at pictures, from one day to the next. Values only."""

from typing import Annotated

from pydantic import Field

from viewer.settings import Place, SettingsFile
from viewer.state.layout import LAYOUTS
from viewer.state.links import Follow
from viewer.state.marks import CornerText


class Habits(SettingsFile):
    """What is drawn, what viewports do together and the layout of the main window.

    What a file asks to cover or to draw over is not among it: nothing a file says is left out for good.
    """

    corner_text: CornerText = "all"
    reference_lines: bool = True
    window_ends: bool = False
    smooth: bool = True
    follow: Follow = "position"
    link_window: bool = False
    link_zoom: bool = False
    layout: Annotated[str, Field(max_length=40)] = "1x1"

    def problem(self) -> tuple[Place, str] | None:
        """A layout that there is not."""
        if self.layout in LAYOUTS:
            return None
        return ["layout"], f"layout {self.layout!r}: expected one of {', '.join(LAYOUTS)}"
