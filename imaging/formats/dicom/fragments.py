"""Encapsulated Pixel Data to one run of bytes per frame (PS3.5 A.4), trusting an offset table only if it fits."""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from imaging.formats.dicom.pixel_element import ITEM

DELIMITER = b"\xfe\xff\xdd\xe0"

_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  ", b"\xff\x0a", b"\0\0\0\x0cJXL ")
"""First bytes of JPEG, JPEG-LS, JPEG 2000 and JPEG XL streams."""

_RLE_HEADER_BYTES = 64
_NO_OFFSETS, _ONE_OFFSET = ITEM + bytes(4), ITEM + b"\4\0\0\0"


class FragmentError(Exception):
    """Fragments that cannot be told apart into frames, and why."""


Span = tuple[int, int]
"""Offset in the stream and length of one fragment's bytes."""


def frame_spans(
    stream: BinaryIO,
    offset: int,
    frames: int,
    extended_offsets: Sequence[int],
    length: int,
    note: Callable[[str], object],
) -> list[list[Span]]:
    """The fragments of each frame.

    Args:
        stream: the data set's bytes.
        offset: where the value of Pixel Data begins.
        frames: Number of Frames.
        extended_offsets: the Extended Offset Table (PS3.3 C.7.6.3.1.8), empty where there is none.
        length: bytes of the value, as far as they are there.
        note: told of an offset table that is missing or does not fit, and of frames beyond those that are stated.

    Raises:
        FragmentError: fewer fragments than frames, or no way to tell which belongs to which.
    """
    table, spans = _items(stream, offset, length, note)
    groups = _groups(stream, spans, frames, (extended_offsets, table))
    starts = [group[0][0] - spans[0][0] for group in groups]
    if any(offsets and list(offsets) != starts for offsets in (extended_offsets, table)):
        note("the table of frame offsets does not fit the coded frames: found without it")
    if len(groups) > frames:
        note(f"Number of Frames says {frames}, found {len(groups)} coded frames: the first are read")
    return groups[:frames]


def all_fragments(stream: BinaryIO, offset: int, length: int) -> list[Span]:
    """Every fragment of a value, as of a clip, which is one stream.

    Raises:
        FragmentError: there are none, or the bytes end within one.
    """
    return _items(stream, offset, length, str)[1]


def frames_there(stream: BinaryIO, offset: int, frames: int, length: int) -> list[list[Span]] | None:
    """The fragments of each frame that is there to its end; None where the value does not end early.

    Told apart by how coded streams begin. Where that is not known, each fragment is a frame if there are as many as
    frames; empty if not.

    Args:
        stream: the data set's bytes.
        offset: where the value of Pixel Data begins.
        frames: Number of Frames.
        length: bytes of the value, as far as they are there.

    Raises:
        FragmentError: damaged.
    """
    spans, end = _scanned(stream, offset, length)
    is_cut = bool(spans) and sum(spans[-1]) > end
    fragments = spans if spans and _begins_frame(_head(stream, *spans[0])) else spans[1:]
    if not is_cut and len(fragments) >= frames:
        return None
    begin_streams = bool(fragments) and _begins_frame(_head(stream, *fragments[0]))
    if len(fragments) != frames and not begin_streams:
        return []
    groups = _by_starts(stream, fragments) if begin_streams else [[each] for each in fragments]
    return groups[:-1] if is_cut else groups


def only_fragment(stream: BinaryIO, offset: int, length: int) -> bytes | None:
    """The coded bytes of a value that holds one fragment, after no offsets or that of one frame; None for any other.

    Args:
        stream: the data set's bytes.
        offset: where the value of Pixel Data begins.
        length: bytes of the value.
    """
    stream.seek(offset)
    head = stream.read(8)
    table = stream.read(int.from_bytes(head[4:], "little")) if head in (_NO_OFFSETS, _ONE_OFFSET) else b"other"
    item = stream.read(8)
    if any(table) or item[:4] != ITEM:
        return None
    size = int.from_bytes(item[4:], "little")
    end = 16 + len(table) + size
    if end > length:
        return None
    data, after = stream.read(size), stream.read(8)
    is_last = after[:4] == DELIMITER or end + 8 > length
    return data if is_last and len(data) == size else None


def _groups(stream: BinaryIO, spans: list[Span], frames: int, tables: Sequence[Sequence[int]]) -> list[list[Span]]:
    """The fragments of each frame, maybe of more: by their number, by a table that fits, or by how streams begin."""
    if len(spans) < frames:
        raise FragmentError(f"truncated: found {len(spans)} coded fragments, expected {frames} frames")
    if len(spans) == frames:
        return [[span] for span in spans]
    for offsets in tables:
        groups = _by_offsets(spans, offsets) if len(offsets) > 1 else []
        if len(groups) >= frames and _begin_streams(stream, groups, spans):
            return groups
    groups = _by_starts(stream, spans)
    if len(groups) < frames:
        raise FragmentError(f"{len(spans)} fragments for {frames} frames and no offset table that fits them")
    return groups


