"""Pictures (PNG, JPEG, BMP, and TIFF by way of its own module): greyscale or RGB, no millimetres claimed."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.PngImagePlugin import PngImageFile

from imaging import saving
from imaging.errors import ReadError
from imaging.formats import tiff
from imaging.formats.content import first_bytes, identity, identity_of_part
from imaging.formats.pages import MOST_PAGES, MOST_PIXELS, TURNED, grey_if_equal, stacked, upright
from imaging.geometry import Geometry
from imaging.progress import Report, silent
from imaging.study import Series
from imaging.volume import Volume

_DEEP = "the screen shows the 8 highest of 16 bits of colour"
_OPAQUE = "transparency is left out"
_WITH_ALPHA = frozenset(("LA", "PA", "RGBA", "La", "RGBa"))
_CUT = "an animation with 16 bits per channel is read with the 8 highest"

Image.MAX_IMAGE_PIXELS = None  # Pillow would warn and carry on; the limit above refuses, page by page.

_EXIF_ORIENTATION = 0x0112
_DAMAGED = (OSError, SyntaxError, ValueError, TypeError, EOFError, KeyError, IndexError, OverflowError, MemoryError)
"""What Pillow raises on damaged files."""


def describe(path: Path) -> list[Series]:
    """One series per picture, pixels not decoded, or one for each size of its pages.

    Raises:
        ReadError: damaged, too large, or of a kind that is not read.
    """
    if tiff.is_tiff(path):
        return tiff.describe(path)
    with _opened(path) as image:
        by_size = _pages_by_size(path, image)
        image.seek(0)
        colour, turned, deep = _is_colour(path, image), _orientation(image) > 1, _deep_png_kind(path)
        see_through = image.mode in _WITH_ALPHA or "transparency" in image.info
        shown = sorted(page for pages in by_size.values() for page in pages)
        times_ms = _times_ms(image, shown) if isinstance(image, PngImageFile) else ()
    clip = len(times_ms) > 1
    cut = (_CUT,) if clip else (_DEEP,) * colour
    warnings = (TURNED,) * turned + cut * bool(deep) + (_OPAQUE,) * see_through
    uid, many = identity(path), len(by_size) > 1
    return [
        Series(
            uid=identity_of_part(uid, n, len(by_size)),
            kind="clip" if clip else "image",
            format="picture",
            files=(path,),
            shape_kji=(len(pages), *size),
            geometry=Geometry((len(pages), *size)),
            description=f"{path.name}, pages of {size[1]} × {size[0]}" if many else path.name,
            photometric="RGB" if colour else "MONOCHROME2",
            frame_time_ms=float(np.median(np.diff(times_ms))) if clip else None,
            warnings=warnings,
        )
        for n, (size, pages) in enumerate(by_size.items())
    ]


def load_volume(series: Series, report: Report = silent) -> Volume:
    """The pixels of one picture: (pages, rows, columns), or (pages, rows, columns, 3) uint8 RGB.

    Raises:
        ReadError: damaged, or changed since it was listed.
        Cancelled: by ``report``.
    """
    path = series.files[0]
    if tiff.is_tiff(path):
        return tiff.load_volume(series, report)
    pages: list[NDArray[Any]] = []
    with _opened(path) as image:
        chosen = _pages_by_size(path, image).get(series.shape_kji[1:], [])
        if len(chosen) != series.frames:
            raise ReadError(path, "the file has changed since it was listed: open it again")
        for page in chosen:
            report(len(pages), len(chosen), f"Loading {path.name}")
            pages.append(_page(path, image, page))
        times_ms = _times_ms(image, chosen) if series.kind == "clip" else ()
    array = stacked(path, pages)
    return Volume(
        array,
        Geometry(series.shape_kji),
        series.kind,
        series_uid=series.uid,
        colour_bits=8 * array.itemsize if array.ndim == 4 else 8,
        frame_times_ms=times_ms,
        warnings=series.warnings,
    )


def write_png(path: Path, array: NDArray[np.uint8]) -> None:
    """Write (J, I) grey levels or labels, or (J, I, 3) RGB, as a PNG that is whole or not there.

    Raises:
        SaveError: the file cannot be written; what stood there is untouched.
    """
    with saving.replacing(path) as temporary:
        Image.fromarray(np.ascontiguousarray(array)).save(temporary, format="PNG")


def read_mask(path: Path) -> NDArray[np.uint8]:
    """(1, J, I) uint8 label values of a mask picture, exactly as stored: no palette is applied.

    Raises:
        ReadError: damaged, in colour, or with values beyond 255.
    """
    array = tiff.first_plane(path) if tiff.is_tiff(path) else _mask_plane(path)
    if array.min() < 0 or array.max() > 255:
        raise ReadError(path, f"label values up to {array.max()}: expected at most 255")
    return array.astype(np.uint8)[None]


def _mask_plane(path: Path) -> NDArray[Any]:
    with _opened(path) as image:
        if image.mode not in ("1", "L", "P", "I;16", "I"):
            raise ReadError(path, f"a mask of mode {image.mode}: expected one channel of label values")
        return _decoded(path, image) // _grey_step(path)


def _grey_step(path: Path) -> int:
    """By what Pillow multiplies the greys of a PNG of 2 or 4 bits, which it spreads to 255 (PNG, IHDR)."""
    head = first_bytes(path, 26)
    return {b"\x02\0": 85, b"\x04\0": 17}.get(head[24:26], 1) if head.startswith(b"\x89PNG") else 1


def _is_colour(path: Path, image: Image.Image) -> bool:
    grey = image.mode in ("1", "L", "LA", "I", "F") or image.mode.startswith("I;")
    return not grey and _deep_png_kind(path) != "grey"


def _times_ms(image: Image.Image, pages: Sequence[int]) -> tuple[float, ...]:
    """When each frame of an animated PNG begins, the first at 0 (PNG, third edition, 11.3.6.2 fcTL)."""
    durations: list[float] = []
    for page in pages:
        image.seek(page)
        durations.append(float(image.info.get("duration", 0)))
    return (0.0, *(float(end) for end in np.cumsum(durations[:-1])))


def _pages_by_size(path: Path, image: Image.Image) -> dict[tuple[int, int], list[int]]:
    """The pages of each size in rows and columns, as they are shown.

    Raises:
        ReadError: more pixels than are opened, more pages, or of a kind that is not read.
    """
    found: dict[tuple[int, int], list[int]] = {}
    count, pixels = int(getattr(image, "n_frames", 1)), 0
    if count > MOST_PAGES:
        raise ReadError(path, f"{count} pages: up to {MOST_PAGES} are opened")
    for page in range(1 if _has_stand_in(image) else 0, count):
        image.seek(page)
        width, height = image.size
        pixels += width * height
        if pixels > MOST_PIXELS:
            raise ReadError(path, f"{count} × {height} × {width} pixels: more than the {MOST_PIXELS} that are opened")
        size = (width, height) if _orientation(image) >= 5 else (height, width)
        found.setdefault(size, []).append(page)
    return found


def _has_stand_in(image: Image.Image) -> bool:
    """True for an animated PNG whose first image is none of the animation: it is for programs that show no animation.

    PNG, third edition, 4.9.
    """
    return isinstance(image, PngImageFile) and bool(image.default_image)


@contextmanager
def _opened(path: Path) -> Generator[Image.Image]:
    try:
        with Image.open(path) as image:
            yield image
    except UnidentifiedImageError as error:
        raise ReadError(path, "a picture that is damaged, or of a kind and depth that is not read") from error
    except _DAMAGED as error:
        raise ReadError(path, f"damaged picture: {error}") from error


def _page(path: Path, image: Image.Image, page: int) -> NDArray[Any]:
    """(rows, columns), or (rows, columns, 3) uint8 where the channels differ; turned as the camera says."""
    image.seek(page)
    if _deep_png_kind(path) and getattr(image, "n_frames", 1) == 1:
        return upright(_deep_png(path), _orientation(image))
    shown = ImageOps.exif_transpose(image) if _orientation(image) > 1 else image
    grey = shown.mode in ("1", "L", "I", "F") or shown.mode.startswith("I;")
    array = _decoded(path, shown if grey else _without_alpha(shown))
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype == np.int32 and array.min() >= 0 and array.max() <= 0xFFFF:
        return array.astype(np.uint16)
    return grey_if_equal(array)


def _orientation(image: Image.Image) -> int:
    """How the camera was held (EXIF 4.6.5.1.6); 1 is upright. PNG is asked only where it says so before its pixels."""
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    return int(image.getexif().get(_EXIF_ORIENTATION, 1))


def _without_alpha(image: Image.Image) -> Image.Image:
    """The colours themselves; transparency has no meaning in an image to be read."""
    return image.convert("L" if image.mode == "LA" else "RGB")


def _decoded(path: Path, image: Image.Image) -> NDArray[Any]:
    array = np.asarray(image)
    if array.size == 0:
        raise ReadError(path, "no pixels")
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _deep_png_kind(path: Path) -> str:
    """``"RGB"`` or ``"grey"`` of a PNG whose 16 bits per channel Pillow cuts to 8; empty for all others (PNG, IHDR)."""
    head = first_bytes(path, 26)
    kinds = {b"\x10\x02": "RGB", b"\x10\x04": "grey", b"\x10\x06": "RGB"}
    return kinds.get(head[24:26], "") if head.startswith(b"\x89PNG") else ""


def _deep_png(path: Path) -> NDArray[Any]:
    """(rows, columns) or (rows, columns, 3) uint16 of a PNG, without its transparency."""
    try:
        found = imagecodecs.png_decode(path.read_bytes())
    except RuntimeError as error:
        raise ReadError(path, f"damaged picture: {error}") from error
    return grey_if_equal(found[..., :3] if found.shape[2] > 2 else np.ascontiguousarray(found[..., 0]))
