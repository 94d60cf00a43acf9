"""Fragments to frames: a table is believed only where it fits."""

import io
from collections.abc import Callable

import pytest

from imaging.formats.dicom.fragments import (
    DELIMITER,
    ITEM,
    FragmentError,
    Span,
    all_fragments,
    frame_bytes,
    frame_spans,
)

START = b"\xff\xd8\xff"


def encapsulated(table: list[int], fragments: list[bytes]) -> io.BytesIO:
    packed = b"".join(n.to_bytes(4, "little") for n in table)
    parts = [packed, *fragments]
    return io.BytesIO(b"".join(ITEM + len(p).to_bytes(4, "little") + p for p in parts) + DELIMITER + bytes(4))


def groups_of(
    stream: io.BytesIO, count: int, extended: tuple[int, ...] = (), note: Callable[[str], object] = str
) -> list[list[Span]]:
    return frame_spans(stream, 0, count, extended, len(stream.getvalue()), note)


def frames(table: list[int], fragments: list[bytes], count: int, extended: tuple[int, ...] = ()) -> list[bytes]:
    stream = encapsulated(table, fragments)
    return [frame_bytes(stream, spans) for spans in groups_of(stream, count, extended)]


def test_one_fragment_per_frame_needs_no_table():
    assert frames([], [b"aa", b"bb"], 2) == [b"aa", b"bb"]
    assert frames([0, 9999], [b"aa", b"bb"], 2) == [b"aa", b"bb"], "a wrong table changes nothing"


def test_all_fragments_belong_to_a_single_frame():
    assert frames([], [b"aa", b"bb", b"cc"], 1) == [b"aabbcc"]


def test_the_basic_offset_table_groups_fragments():
    # Items take 8 bytes before their 2: fragments begin at 0, 10, 20.
    assert frames([0, 20], [b"aa", b"bb", b"cc"], 2) == [b"aabb", b"cc"]


def test_the_extended_table_comes_first():
    assert frames([0, 20], [b"aa", b"bb", b"cc"], 2, (0, 10)) == [b"aa", b"bbcc"]


def test_without_a_fitting_table_frames_begin_where_streams_begin():
    parts = [START + b"1", b"2222", START + b"3", b"4444"]
    assert frames([], parts, 2) == [START + b"12222", START + b"34444"]
    assert frames([0, 7], parts, 2) == [START + b"12222", START + b"34444"]


@pytest.mark.parametrize(
    ("fragments", "count", "words"),
    [([b"aa"], 2, "found 1 coded fragments, expected 2 frames"), ([b"aa", b"bb", b"cc"], 2, "no offset table")],
)
def test_fragments_that_cannot_be_told_apart_are_refused(fragments, count, words):
    with pytest.raises(FragmentError, match=words):
        frames([], fragments, count)


def test_a_file_that_ends_within_a_fragment_is_refused():
    # 8 bytes of an empty table, 8 of the item's head: 34 of 100 bytes are left.
    stream = io.BytesIO(encapsulated([], [b"a" * 100]).getvalue()[:50])
    with pytest.raises(FragmentError, match="ends within its coded pixels, 34 of 100 bytes into item 2"):
        groups_of(stream, 1)


@pytest.mark.parametrize(("count", "table"), [(1, []), (1, [0]), (2, [])])
def test_more_frames_than_stated_are_told_and_the_first_are_read(count: int, table: list[int]):
    parts = [START + b"1", b"2222", START + b"3", START + b"4"]
    told: list[str] = []
    found = groups_of(encapsulated(table, parts), count, note=told.append)
    assert [len(each) for each in found] == [2, 1][:count]
    assert f"Number of Frames says {count}, found 3 coded frames: the first are read" in told


def test_a_table_of_more_frames_than_stated_is_believed_where_it_fits():
    assert frames([0, 10], [b"aa", b"bb", b"cc"], 1) == [b"aa"]


def test_without_even_an_empty_table_the_first_item_is_a_frame():
    stream = encapsulated([], [START + b"1", START + b"2"])
    stream.seek(8)  # the item of the empty table
    told: list[str] = []
    found = groups_of(io.BytesIO(stream.read()), 2, note=told.append)
    assert [length for _, length in found[0] + found[1]] == [4, 4]
    assert told == ["there is no table of frame offsets, not even an empty one: the first item is read as coded pixels"]


def test_a_clip_is_one_stream_whatever_its_fragments_begin_with():
    assert all_fragments(encapsulated([], [START + b"1", START + b"2"]), 0, 100) == [(16, 4), (28, 4)]


def test_a_table_that_points_into_the_middle_of_a_stream_is_not_believed():
    # Fragments of 4 bytes and their heads: they begin at 0, 12, 24, 36; the second frame at 24, not at 12.
    parts = [START + b"1", b"2222", START + b"3", b"4444"]
    assert frames([0, 12], parts, 2) == [START + b"12222", START + b"34444"]


def test_rle_frames_begin_with_their_header():
    header = (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56)
    parts = [header + b"a1", b"a2", header + b"b1", b"b2"]
    assert frames([], parts, 2) == [header + b"a1a2", header + b"b1b2"]


def test_an_rle_header_may_end_within_its_fragment():
    header = (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56)
    parts = [header[:40], header[40:] + b"a1", header[:40], header[40:] + b"b1"]
    whole = [header + b"a1", header + b"b1"]
    assert frames([], parts, 2) == frames([0, 8 + 40 + 8 + 26], parts, 2) == whole


def test_bytes_after_the_value_are_no_fragments():
    stream = encapsulated([], [b"aa"])
    value = stream.getvalue()[:-8]
    spans = frame_spans(io.BytesIO(value + b"other elements"), 0, 1, (), len(value), str)
    assert frame_bytes(io.BytesIO(value), spans[0]) == b"aa"
