"""Overlay planes of groups 6000 to 601E (PS3.3 C.9.2), from their own data or from unused bits of the pixels.

They are read when pixels are, not when files are listed: listing only notes that a group is there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from imaging.errors import ReadError
from imaging.formats.dicom.attributes import PARSE_ERRORS, known_tag, whole
from imaging.formats.dicom.grid import Frame
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.pixel_element import ByteOrder
from imaging.formats.dicom.pixels import frames_of
from imaging.formats.dicom.representations import LostError, restored_head
from imaging.formats.dicom.stream import dataset_stream
from imaging.volume import Overlay

Warn = Callable[[str], object]

GROUPS = range(0x6000, 0x6020, 2)
_ROWS = frozenset(known_tag(group << 16 | 0x0010) for group in GROUPS)
_ELEMENTS = (0x0010, 0x0011, 0x0015, 0x0022, 0x0040, 0x0050, 0x0051, 0x0100, 0x0102, 0x1500, 0x3000)


@dataclass(frozen=True)
class _Plane:
    """One group of one file.

    Attributes:
        bits: (F, rows, columns) bool.
        first_frame: frame of the file, from 0, that ``bits[0]`` covers.
        everywhere: the only plane covers every frame of the file.
    """

    bits: NDArray[np.bool_]
    origin: tuple[int, int]
    first_frame: int
    everywhere: bool
    kind: Literal["G", "R"]
    name: str

    def on_frame(self, index: int) -> NDArray[np.bool_] | None:
        """(rows, columns) of frame ``index`` of the file, None where the plane does not reach."""
        own = 0 if self.everywhere else index - self.first_frame
        return self.bits[own] if 0 <= own < len(self.bits) else None


def overlays_of(frames: Sequence[Frame], warn: Warn) -> tuple[Overlay, ...]:
    """The overlays of a stack in order of group, each over consecutive frames; unusable ones are left out.

    Args:
        frames: of the stack, in display order.
        warn: told why an overlay is left out.
    """
    planes = _planes_of_files(frames, warn)
    found: list[Overlay] = []
    for group in GROUPS if planes else ():
        run: list[tuple[int, _Plane, NDArray[np.bool_]]] = []
        for k, frame in enumerate(frames):
            plane = planes.get((frame.header.path, group))
            bits = None if plane is None else plane.on_frame(frame.index)
            if plane is None or bits is None:
                continue
            if run and not _continues(run[-1], k, plane):
                found.append(_joined(run))
                run = []
            run.append((k, plane, bits))
        if run:
            found.append(_joined(run))
    return tuple(found)


def _continues(last: tuple[int, _Plane, NDArray[np.bool_]], k: int, plane: _Plane) -> bool:
    before = last[1]
    if plane.everywhere or before.everywhere:
        return before is plane and last[0] == k - 1
    alike = ((each.origin, each.kind, each.name, each.bits.shape[1:]) for each in (before, plane))
    return last[0] == k - 1 and next(alike) == next(alike)


def _joined(run: list[tuple[int, _Plane, NDArray[np.bool_]]]) -> Overlay:
    k, plane, _ = run[0]
    if plane.everywhere:
        bits = np.broadcast_to(plane.bits[0], (len(run), *plane.bits.shape[1:]))
    else:
        bits = np.stack([each for _, _, each in run])
    bits.flags.writeable = False
    return Overlay(bits, plane.origin, k, plane.kind, plane.name)


def _planes_of_files(frames: Sequence[Frame], warn: Warn) -> dict[tuple[Path, int], _Plane]:
    """The usable groups of every file that has any."""
    headers = {frame.header.path: frame.header for frame in frames if _has_overlays(frame.header)}
    if not headers:
        return {}
    wanted: dict[Path, list[int]] = defaultdict(list)
    for frame in frames:
        wanted[frame.header.path].append(frame.index)
    found: dict[tuple[Path, int], _Plane] = {}
    for path, header in headers.items():
        groups = _read_groups(header)
        if _ROWS.isdisjoint(groups.keys()):
            warn("overlays left out: their elements cannot be read")
        for group in GROUPS:
            plane = _plane(groups, group, header, wanted[path], warn)
            if plane is not None:
                found[path, group] = plane
    return found


def _has_overlays(header: Header) -> bool:
    return not _ROWS.isdisjoint(header.dataset.keys())


def _read_groups(header: Header) -> Dataset:
    """The overlay groups of a file; the pixels are not read."""
    tags: list[BaseTag | int] = [Tag(group, element) for group in GROUPS for element in _ELEMENTS]
    order: ByteOrder = "big" if header.dataset.original_encoding[1] is False else "little"
    try:
        with dataset_stream(header.path) as stream:
            groups = dcmread(stream, stop_before_pixels=True, specific_tags=tags, force=True)
            if _ROWS.isdisjoint(groups.keys()) and (found := restored_head(stream, order)):
                groups = dcmread(BytesIO(found[0]), stop_before_pixels=True, specific_tags=tags, force=True)
            return groups
    except (*PARSE_ERRORS, LostError):
        return Dataset()


def _plane(groups: Dataset, group: int, header: Header, wanted: list[int], warn: Warn) -> _Plane | None:
    """One group; None where it is empty, or unusable and said so."""
    rows, columns = (_whole(groups, group, element) for element in (0x0010, 0x0011))
    if not rows or not columns:
        return None
    count = _whole(groups, group, 0x0015)
    origin = _numbers(groups, group, 0x0050)
    data = _value(groups, group, 0x3000)
    name = f"overlay {group:04X}"
    if rows < 0 or columns < 0 or (count is not None and count < 1):
        warn(f"{name} left out: {rows} × {columns} × {count}")
        return None
    if isinstance(data, bytes) and data:
        bits = _packed(_in_order(groups, group, data, header), (count or 1, rows, columns))
        if bits is None:
            needed = (rows * columns * (count or 1) + 7) // 8
            warn(f"{name} left out: found {len(data)} bytes, expected {needed}")
            return None
        several = (whole(header.dataset, "NumberOfFrames") or 1) > 1
        first, everywhere = max((_whole(groups, group, 0x0051) or 1) - 1, 0), several and count is None
    else:
        bits = _embedded(groups, group, header, wanted, warn)
        if bits is None:
            return None
        first, everywhere = 0, False
    return _Plane(
        bits,
        (origin[0] - 1, origin[1] - 1) if len(origin) == 2 else (0, 0),
        first,
        everywhere,
        "R" if str(_value(groups, group, 0x0040)).strip().upper() == "R" else "G",
        _text(groups, group, 0x1500) or _text(groups, group, 0x0022),
    )


def _in_order(groups: Dataset, group: int, data: bytes, header: Header) -> bytes:
    """Bytes in which bit 0 of byte 0 is the first pixel: big endian words of OW are turned (PS3.5 8.1.2)."""
    if header.little_endian or groups[group, 0x3000].VR != "OW":
        return data
    return np.frombuffer(data, ">u2", len(data) // 2).astype("<u2").tobytes()


def _packed(data: bytes, shape: tuple[int, int, int]) -> NDArray[np.bool_] | None:
    """(F, rows, columns) of packed bits, low bit first; None where there are too few bytes."""
    count = shape[0] * shape[1] * shape[2]
    if (count + 7) // 8 > len(data):
        return None
    packed = np.frombuffer(data, np.uint8, (count + 7) // 8)
    return np.unpackbits(packed, count=count, bitorder="little").view(np.bool_).reshape(shape)


def _embedded(groups: Dataset, group: int, header: Header, wanted: list[int], warn: Warn) -> NDArray[np.bool_] | None:
    """(F, rows, columns) of the bit plane within the stored pixels, retired but alive (PS3.3-2004 C.9.2).

    Frames that are not wanted stay empty.
    """
    position = _whole(groups, group, 0x0102)
    if not position or _whole(groups, group, 0x0100) in (None, 1):
        warn(f"overlay {group:04X} left out: it has no data")
        return None
    try:
        with frames_of(header) as reader:
            layout = reader.format
            low = layout.high_bit - layout.bits_stored + 1
            if layout.is_colour or low <= position <= layout.high_bit or position >= layout.bits_allocated:
                warn(f"overlay {group:04X} left out: bit {position} belongs to the pixels or lies outside them")
                return None
            planes = np.zeros((max(wanted) + 1, layout.rows, layout.columns), np.bool_)
            for index in wanted:
                planes[index] = _bit_of(reader.raw(index), position)
            return planes
    except ReadError as error:
        warn(f"overlay {group:04X} left out: {error.reason}")
        return None


def _bit_of(words: NDArray[Any], position: int) -> NDArray[np.bool_]:
    native = words.astype(words.dtype.newbyteorder("="), copy=False)
    return (native >> position & 1).astype(np.bool_)


def _value(groups: Dataset, group: int, element: int) -> object:
    try:
        return groups[group, element].value
    except PARSE_ERRORS:
        return None


def _numbers(groups: Dataset, group: int, element: int) -> tuple[int, ...]:
    found = _value(groups, group, element)
    try:
        return tuple(int(str(each)) for each in _several(found))
    except ValueError:
        return ()


def _several(found: object) -> Iterator[object]:
    if isinstance(found, Sequence) and not isinstance(found, (str, bytes)):
        yield from found  # pyright: ignore[reportUnknownVariableType]  -- pydicom's MultiValue says no more
    elif found not in (None, "", b""):
        yield found


def _whole(groups: Dataset, group: int, element: int) -> int | None:
    found = _numbers(groups, group, element)
    return found[0] if found else None


def _text(groups: Dataset, group: int, element: int) -> str:
    found = _value(groups, group, element)
    return "" if found is None else "".join(c if c.isprintable() else " " for c in str(found)).strip()
