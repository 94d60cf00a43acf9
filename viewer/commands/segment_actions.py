"""Segments by keys and menu."""

from viewer.commands.action import Action
from viewer.commands.seeking import Seeking
from viewer.commands.segmenting import Segmenting
from viewer.state.segmentation import Segmentation

MENU = "Edit/Segments"


def segment_actions(segmentation: Segmentation, segmenting: Segmenting, seeking: Seeking) -> tuple[Action, ...]:
    """Everything in the menu of segments."""

    def some() -> bool:
        return segmenting.active is not None

    def locked() -> bool:
        label = segmenting.active
        return label is not None and label.locked

    def sought() -> bool:
        return seeking.possible

    def overlapping() -> bool:
        return segmenting.overlaps(segmentation.active)

    return (
        Action("next-segment", "Next segment", MENU, lambda: segmenting.step(1), ("Ctrl+Alt+Down",), some),
        Action("previous-segment", "Previous segment", MENU, lambda: segmenting.step(-1), ("Ctrl+Alt+Up",), some),
        Action("solo-segment", "Show this segment alone", MENU, segmenting.toggle_solo, ("Ctrl+Alt+S",), some,
               lambda: segmentation.solo is not None),
        Action("lock-segment", "Lock segment", MENU, segmenting.toggle_lock, ("Ctrl+Alt+L",), some, locked, False,
               "No tool changes its voxels"),
        Action("overlap-segment", "May overlap others", MENU, segmenting.toggle_overlapping, ("Ctrl+Alt+V",), some,
               overlapping, False, "Its voxels may be those of other segments too; painting takes none from them"),
        Action("go-to-segment", "Go to the largest slice", MENU, lambda: segmenting.go_to(segmentation.active),
               ("Ctrl+Alt+G",), some),
        Action("next-marked", "Next marked slice", MENU, lambda: seeking.step(1), ("Alt+Shift+Down",), sought,
               hint="With some of what is compared or proposed, else of the active segment"),
        Action("previous-marked", "Previous marked slice", MENU, lambda: seeking.step(-1), ("Alt+Shift+Up",), sought),
        Action("delete-segment", "Delete segment", MENU, segmenting.delete, ("Ctrl+Shift+Del",), some, None, False,
               "With its voxels; undo brings them back"),
    )  # fmt: skip
