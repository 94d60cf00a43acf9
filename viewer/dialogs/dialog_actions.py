"""What opens a dialog, for the table of actions."""

from collections.abc import Callable

from viewer.commands.action import Action
from viewer.dialogs.dialogs import Dialogs
from viewer.state.session import Session


def dialog_actions(session: Session, dialogs: Callable[[], Dialogs]) -> tuple[Action, ...]:
    """An action for each dialog; ``dialogs`` is asked when one is run, as dialogs need the table to be made."""

    def has_file() -> bool:
        return session.series is not None

    return (
        Action("presets", "Edit window presets…", "Window", lambda: dialogs().presets.open_anew(),
               ("Ctrl+Shift+W",), apart=True),
        Action("keep-window", "Keep this window as a preset…", "Window", lambda: dialogs().presets.keep_shown(),
               ("Ctrl+Alt+W",), session.has_volume),
        Action("corners", "Corner texts…", "View/Marks", lambda: dialogs().corners.open_anew(), ("Ctrl+Shift+T",),
               session.has_volume, hint="Which lines stand in which corner, for each modality"),
        Action("calibrate-monitor", "Calibrate this monitor…", "View/Zoom",
               lambda: dialogs().monitor_calibration.open_anew(), ("Ctrl+Shift+2",),
               hint="Measure its pixels with a bank card, for real size"),
        Action("metadata", "Metadata…", "View", lambda: dialogs().metadata.open_anew(), ("Ctrl+I",), has_file,
               hint="Everything the file of the shown slice says"),
        Action("palette", "Command palette…", "Help", lambda: dialogs().palette.open_anew(), ("Ctrl+Shift+P", "Ctrl+K"),
               hint="Find anything that can be done by a few letters"),
        Action("keys", "Keys and mouse…", "Help", lambda: dialogs().keys.open_anew(), ("F2",),
               hint="Profiles of other viewers; every key and button can be changed"),
        Action("key-sheet", "Key sheet", "Help", lambda: dialogs().key_sheet.open_anew(), ("F1",),
               hint="All keys on one sheet, to look at, print and keep"),
        Action("messages", "Messages…", "Help", lambda: dialogs().messages.open_anew(), ("Shift+F2",),
               hint="What was told since the program began, to be read again and copied"),
    )  # fmt: skip
