"""Keys and mouse: profiles of other viewers, every key to be changed, a palette, a sheet to print."""

from PySide6.QtTest import QTest

from viewer.tour.exhibits import Exhibits
from viewer.tour.visitor import Visitor


def walk(visitor: Visitor, exhibits: Exhibits) -> None:
    """Palette, keys, profiles, sheet."""
    main = visitor.main
    visitor.open(exhibits.study)
    visitor.do("palette")
    QTest.keyClicks(main.dialogs.palette.typed, "slab")
    visitor.leave("command palette", main.dialogs.palette)
    visitor.do("keys")
    visitor.leave("keys, each to be changed", main.dialogs.keys)
    _clash(visitor)
    main.binding.choose("weasis")
    visitor.do("keys")
    main.dialogs.keys.tabs.setCurrentIndex(1)
    visitor.leave("mouse buttons in the profile of another viewer", main.dialogs.keys)
    main.dialogs.keys.tabs.setCurrentIndex(0)
    main.binding.choose("wetread")
    visitor.do("key-sheet")
    visitor.leave("key sheet to print", main.dialogs.key_sheet)


def _clash(visitor: Visitor) -> None:
    """A key that another action has: the person decides."""
    dialog = visitor.main.dialogs.keys
    visitor.do("keys")
    QTest.keyClicks(dialog.keys.search, "length")
    dialog.keys.choose("tool-length")
    dialog.keys.change()
    QTest.keySequence(dialog.keys.capture, "W")
    visitor.picture("two actions want one key", dialog)
    dialog.keys.leave.click()
    dialog.reject()
    visitor.come_back()
