"""Undo, save and show: what is done with a mask as a whole."""

from viewer.commands.action import Action
from viewer.commands.annotating import Annotating
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session


def mask_actions(session: Session, segmentation: Segmentation, annotating: Annotating) -> tuple[Action, ...]:
    """Steps of the undo line, and the mask they are made on."""
    shown = session.has_volume

    def unsaved() -> bool:
        return shown() and not segmentation.saved

    return (
        Action("undo", "Undo", "Edit", segmentation.undo, ("Ctrl+Z",), lambda: segmentation.history.can_undo, None,
               True, caption=lambda: _with_name("Undo", segmentation.history.undo_name), short="Undo"),
        Action("redo", "Redo", "Edit", segmentation.redo, ("Ctrl+Y", "Ctrl+Shift+Z"),
               lambda: segmentation.history.can_redo, None, True,
               caption=lambda: _with_name("Redo", segmentation.history.redo_name), short="Redo"),
        Action("clear-slice", "Clear slice", "Edit", annotating.clear_shown, ("Delete",), shown, None, False,
               "Every segment that is neither locked nor hidden, on the shown plane"),
        Action("save", "Save annotation", "File", annotating.save, ("Ctrl+S",), unsaved, None, True,
               "Keep the mask in the library", short="Save", apart=True),
        Action("mask-visible", "Show annotation", "Edit", lambda: segmentation.set_visible(not segmentation.visible),
               ("G",), shown, lambda: segmentation.visible),
    )  # fmt: skip


def _with_name(verb: str, step: str) -> str:
    """What undo or redo would do, as ``Undo: Brush``."""
    return f"{verb}: {step}" if step else verb
