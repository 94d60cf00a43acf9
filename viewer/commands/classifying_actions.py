"""Questions by keys and menu."""

from viewer.commands.action import Action
from viewer.commands.classifying import Classifying
from viewer.state.classification import Classification

MENU = "Edit/Questions"


def classifying_actions(state: Classification, classifying: Classifying) -> tuple[Action, ...]:
    """Everything in the menu of questions; single answers are given in the panel."""

    def asked() -> bool:
        return bool(state.asked)

    def proposed() -> bool:
        return bool(classifying.open_proposals)

    return (
        Action("answer-questions", "Answer questions", MENU, state.asked_for.emit, ("Ctrl+Alt+A",), asked, None, False,
               "To the questions about what is shown: numbers answer, Tab goes on, Escape goes back"),
        Action("next-label-set", "Next label set", MENU, classifying.choose_next, ("Ctrl+Shift+Q",),
               lambda: bool(state.subjects)),
        Action("accept-answers", "Take over the model's answers", MENU, classifying.accept_all,
               ("Ctrl+Alt+Return",), proposed, None, False,
               "Each is a step that can be undone; the answers name the model"),
    )  # fmt: skip
