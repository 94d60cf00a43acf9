"""TIFF pictures of any byte order, layout and compression that libtiff knows: values as they are stored."""

from collections.abc import Sequence
from mmap import mmap
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from imaging.errors import ReadError
from imaging.formats.content import first_bytes, identity, identity_of_part
from imaging.formats.merging import plain_uid
from imaging.formats.pages import MOST_PIXELS, TURNED, grey_if_equal, stacked, upright
from imaging.formats.tiff_pages import Page, TiffLayout, file_bytes, pages_of
from imaging.geometry import Geometry
from imaging.progress import Report
from imaging.study import Series
from imaging.volume import Volume

BELIEVABLE_EXPANSION = 1000
"""Bytes of pixels per byte of the file beyond which its directories are taken for a lie, once the pixels are many."""

_ALWAYS_ALLOWED_BYTES = 64 << 20
_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_WHITE_IS_ZERO = 0
_YCBCR_AND_LAB = frozenset((6, 8, 9, 10))
_DAMAGED = (RuntimeError, ValueError, TypeError, IndexError, OverflowError, MemoryError)
"""What the decoder raises on damaged files and on compressions it does not know."""


def is_tiff(path: Path) -> bool:
    """True for a TIFF or BigTIFF, by content.

    Raises:
        ReadError: the file cannot be opened.
    """
    return first_bytes(path, 4) in _SIGNATURES


def describe(path: Path) -> list[Series]:
    """One series for each size and type of pages, pixels not decoded.

    Raises:
        ReadError: damaged, too large, or of a kind that is not read.
    """
    groups = _by_uid(path, pages_of(path))
    return [_series(path, uid, pages, len(groups) > 1) for uid, pages in groups.items()]


def load_volume(series: Series, report: Report) -> Volume:
    """The pages of one series: (pages, rows, columns), or (pages, rows, columns, 3) RGB with all bits.

    Raises:
        ReadError: damaged, or changed since it was listed.
        Cancelled: by ``report``.
    """
    path = series.files[0]
    data = file_bytes(path)
    layout = TiffLayout(path, data)
    pages = _by_uid(path, layout.pages()).get(plain_uid(series))
    if pages is None:
        raise ReadError(path, "the file has changed since it was listed: open it again")
    planes: list[NDArray[Any]] = []
    for page in pages:
        report(len(planes), len(pages), f"Loading {path.name}")
        layout.lead_with(page)
        planes.append(grey_if_equal(upright(_decoded(path, data, page), page.orientation)))
    array = stacked(path, planes)
    is_inverted = array.ndim == 3 and pages[0].photometric == _WHITE_IS_ZERO
    return Volume(
        array,
        Geometry(series.shape_kji),
        "image",
        series_uid=series.uid,
        inverted=is_inverted,
        colour_bits=8 * array.itemsize if array.ndim == 4 else 8,
        warnings=series.warnings,
    )


def first_plane(path: Path) -> NDArray[Any]:
    """(rows, columns) stored values of the first page, palette indices among them.

    Raises:
        ReadError: damaged, or in colour.
    """
    page = pages_of(path)[0]
    if page.samples != 1 or (page.is_colour and not page.is_palette):
        raise ReadError(path, f"a mask of {page.samples} channels: expected one channel of label values")
    return upright(_stored(path, file_bytes(path), page), page.orientation)


def _by_uid(path: Path, pages: Sequence[Page]) -> dict[str, list[Page]]:
    """Pages of one size and type together, in order, by the identity of their series.

    Refused before anything is decoded if they are too large.
    """
    pixels = sum(page.rows * page.columns for page in pages)
    if pixels > MOST_PIXELS:
        size = f"{len(pages)} × {pages[0].rows} × {pages[0].columns} pixels"
        raise ReadError(path, f"{size}: more than the {MOST_PIXELS} that are opened")
    declared, present = sum(page.stored_bytes for page in pages), path.stat().st_size
    if declared > max(_ALWAYS_ALLOWED_BYTES, BELIEVABLE_EXPANSION * present):
        raise ReadError(path, f"the pages declare {declared} bytes of pixels, found a file of {present}")
    groups: dict[tuple[object, ...], list[Page]] = {}
    for page in pages:
        _check(path, page)
        # A palette's colours have eight bits, as those of most pages beside it.
        bits = 8 if page.is_palette else page.bits
        groups.setdefault((page.shape_shown, bits, page.kind, page.photometric == _WHITE_IS_ZERO), []).append(page)
    uid = identity(path)
    return {identity_of_part(uid, n, len(groups)): group for n, group in enumerate(groups.values())}


