"""What a classification model would answer to the questions of a label set."""

from collections.abc import Sequence

from imaging.classification import Kind, Question
from inference.prediction import Prediction
from viewer.state.classification import Proposal

LIKELY = 0.5
"""Probability from which a finding is one of several."""


def proposed(prediction: Prediction, questions: Sequence[Question]) -> tuple[Proposal, ...]:
    """Proposals for the questions that have a choice for each finding of the model, by its name."""
    found = (_answered(prediction, question) for question in questions)
    return tuple(proposal for proposal in found if proposal is not None)


def _answered(prediction: Prediction, question: Question) -> Proposal | None:
    probabilities = {each.label: each.probability for each in prediction.findings}
    if not probabilities or not set(probabilities) <= {each.name for each in question.choices}:
        return None
    if question.kind is Kind.SEVERAL:
        likely = {name for name, probability in probabilities.items() if probability >= LIKELY}
    else:
        likely = {max(probabilities, key=lambda name: probabilities[name])}
    if not likely:
        return None
    chosen = tuple(each for each in question.choices if each.name in likely)
    lowest = min(probabilities[name] for name in likely)
    return Proposal(question.name, chosen, lowest, prediction.model, prediction.version)
