"""What models find and why, corrected by a person, and a model made from the correction."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from viewer.tour.exhibits import Exhibits
from viewer.tour.visitor import Visitor
from viewer.waiting import wait_until

TRAINING_TIMEOUT_S = 600.0


def find(visitor: Visitor, exhibits: Exhibits) -> None:
    """Lesions in the CT, accepted and corrected."""
    visitor.open(exhibits.study)
    visitor.show("CT")
    visitor.do("preset-2", "predict")
    _go_to_largest(visitor)
    visitor.picture("proposed lesion mask")
    visitor.do("gradcam")
    visitor.picture("Grad-CAM of the lesion model")
    visitor.do("integrated-gradients")
    visitor.picture("integrated gradients of the lesion model")
    visitor.do("heat-visible")
    _correct(visitor)


def _correct(visitor: Visitor) -> None:
    at = visitor.patient
    visitor.tab("Segments")
    visitor.do("accept-replace")
    visitor.picture("accepted in place of what was drawn")
    visitor.go_to((76.0, 58.0, -46.0))
    visitor.do("next-segment", "tool-box-lesion")
    visitor.drag(at(42, 34, -46), at(110, 84, -46))
    visitor.settle("the boxed lesion")
    visitor.picture("lesion found in a box")
    visitor.do("edit-confirm", "tool-find-lesion")
    visitor.click(at(-72, 62, -46))
    visitor.settle("the clicked lesion")
    visitor.picture("lesion found by a click")
    visitor.do("edit-discard", "tool-brush")
    visitor.drag(at(50, 45, -46), at(60, 40, -46))
    visitor.picture("corrected with the brush")
    visitor.do("refine")
    visitor.picture("refined by the model, strokes kept")
    visitor.do("edit-discard", "undo")
    visitor.picture("undone")
    visitor.do("save", "tool-window")
    visitor.picture("saved in the library")
    visitor.tab("Findings")


def judge_film(visitor: Visitor, exhibits: Exhibits) -> None:
    """Findings of the radiograph, and what they rest on."""
    visitor.open(exhibits.study)
    visitor.show("DX")
    visitor.do("predict")
    visitor.picture("findings of the chest X-ray model")
    _answer(visitor)
    visitor.tab("Findings")
    visitor.do("gradcam")
    visitor.picture("Grad-CAM of the chest X-ray model")
    visitor.do("integrated-gradients")
    visitor.picture("integrated gradients of the chest X-ray model")


def _answer(visitor: Visitor) -> None:
    """Questions about the film, answered by keys; one answer is the model's."""
    questions = visitor.main.sides.questions
    visitor.do("answer-questions")
    wait_until(lambda: bool(questions.rows), "the questions")
    for row, keys in zip(questions.rows, ((), (Qt.Key.Key_Return,), (Qt.Key.Key_1, Qt.Key.Key_4)), strict=False):
        for key in keys:
            QTest.keyClick(row, key)
    visitor.picture("questions answered by keys, one by the model")


def learn(visitor: Visitor, exhibits: Exhibits) -> None:
    """A model trained on the corrected mask, and what it proposes."""
    main = visitor.main
    visitor.open(exhibits.study)
    visitor.show("CT")
    visitor.tab("Train")
    visitor.picture("training panel")
    package = next(p for p in main.models.packages if p.manifest and p.manifest.task == "segmentation")
    main.teaching.start("tour-lesions", package.folder, 2)
    wait_until(lambda: not main.learning.running, "training", TRAINING_TIMEOUT_S)
    visitor.picture("trained for two epochs")
    main.models.choose(next(p for p in main.models.packages if p.manifest and p.manifest.name == "tour-lesions"))
    visitor.tab("Findings")
    visitor.do("predict")
    _go_to_largest(visitor)
    visitor.picture("prediction of the retrained model")


def _go_to_largest(visitor: Visitor) -> None:
    """Go to the slice with most of the proposed mask."""
    prediction = visitor.main.findings.prediction
    if prediction is not None and prediction.mask is not None:
        visitor.main.view.set_slice(int(prediction.mask.array.any(axis=2).sum(axis=1).argmax()))
