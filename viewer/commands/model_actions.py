"""The Model menu: a model's answer asked for, looked at, taken or put away."""

from collections.abc import Callable

from viewer.commands.action import Action
from viewer.commands.annotating import Annotating
from viewer.commands.inferring import Inferring, Method
from viewer.state.findings import Findings
from viewer.state.session import Session


def model_actions(
    session: Session, findings: Findings, annotating: Annotating, inferring: Inferring
) -> tuple[Action, ...]:
    """Everything in the menu of models but refining."""

    def explain(method: Method) -> Callable[[], None]:
        return lambda: inferring.explain_top(method)

    def predicted() -> bool:
        return findings.prediction is not None

    def proposed() -> bool:
        return findings.prediction is not None and findings.prediction.mask is not None

    return (
        Action("predict", "Run model", "Model", inferring.predict, ("P",), session.has_volume, None, False,
               "Run the chosen model on the shown series"),
        *_accepting(findings, annotating),
        Action("reject", "Put prediction away", "Model", annotating.reject, ("X",), predicted),
        Action("gradcam", "Explain: Grad-CAM", "Model", explain("gradcam"), ("H",), predicted, apart=True),
        Action("integrated-gradients", "Explain: integrated gradients", "Model", explain("integrated-gradients"),
               ("Shift+H",), predicted),
        Action("proposal-visible", "Show proposed mask", "Model",
               lambda: findings.set_proposal_visible(not findings.proposal_visible), ("Shift+G",),
               proposed, lambda: findings.proposal_visible, apart=True),
        Action("heat-visible", "Show heat map", "Model",
               lambda: findings.set_heat_visible(not findings.heat_visible), ("Ctrl+H",),
               lambda: findings.heat is not None, lambda: findings.heat_visible),
    )  # fmt: skip


def _accepting(findings: Findings, annotating: Annotating) -> tuple[Action, ...]:
    def acceptable() -> bool:
        return findings.acceptable

    return (
        Action("accept", "Accept mask", "Model", annotating.accept, ("A",), acceptable),
        Action("accept-beside", "Accept as new segments", "Model", lambda: annotating.accept("beside"), (), acceptable,
               None, False, "Voxels that have a label stay as they are"),
        Action("accept-empty", "Accept only where empty", "Model", lambda: annotating.accept("empty"), (), acceptable,
               None, False, "Segments of the same name grow; what has a label stays"),
        Action("accept-replace", "Accept in place of the mask", "Model", lambda: annotating.accept("replace"), (),
               acceptable, None, False, "What is drawn goes; undo brings it back"),
    )  # fmt: skip
