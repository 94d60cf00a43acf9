"""The dialogs over the main window, each made when it is first asked for: the window starts without them."""

from collections.abc import Callable, Sequence
from functools import cached_property

from viewer.commands.action import Action
from viewer.commands.key_sheet import KeySheet
from viewer.commands.marking import Marking
from viewer.commands.selecting import Selecting
from viewer.dialogs.corners import CornerTexts
from viewer.dialogs.key_images import KeyImageList
from viewer.dialogs.key_sheet import KeySheetView
from viewer.dialogs.keys import KeysAndMouse
from viewer.dialogs.messages import MessageList
from viewer.dialogs.metadata import MetadataBrowser
from viewer.dialogs.monitor_calibration import MonitorCalibration
from viewer.dialogs.palette import Palette
from viewer.dialogs.presets import WindowPresets
from viewer.main_window import MainWindow
from viewer.state.session import Session
from viewer.workroom import Workroom


class Dialogs:
    """The dialogs over a window; each is shown by its ``open_anew``.

    Args:
        table: every action of the window.
    """

    def __init__(
        self, room: Workroom, marking: Marking, selecting: Selecting, window: MainWindow, table: Sequence[Action]
    ) -> None:
        self._room, self._marking, self._selecting = room, marking, selecting
        self._window, self._table = window, table

    @cached_property
    def palette(self) -> Palette:
        """The command palette."""
        return Palette(self._table, self._room.session.bindings, self._window.run, self._why_not, self._window)

    @cached_property
    def keys(self) -> KeysAndMouse:
        """Keys and mouse."""
        return KeysAndMouse(self._table, self._room.session.bindings, self._room.binding, self._window)

    @cached_property
    def key_sheet(self) -> KeySheetView:
        """The sheet of keys."""
        return KeySheetView(self._sheet, self._window)

    @cached_property
    def presets(self) -> WindowPresets:
        """The window presets."""
        return WindowPresets(self._room.presets, self._room.presetting, self._window)

    @cached_property
    def metadata(self) -> MetadataBrowser:
        """The metadata browser."""
        return MetadataBrowser(self._room.session, self._room.header, self._room.inspecting, self._window)

    @cached_property
    def messages(self) -> MessageList:
        """The messages."""
        return MessageList(self._room.notices, self._window)

    @cached_property
    def corners(self) -> CornerTexts:
        """The lines in the corners."""
        return CornerTexts(self._room.session, self._room.cornering, self._window)

    @cached_property
    def monitor_calibration(self) -> MonitorCalibration:
        """The bar that is held against a card."""
        return MonitorCalibration(self._room.calibrating, self._window)

    @cached_property
    def key_images(self) -> KeyImageList:
        """The key images."""
        return KeyImageList(self._room.key_images, self._marking, self._selecting, self._window)

    def _sheet(self) -> KeySheet:
        bindings = self._room.session.bindings
        return KeySheet(self._table, bindings.profile, bindings.keys, bindings.mouse)

    def _why_not(self) -> str:
        """Why some actions cannot be done now, as far as one can tell."""
        return "open an image first" if self._room.session.volume is None else ""


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
