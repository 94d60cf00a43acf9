"""Colour tables for grey images."""

from collections.abc import Callable

from imaging.colour_tables import COLOUR_TABLES, ColourTable
from viewer.commands.action import Action
from viewer.state.session import Session

_ORDER: tuple[ColourTable | None, ...] = (None, *COLOUR_TABLES.values())


def colour_actions(session: Session) -> tuple[Action, ...]:
    """Everything in the menu of colours."""

    def grey() -> bool:
        return session.volume is not None and not session.volume.is_colour

    def step() -> None:
        at = _ORDER.index(session.view.colours) + 1
        session.view.set_colours(_ORDER[at % len(_ORDER)])

    def choose(table: ColourTable | None) -> Callable[[], None]:
        return lambda: session.view.set_colours(table)

    def action(table: ColourTable | None) -> Action:
        name, text, hint = ("grey", "Grey", "") if table is None else (table.name.lower(), table.name, table.source)
        return Action(f"colours-{name.replace(' ', '-')}", text, "View/Colours", choose(table), (), grey,
                      lambda: session.view.colours is table, False, hint)  # fmt: skip

    return (
        *(action(table) for table in _ORDER),
        Action("next-colours", "Next colours", "View/Colours", step, ("Shift+K",), grey, None, False,
               "Grey, then one colour table after the other"),
    )  # fmt: skip
