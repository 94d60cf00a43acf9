"""Refining: the model draws again, with what a person drew and erased as given."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from imaging.editing import MaskEdit, Region
from imaging.editing.boxes import whole
from imaging.editing.edit import changed
from imaging.editing.greys import greys
from imaging.editing.refining import reach, refine
from imaging.handwork import Handwork, handwork
from imaging.history import Step
from imaging.progress import Report
from inference.prediction import Prediction
from inference.probability import ProbabilityMap
from viewer.commands.annotating import ACCEPT
from viewer.commands.editing import Editing
from viewer.commands.inferring import Inferring
from viewer.commands.operations import Task
from viewer.state.findings import Findings
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation

REFINE = "Refine"
NOTHING = "Refine starts from your strokes: draw what the model missed or erase what is wrong, then refine."


@dataclass(frozen=True, eq=False)
class Opinion:
    """What the model says of the active label.

    Attributes:
        maps: probabilities on the grid of the mask.
        value: of the model's label that the active one stands for; None where it is any of them.
        proposed: gives where the model itself draws that label.
    """

    maps: ProbabilityMap
    value: int | None
    proposed: Callable[[], Region | None]


class Refining:
    """Proposes the active label as it would be had the model known what the person knows."""

    def __init__(
        self,
        segmentation: Segmentation,
        findings: Findings,
        notices: Notices,
        editing: Editing,
        inferring: Inferring,
    ) -> None:
        self._segmentation, self._findings = segmentation, findings
        self._notices, self._editing, self._inferring = notices, editing, inferring

    def run(self) -> None:
        """Refine the active label; the model is run first where its probabilities are not at hand."""
        opinion = self._opinion()
        if opinion is None:
            self._inferring.predict(self._refine)
        else:
            self._refine()

    def _refine(self) -> None:
        """Work the change out and propose it; what the model proposed is put out of sight."""
        opinion, task = self._opinion(), self._editing.task()
        if task is None:
            return
        if opinion is None:
            self._notices.add("warning", "Refine needs a model that draws lesions, and this one gives classes only.")
            return
        self._findings.set_proposal_visible(False)
        steps, layer = self._segmentation.history.done, self._segmentation.layer
        hand = partial(_hand, steps, layer, task, opinion)
        self._editing.work_out(REFINE, partial(refined, task, hand, opinion), NOTHING)

    def _opinion(self) -> Opinion | None:
        prediction = self._findings.prediction
        maps = None if prediction is None else prediction.probabilities
        if prediction is None or maps is None or maps.geometry.shape_kji != self._segmentation.array.shape:
            return None
        label = self._segmentation.active_label
        value = None if label is None else _value_of(label.name, prediction)
        return Opinion(maps, value, partial(_drawn_by, prediction, value))


def refined(task: Task, hand: Callable[[], Handwork | None], opinion: Opinion, report: Report) -> MaskEdit | None:
    """The change that refining makes; None where there is nothing to start from, or nothing changes.

    Raises:
        Cancelled: by ``report``.
    """
    report(0, 0, REFINE)
    work = hand()
    if work is None:
        return None
    box = reach(work.fresh, task.reach)
    maps, value = opinion.maps, opinion.value
    probable = maps.any_within(box) if value is None else maps.within(value, box)
    image = greys(task.image, box)
    new = refine(task.array, task.value, work.drawn, box, image, probable, task.reach, report)
    now = task.array[box]
    match task.options.merge:
        case "add":
            new = np.where(now == 0, new, now)
        case "take":
            new = np.where(new == 0, new, now)
        case _:
            pass
    return changed(task.array, box, new, REFINE, task.editable)


def _hand(steps: tuple[Step, ...], layer: int, task: Task, opinion: Opinion) -> Handwork | None:
    """What the person changed: by the undo line, or, where that tells of no model, what differs from its mask.

    A label that holds less than half of what the model draws does not descend from it: all of it is handwork.
    """
    if any(_by_model(step.name) for step in steps):
        return handwork(steps, _by_model, layer)
    proposed, differs = opinion.proposed(), task.array == task.value
    if proposed is not None:
        inside = differs[proposed.box]
        if 2 * np.count_nonzero(inside & proposed.inside) > proposed.count:
            inside ^= proposed.inside
    region = Region(whole(task.array.shape), differs).tight()
    return None if region is None else Handwork(region, region)


def _by_model(step: str) -> bool:
    return step == REFINE or step.startswith(ACCEPT)


def _value_of(name: str, prediction: Prediction) -> int | None:
    """The model's label of this name, or of the name before a number that tells copies apart."""
    labels = () if prediction.mask is None else prediction.mask.labels
    stem, _, number = name.rpartition(" ")
    names = (name, stem) if number.isdigit() else (name,)
    return next((label.value for label in labels if label.name in names), None)


def _drawn_by(prediction: Prediction, value: int | None) -> Region | None:
    mask = prediction.mask
    if mask is None:
        return None
    inside = mask.array != 0 if value is None else mask.array == value
    return Region(whole(mask.array.shape), inside).tight()
