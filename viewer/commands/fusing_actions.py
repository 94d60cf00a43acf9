"""Laying a second volume over the first, by menu and key."""

from collections.abc import Callable

from viewer.commands.action import Action
from viewer.commands.fusing import Fusing
from viewer.state.session import Session

STEP = 0.1


def fusing_actions(session: Session, fusing: Fusing) -> tuple[Action, ...]:
    """Everything in the menu of fusion."""

    def fused() -> bool:
        return session.view.fusion is not None

    def possible() -> bool:
        return fused() or bool(fusing.candidates)

    def fade(step: float) -> Callable[[], None]:
        def change() -> None:
            fusion = session.view.fusion
            if fusion is not None:
                fusing.set_opacity(fusion.opacity + step)

        return change

    return (
        Action("next-fusion", "Next volume over this one", "View/Fusion", fusing.next, ("Ctrl+Shift+F",), possible,
               hint="The other volumes of the study, one after the other, then none"),
        Action("fusion-stronger", "Stronger", "View/Fusion", fade(STEP), ("Alt+PgUp",), fused),
        Action("fusion-fainter", "Fainter", "View/Fusion", fade(-STEP), ("Alt+PgDown",), fused),
        Action("next-fusion-colours", "Next colours of the volume over", "View/Fusion", fusing.next_colours,
               ("Alt+Home",), fused),
    )  # fmt: skip
