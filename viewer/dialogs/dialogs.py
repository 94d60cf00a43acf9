"""The dialogs of the window, each made when it is first asked for: the window starts without them."""

from collections.abc import Callable, Sequence
from functools import cached_property

from PySide6.QtWidgets import QWidget

from viewer.commands.action import Action
from viewer.commands.binding import Binding
from viewer.commands.calibrating import Calibrating
from viewer.commands.cornering import Cornering
from viewer.commands.inspecting import Inspecting
from viewer.commands.key_sheet import KeySheet
from viewer.commands.marking import Marking
from viewer.commands.presetting import Presetting
from viewer.dialogs.corners import CornerTexts
from viewer.dialogs.key_images import KeyImageList
from viewer.dialogs.key_sheet import KeySheetView
from viewer.dialogs.keys import KeysAndMouse
from viewer.dialogs.messages import MessageList
from viewer.dialogs.metadata import MetadataBrowser
from viewer.dialogs.monitor_calibration import MonitorCalibration
from viewer.dialogs.palette import Palette
from viewer.dialogs.presets import WindowPresets
from viewer.state.header import Header
from viewer.state.key_images import KeyImages
from viewer.state.notices import Notices
from viewer.state.presets import Presets
from viewer.state.session import Session


class Dialogs:
    """The dialogs over a window; each is shown by its ``open_anew``.

    Args:
        table: every action of the window.
        run: does the action with an id.
    """

    def __init__(
        self,
        window: QWidget,
        table: Sequence[Action],
        run: Callable[[str], object],
        session: Session,
        binding: Binding,
        presets: Presets,
        presetting: Presetting,
        header: Header,
        inspecting: Inspecting,
        key_images: KeyImages,
        marking: Marking,
        cornering: Cornering,
        calibrating: Calibrating,
        notices: Notices,
    ) -> None:
        self._window, self._table, self._run, self._session = window, table, run, session
        self._binding, self._presets, self._presetting = binding, presets, presetting
        self._header, self._inspecting = header, inspecting
        self._key_images, self._marking, self._cornering = key_images, marking, cornering
        self._calibrating, self._notices = calibrating, notices

    @cached_property
    def palette(self) -> Palette:
        """The command palette."""
        return Palette(self._table, self._session.bindings, self._run, self._why_not, self._window)

    @cached_property
    def keys(self) -> KeysAndMouse:
        """Keys and mouse."""
        return KeysAndMouse(self._table, self._session.bindings, self._binding, self._window)

    @cached_property
    def key_sheet(self) -> KeySheetView:
        """The sheet of keys."""
        return KeySheetView(self._sheet, self._window)

    @cached_property
    def presets(self) -> WindowPresets:
        """The window presets."""
        return WindowPresets(self._presets, self._presetting, self._window)

    @cached_property
    def metadata(self) -> MetadataBrowser:
        """The metadata browser."""
        return MetadataBrowser(self._session, self._header, self._inspecting, self._window)

    @cached_property
    def messages(self) -> MessageList:
        """The messages."""
        return MessageList(self._notices, self._window)

    @cached_property
    def corners(self) -> CornerTexts:
        """The lines in the corners."""
        return CornerTexts(self._session, self._cornering, self._window)

    @cached_property
    def monitor_calibration(self) -> MonitorCalibration:
        """The bar that is held against a card."""
        return MonitorCalibration(self._calibrating, self._window)

    @cached_property
    def key_images(self) -> KeyImageList:
        """The key images."""
        return KeyImageList(self._key_images, self._marking, self._window)

    def _sheet(self) -> KeySheet:
        bindings = self._session.bindings
        return KeySheet(self._table, bindings.profile, bindings.keys, bindings.mouse)

    def _why_not(self) -> str:
        """Why some actions cannot be done now, as far as one can tell."""
        return "open an image first" if self._session.volume is None else ""