def frame_bytes(stream: BinaryIO, spans: Sequence[Span]) -> bytes:
    """The coded bytes of one frame."""
    parts: list[bytes] = []
    for start, length in spans:
        stream.seek(start)
        parts.append(stream.read(length))
    return b"".join(parts)


def _items(stream: BinaryIO, offset: int, length: int, note: Callable[[str], object]) -> tuple[list[int], list[Span]]:
    """The Basic Offset Table and the fragments after it; stops at the delimiter, or where the bytes end.

    The first item is the table, be it empty (PS3.5 A.4); some files leave it out and begin with a frame.
    """
    spans = _item_spans(stream, offset, length)
    if _begins_frame(_head(stream, *spans[0])):
        note("there is no table of frame offsets, not even an empty one: the first item is read as coded pixels")
        return [], spans
    table = frame_bytes(stream, spans[:1])
    return [int.from_bytes(table[n : n + 4], "little") for n in range(0, len(table) - 3, 4)], spans[1:]


def _item_spans(stream: BinaryIO, offset: int, length: int) -> list[Span]:
    """Every item of a value, at least one."""
    spans, end = _scanned(stream, offset, length)
    if spans and sum(spans[-1]) > end:
        start, size = spans[-1]
        there = f"{max(0, end - start)} of {size} bytes"
        raise FragmentError(f"truncated: the file ends within its coded pixels, {there} into item {len(spans)}")
    if not spans:
        raise FragmentError("truncated: no coded pixels at all")
    return spans


def _scanned(stream: BinaryIO, offset: int, length: int) -> tuple[list[Span], int]:
    """The items of a value, of which the last may be cut off, and where the bytes end."""
    end = min(offset + length, stream.seek(0, 2))
    spans: list[Span] = []
    stream.seek(offset)
    while stream.tell() + 8 <= end:
        head = stream.read(8)
        if head[:4] == DELIMITER:
            break
        if head[:4] != ITEM:
            raise FragmentError(f"damaged: found {head[:4].hex(' ')} where an item of coded pixels should begin")
        spans.append((stream.tell(), int.from_bytes(head[4:], "little")))
        stream.seek(spans[-1][1], 1)
    return spans, end


def _by_offsets(spans: list[Span], offsets: Sequence[int]) -> list[list[Span]]:
    """Fragments grouped by a table; empty where it does not point at the start of a fragment for every frame."""
    starts = {start - spans[0][0]: n for n, (start, _) in enumerate(spans)}
    known = [starts[offset] for offset in offsets if offset in starts]
    if len(known) != len(offsets) or known[:1] != [0] or sorted(set(known)) != known:
        return []
    return [spans[begin:end] for begin, end in zip(known, [*known[1:], len(spans)], strict=True)]


def _begin_streams(stream: BinaryIO, groups: list[list[Span]], spans: list[Span]) -> bool:
    """True where every group begins a coded stream, or where no fragment can be known to begin one."""
    starts = {start for start, length in spans if _begins_frame(_head(stream, start, length))}
    return not starts or all(group[0][0] in starts for group in groups)


def _head(stream: BinaryIO, start: int, length: int) -> bytes:
    stream.seek(start)
    return stream.read(min(length, _RLE_HEADER_BYTES))


def _by_starts(stream: BinaryIO, spans: list[Span]) -> list[list[Span]]:
    """Fragments grouped by those that begin a coded stream."""
    groups: list[list[Span]] = []
    for start, length in spans:
        if _begins_frame(_head(stream, start, length)) or not groups:
            groups.append([])
        groups[-1].append((start, length))
    return groups


def _begins_frame(head: bytes) -> bool:
    """True for the first bytes of a coded stream, or for an RLE header: its count, then its offsets (PS3.5 G.5).

    A fragment may end within the header: what is there of it decides.
    """
    if head.startswith(_STARTS):
        return True
    if len(head) < 8:
        return False
    count, *offsets = (int.from_bytes(head[n : n + 4], "little") for n in range(0, len(head) - 3, 4))
    used, unused = offsets[:count], offsets[count:]
    is_header = 1 <= count < _RLE_HEADER_BYTES // 4 and used[0] == _RLE_HEADER_BYTES and not any(unused)
    return is_header and used == sorted(set(used))