def _check(path: Path, page: Page) -> None:
    if not page.kind:
        raise ReadError(path, "TIFF with complex numbers or samples of no stated kind: expected numbers")
    if page.is_colour and (page.kind == "f" or page.bits not in (1, 2, 4, 8, 16, 32)):
        raise ReadError(path, f"TIFF with colour of {page.bits} bits ({page.kind}): expected whole numbers of 8 to 32")


def _series(path: Path, uid: str, pages: Sequence[Page], is_one_of_many: bool) -> Series:
    first = pages[0]
    rows, columns = first.shape_shown
    deep = first.is_colour and not first.is_palette and first.bits > 8
    warnings = [TURNED] if any(page.orientation > 1 for page in pages) else []
    if deep:
        warnings.append(f"the screen shows the 8 highest of {first.bits} bits of colour")
    if first.channels_left_out:
        shown = "the first 3 are" if first.is_colour else "the first is"
        warnings.append(f"{first.samples} channels: {shown} shown")
    return Series(
        uid=uid,
        kind="image",
        format="picture",
        files=(path,),
        shape_kji=(len(pages), rows, columns),
        geometry=Geometry((len(pages), rows, columns)),
        description=f"{path.name}, pages of {columns} × {rows}" if is_one_of_many else path.name,
        photometric="RGB" if first.is_colour else "MONOCHROME2",
        warnings=tuple(warnings),
    )


def _decoded(path: Path, data: mmap, page: Page) -> NDArray[Any]:
    """(rows, columns) grey values, or (rows, columns, 3) RGB, not turned yet."""
    found = _stored(path, data, page)
    if page.is_palette:
        return _through_palette(path, found, page)
    if page.is_colour and (found.ndim != 3 or found.shape[2] < 3):
        raise ReadError(path, f"damaged picture: colour of {page.samples} channels")
    if found.ndim == 3:
        found = found[..., :3] if page.is_colour else found[..., 0]  # transparency has no meaning in an image
    if found.dtype == np.bool_:
        return found.astype(np.uint8) * np.uint8(255)
    return found.astype(np.float32) if found.dtype == np.float16 else found


def _stored(path: Path, data: mmap, page: Page) -> NDArray[Any]:
    """(rows, columns) or (rows, columns, channels) as the decoder leaves them, channels last."""
    converts = page.photometric in _YCBCR_AND_LAB
    try:
        found = imagecodecs.tiff_decode(data, asrgb=converts)
    except _DAMAGED as error:
        raise ReadError(path, f"damaged picture, or compressed in a way that is not read: {error}") from error
    if page.is_separate and found.ndim == 3 and not converts:
        found = np.moveaxis(found, 0, -1)
    if found.shape[:2] != (page.rows, page.columns) or found.ndim > 3:
        raise ReadError(path, f"the page decodes to {found.shape}, expected {(page.rows, page.columns)}")
    return found


def _through_palette(path: Path, indices: NDArray[Any], page: Page) -> NDArray[np.uint8]:
    """Colours of 8 bits; a palette has 16, of which some writers fill the lower half only."""
    colours = np.array(page.colour_map, np.uint16)
    if indices.ndim != 2 or len(colours) < 3 << page.bits or indices.dtype.kind not in "ub":
        raise ReadError(path, f"damaged picture: a palette of {len(colours)} values for {page.bits} bits")
    table = colours[: 3 << page.bits].reshape(3, -1).T
    eight = table >> 8 if table.max() > 0xFF else table
    return np.asarray(eight.astype(np.uint8)[indices.astype(np.intp)])
