"""The Window menu: presets on their keys, those without a key, and the windows of the file."""

from collections.abc import Callable

from viewer.commands.action import Action
from viewer.commands.presetting import Presetting
from viewer.commands.windowing import Windowing
from viewer.state.session import Session

OF_THE_FILE = "Window/Of the file"
MOST_WITHOUT_KEY = 12
"""Presets without a key that the menu has room for; all are in the dialog."""


def preset_actions(session: Session, windowing: Windowing, presetting: Presetting) -> tuple[Action, ...]:
    """Everything in the Window menu; which presets it lists depends on what is shown."""

    def caption(key: int) -> Callable[[], str]:
        return lambda: presetting.text(key)

    def on_key(key: int) -> Action:
        return Action(f"preset-{key}", f"Preset {key}", "Window", lambda: presetting.apply(key), (str(key),),
                      lambda: presetting.has(key), caption=caption(key))  # fmt: skip

    def without_key(n: int) -> Action:
        def run() -> None:
            presetting.show(presetting.without_key[n])

        def words() -> str:
            return presetting.without_key[n].text if n < len(presetting.without_key) else ""

        return Action(
            f"preset-other-{n + 1}",
            f"Preset {n + 1} without a key",
            "Window",
            run,
            (),
            session.has_volume,
            caption=words,
        )

    def of_file(number: int, text: str) -> Action:
        return Action(f"file-window-{number}", text, OF_THE_FILE, lambda: windowing.show_proposal(number - 1), (),
                      lambda: len(windowing.proposals) >= number)  # fmt: skip

    return (
        Action("file-window", "Next of the file", OF_THE_FILE, windowing.next_proposal, ("0",), session.has_volume,
               None, False, "Go through the windows and tables that the file proposes"),
        of_file(1, "First of the file"),
        of_file(2, "Second of the file"),
        *(on_key(key) for key in range(1, 10)),
        *(without_key(n) for n in range(MOST_WITHOUT_KEY)),
    )  # fmt: skip
