"""One thing a person can do; menus, toolbar and keys are made from a table of these."""

from collections.abc import Callable
from dataclasses import dataclass

Check = Callable[[], bool]


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Action:
    """One thing to do.

    Attributes:
        menu: title of the menu it stands in; ``"View/Planes"`` is a menu in a menu.
        keys: shortcuts, Qt's portable spelling.
        enabled: asked whenever the state changes.
        checked: for actions that are on or off, else None.
        tool: True for the toolbar.
        short: what its button there says, where ``text`` is long.
        apart: a line stands above it in the menu.
        caption: what the menu says instead of ``text``, where that depends on what is shown; empty hides the action.
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
    caption: Callable[[], str] | None = None
    short: str = ""
    apart: bool = False

    @property
    def words(self) -> str:
        """What the action is called now; empty while it has nothing to do with what is shown."""
        return self.text if self.caption is None else self.caption()
