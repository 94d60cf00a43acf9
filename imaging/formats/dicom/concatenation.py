"""Multi-frame objects that were cut into several files: put together again in order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from imaging.formats.dicom.attributes import whole
from imaging.formats.dicom.header import Header


@dataclass(frozen=True)
class Whole:
    """The files of one object in order, with what is amiss, in words."""

    headers: tuple[Header, ...]
    warnings: tuple[str, ...] = ()


def wholes(headers: Sequence[Header]) -> list[Whole]:
    """The objects that files hold: a file each, or the parts of a concatenation (PS3.3 C.7.6.16.2.2.4) together."""
    found: dict[str, list[Header]] = defaultdict(list)
    for n, header in enumerate(headers):
        uid = header.text("ConcatenationUID")
        found[f"{header.text('SeriesInstanceUID')} {uid}" if uid else f"file {n}"].append(header)
    return [_joined(parts) if parts[0].text("ConcatenationUID") else Whole(tuple(parts)) for parts in found.values()]


def _joined(parts: Sequence[Header]) -> Whole:
    ordered = sorted(parts, key=_order)
    numbers = [whole(header.dataset, "InConcatenationNumber") for header in ordered]
    total = whole(ordered[0].dataset, "InConcatenationTotalNumber") or max((n or 0 for n in numbers), default=0)
    missing = [str(n) for n in range(1, min(total, 10_000) + 1) if n not in numbers]
    warnings = [f"{len(ordered)} files are parts of one object and were joined"] if len(ordered) > 1 else []
    if missing:
        warnings.append(f"part {', '.join(missing[:10])} of {total} of this object is missing")
    return Whole(tuple(ordered), tuple(warnings))


def _order(header: Header) -> tuple[float, float]:
    offset = whole(header.dataset, "ConcatenationFrameOffsetNumber")
    number = whole(header.dataset, "InConcatenationNumber")
    return (float("inf") if offset is None else offset, float("inf") if number is None else number)
