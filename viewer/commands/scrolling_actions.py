"""Stepping through slices, series and phases, and playing clips."""

from collections.abc import Callable

from viewer.commands.action import Action
from viewer.commands.playing import Playing
from viewer.commands.reading import Reading
from viewer.state.session import Session

SLOWEST, FASTEST = 0.25, 4.0


def scrolling_actions(session: Session, reading: Reading) -> tuple[Action, ...]:
    """Slices, series, phases, and playing through them."""

    shown = session.has_volume

    def several() -> bool:
        return shown() and session.view.frames > 1

    def go(count: int) -> Callable[[], None]:
        return lambda: session.view.scroll(count)

    return (
        Action("next-slice", "Next slice", "View/Scroll", go(1), ("Down",), several),
        Action("previous-slice", "Previous slice", "View/Scroll", go(-1), ("Up",), several),
        Action("forward-10", "Ten slices on", "View/Scroll", go(10), ("Shift+Down",), several),
        Action("back-10", "Ten slices back", "View/Scroll", go(-10), ("Shift+Up",), several),
        Action("first-slice", "First slice", "View/Scroll", lambda: session.view.scroll(-session.view.frames),
               ("Home",), several),
        Action("last-slice", "Last slice", "View/Scroll", lambda: session.view.scroll(session.view.frames),
               ("End",), several),
        Action("next-series", "Next series", "View/Scroll", lambda: reading.step_series(1), ("PgDown",), shown),
        Action("previous-series", "Previous series", "View/Scroll", lambda: reading.step_series(-1), ("PgUp",), shown),
        Action("first-series", "First series", "View/Scroll", lambda: reading.go_to_series(0), ("Ctrl+PgUp",), shown),
        Action("last-series", "Last series", "View/Scroll", lambda: reading.go_to_series(-1), ("Ctrl+PgDown",), shown),
        Action("next-phase", "Next phase", "View/Scroll", lambda: reading.step_phase(1), ("Ctrl+Right",),
               reading.has_phases, None, False, "The same slice at the next point in time, echo or b value"),
        Action("previous-phase", "Previous phase", "View/Scroll", lambda: reading.step_phase(-1), ("Ctrl+Left",),
               reading.has_phases),
        *_playing(session, several),
    )  # fmt: skip


def _playing(session: Session, several: Callable[[], bool]) -> tuple[Action, ...]:
    playing = Playing(session)

    def change_speed(factor: float) -> Callable[[], None]:
        def change() -> None:
            speed = session.view.speed * factor
            session.view.set_speed(max(SLOWEST, min(speed, FASTEST)))

        return change

    return (
        Action("play", "Play", "View", playing.toggle, ("C",), several, lambda: session.view.playing, True,
               "Play the clip at its own frame times"),
        Action("play-all", "Play all viewports", "View/Playing", playing.toggle_all, ("Alt+Shift+P",),
               lambda: len(session.shown_panes) > 1, lambda: any(pane.view.playing for pane in session.shown_panes),
               hint="Every clip at its own frame times, or all of them stopped"),
        Action("play-faster", "Play twice as fast", "View/Playing", change_speed(2), ("Alt+.",), several, None, False,
               f"Up to {FASTEST:g} times the clip's own speed"),
        Action("play-slower", "Play half as fast", "View/Playing", change_speed(0.5), ("Alt+,",), several),
        Action("play-to-and-fro", "Play to and fro", "View/Playing",
               lambda: session.view.set_sweep(not session.view.sweep), ("Ctrl+Shift+C",), several,
               lambda: session.view.sweep, False, "To the last frame and back, instead of beginning anew"),
    )  # fmt: skip
