"""Colour tables for grey images."""

from collections.abc import Callable

from imaging.colour_tables import COLOUR_TABLES, ColourTable
from viewer.commands.action import Action
from viewer.state.session import Session

_ORDER: tuple[ColourTable | None, ...] = (None, *COLOUR_TABLES.values())


def colour_actions(session: Session) -> tuple[Action, ...]:
    """Everything in the menu of colours: each table with a key of its own, and the steps through them."""

    def grey() -> bool:
        return session.volume is not None and not session.volume.is_colour

    def step(count: int) -> Callable[[], None]:
        def change() -> None:
            at = _ORDER.index(session.view.colours) + count
            session.view.set_colours(_ORDER[at % len(_ORDER)])

        return change

    def choose(table: ColourTable | None) -> Callable[[], None]:
        return lambda: session.view.set_colours(table)

    def action(number: int, table: ColourTable | None) -> Action:
        name, text, hint = ("grey", "Grey", "") if table is None else (table.name.lower(), table.name, table.source)
        key = f"Ctrl+Shift+F{number}"
        return Action(f"colours-{name.replace(' ', '-')}", text, "View/Colours", choose(table), (key,), grey,
                      lambda: session.view.colours is table, False, hint)  # fmt: skip

    return (
        *(action(number, table) for number, table in enumerate(_ORDER, 1)),
        Action("next-colours", "Next colours", "View/Colours", step(1), ("Shift+K",), grey, None, False,
               "Grey, then one colour table after the other", apart=True),
        Action("previous-colours", "Previous colours", "View/Colours", step(-1), ("Ctrl+Shift+J",), grey),
    )  # fmt: skip
