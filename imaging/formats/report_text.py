"""The content tree of a structured report as indented plain text (PS3.3 C.17.3)."""

from collections.abc import Iterator

from pydicom.dataset import Dataset
from pydicom.uid import UID

from imaging.formats.character_sets import lines
from imaging.formats.dicom.attributes import items, text, written_text

DEEPEST = 64
"""Content is shown to this depth. Reports of real makers stay below ten."""
_MOST_LINES = 50_000
_INDENT = "  "
_SIMPLE = {
    "DATETIME": "DateTime",
    "DATE": "Date",
    "TIME": "Time",
    "PNAME": "PersonName",
    "UIDREF": "UID",
}


def report_text(dataset: Dataset) -> str:
    """The content of a report, one item a line, children indented below their parent; ``""`` where there is none.

    Nothing in it is followed, fetched or interpreted: references are named, coded values shown with their meaning.
    """
    found: list[str] = []
    for line in _lines(dataset, 0):
        if len(found) == _MOST_LINES:
            found.append(f"… the report goes on; the first {_MOST_LINES} lines are shown")
            break
        found.append(line)
    return "\n".join(found)


def coded(dataset: Dataset, keyword: str) -> str:
    """The meaning of a coded entry, else its code (PS3.3 8.8); ``""`` where there is none."""
    entries = items(dataset, keyword)
    return text(entries[0], "CodeMeaning") or text(entries[0], "CodeValue") if entries else ""


def _lines(node: Dataset, depth: int) -> Iterator[str]:
    yield from _own_lines(node, depth)
    children = items(node, "ContentSequence")
    if children and depth == DEEPEST:
        yield f"{_INDENT * depth}… content below this depth is not shown"
        return
    for child in children:
        yield from _lines(child, depth + 1)


def _own_lines(node: Dataset, depth: int) -> Iterator[str]:
    """``Concept: value``; a text of several lines goes below its concept."""
    indent = _INDENT * depth
    concept = coded(node, "ConceptNameCodeSequence")
    several = _value(node)
    if len(several) > 1:
        yield f"{indent}{concept or 'Text'}:"
        yield from (f"{indent}{_INDENT}{line}" for line in several)
        return
    parts = [part for part in (concept, *several) if part]
    if parts:
        yield indent + ": ".join(parts)
    elif depth:
        yield f"{indent}({text(node, 'ValueType').lower() or 'an item without a value'})"


def _value(node: Dataset) -> list[str]:
    """What one content item says, by its Value Type (PS3.3 C.17.3.2.1)."""
    kind = text(node, "ValueType").upper()
    match kind:
        case "TEXT":
            return lines(written_text(node, "TextValue")) or [""]
        case "CODE":
            return [coded(node, "ConceptCodeSequence")]
        case "NUM":
            return [_measured(node)]
        case "IMAGE" | "COMPOSITE" | "WAVEFORM":
            return [_reference(node)]
        case "SCOORD" | "SCOORD3D":
            return [_coordinates(node)]
        case "TCOORD":
            return [text(node, "TemporalRangeType").lower()]
        case _ if kind in _SIMPLE:
            return [_simple(kind, text(node, _SIMPLE[kind]))]
        case _:
            return [_by_reference(node)]


def _measured(node: Dataset) -> str:
    """Value and unit; where there is no value, the reason (PS3.3 C.18.1)."""
    for measured in items(node, "MeasuredValueSequence"):
        unit = items(measured, "MeasurementUnitsCodeSequence")
        symbol = text(unit[0], "CodeValue") if unit else ""
        return f"{text(measured, 'NumericValue')} {'' if symbol == '1' else symbol}".strip()
    return coded(node, "NumericValueQualifierCodeSequence") or "no value"


def _reference(node: Dataset) -> str:
    referred = items(node, "ReferencedSOPSequence")
    if not referred:
        return "refers to nothing"
    name = UID(text(referred[0], "ReferencedSOPClassUID")).name
    frames = text(referred[0], "ReferencedFrameNumber")
    frame = f", frame {frames.replace(chr(92), ', ')}" if frames else ""
    return f"{name.removesuffix(' Storage')} {text(referred[0], 'ReferencedSOPInstanceUID')}{frame}".strip()


def _coordinates(node: Dataset) -> str:
    data = node.get("GraphicData")
    numbers = [float(each) for each in data] if isinstance(data, (list, tuple)) or hasattr(data, "__iter__") else []
    step = 3 if text(node, "ValueType").upper() == "SCOORD3D" else 2
    points = [
        "(" + ", ".join(f"{each:g}" for each in numbers[n : n + step]) + ")" for n in range(0, len(numbers), step)
    ]
    more = f" … {len(points)} points" if len(points) > 4 else ""
    unit = "mm" if step == 3 else "pixels"
    return f"{text(node, 'GraphicType').lower()} at {' '.join(points[:4])}{more} ({unit})" if points else "no points"


def _simple(kind: str, value: str) -> str:
    if kind == "DATE" and len(value) == 8 and value.isdigit():
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    return value.replace("^", " ").strip() if kind == "PNAME" else value


def _by_reference(node: Dataset) -> str:
    """A child that points to another item by its position in the tree (PS3.3 C.17.3.2.4); not followed."""
    position = text(node, "ReferencedContentItemIdentifier")
    return f"see item {position.replace(chr(92), '.')}" if position else ""
