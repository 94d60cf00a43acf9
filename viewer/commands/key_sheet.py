"""The sheet of keys to print: made from the table of actions and the keys in effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from PySide6.QtGui import QPageSize, QPdfWriter, QTextDocument

from imaging.saving import replacing, write_bytes
from viewer.assets import DISCLAIMER
from viewer.commands.action import Action
from viewer.errors import ViewerError
from viewer.state.bindings import KeyProfile, Keys

_STYLE = """
body { font-family: sans-serif; font-size: 9pt; color: #000000; background: #ffffff; }
h1 { font-size: 15pt; } h2 { font-size: 11pt; margin-top: 10px; margin-bottom: 2px; }
td { padding: 1px 10px 1px 2px; } td.key { font-weight: bold; white-space: nowrap; }
"""


@dataclass(frozen=True)
class KeySheet:
    """What a sheet says: actions, the keys in effect, and the gestures of the mouse."""

    table: Sequence[Action]
    profile: KeyProfile
    keys: Mapping[str, Keys]
    mouse: Mapping[str, str]

    def sections(self) -> dict[str, list[tuple[str, str]]]:
        """Keys and words of every action that has a key, by menu; the mouse comes first."""
        found = {"Mouse": [(name, use.replace("-", " ")) for name, use in self.mouse.items() if use != "none"]}
        found["Mouse"].insert(0, ("left", f"the chosen tool (at start: {self.profile.tool})"))
        for action in self.table:
            if keys := self.keys.get(action.id, ()):
                menu = action.menu.replace("/", " › ")
                found.setdefault(menu, []).append((", ".join(keys), action.text))
        return found

    def html(self) -> str:
        """The sheet as one HTML page, which needs nothing else."""
        parts = [f"<h1>Wetread: keys and mouse, profile {escape(self.profile.title)}</h1>"]
        for title, rows in self.sections().items():
            lines = (f'<tr><td class="key">{escape(key)}</td><td>{escape(text)}</td></tr>' for key, text in rows)
            parts.append(f"<h2>{escape(title)}</h2><table>{''.join(lines)}</table>")
        parts.append(f"<p>{escape(DISCLAIMER)}</p>")
        head = f'<meta charset="utf-8"><title>Wetread keys</title><style>{_STYLE}</style>'
        return f"<!DOCTYPE html><html><head>{head}</head><body>{''.join(parts)}</body></html>"

    def text(self) -> str:
        """The sheet as plain lines."""
        lines: list[str] = []
        for title, rows in self.sections().items():
            width = max(len(key) for key, _ in rows)
            lines += ["", title, *(f"  {key:<{width}}  {text}" for key, text in rows)]
        return "\n".join([f"Keys and mouse, profile {self.profile.title}", *lines])

    def save(self, path: Path) -> None:
        """Write the sheet as HTML or PDF, by the ending of the name.

        Raises:
            ViewerError: another ending.
            SaveError: the file cannot be written.
        """
        ending = path.suffix.lower()
        if ending in (".html", ".htm"):
            write_bytes(path, self.html().encode())
        elif ending == ".pdf":
            with replacing(path) as temporary:
                _print(self.html(), temporary)
        else:
            raise ViewerError(f"{path.name}: found the ending {ending or 'none'!r}, expected .html or .pdf")


def _print(html: str, path: Path) -> None:
    writer = QPdfWriter(str(path))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setTitle("Wetread keys")
    document = QTextDocument()
    document.setHtml(html)
    document.print_(writer)
