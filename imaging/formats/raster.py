"""Pictures (PNG, JPEG, TIFF, BMP): greyscale or RGB, pages as frames, and no millimetres claimed."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from imaging import saving
from imaging.errors import ReadError
from imaging.formats.content import first_bytes, identity
from imaging.geometry import Geometry
from imaging.progress import Report, silent
from imaging.study import Refusal, Series
from imaging.volume import Volume

MOST_PIXELS = 1 << 28
"""Pixels of all pages together beyond which a picture is refused before it is decoded."""

Image.MAX_IMAGE_PIXELS = None  # Pillow would warn and carry on; the limit above refuses, page by page.

_EXIF_ORIENTATION = 0x0112
_DAMAGED = (OSError, SyntaxError, ValueError, TypeError, EOFError, KeyError, IndexError, OverflowError, MemoryError)
"""What Pillow raises on damaged files."""


def read_series(paths: Sequence[Path], report: Report = silent, done: int = 0) -> tuple[list[Series], list[Refusal]]:
    """One series per picture, pixels not decoded, and the pictures that were refused.

    Raises:
        Cancelled: by ``report``.
    """
    found: list[Series] = []
    refused: list[Refusal] = []
    for n, path in enumerate(paths):
        report(done + n, done + len(paths), f"Reading {path.name}")
        try:
            found.append(_describe(path))
        except ReadError as error:
            refused.append(Refusal(path, error.reason))
    return found, refused


def load_volume(series: Series, report: Report = silent) -> Volume:
    """The pixels of one picture: (pages, rows, columns), or (pages, rows, columns, 3) uint8 RGB.

    Raises:
        ReadError: damaged, or changed since it was listed.
        Cancelled: by ``report``.
    """
    path = series.files[0]
    pages: list[NDArray[Any]] = []
    with _opened(path) as image:
        for page in range(series.frames):
            report(page, series.frames, f"Loading {path.name}")
            pages.append(_page(path, image, page))
    if any(page.shape[:2] != series.shape_kji[1:] for page in pages):
        raise ReadError(path, f"pages of different size: found {pages[-1].shape[:2]}, expected {series.shape_kji[1:]}")
    colour = any(page.ndim == 3 for page in pages)
    array = np.stack([_in_colour(path, page) if colour else page for page in pages])
    return Volume(array, Geometry(series.shape_kji), "image", series_uid=series.uid, warnings=series.warnings)


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
    with _opened(path) as image:
        if image.mode not in ("1", "L", "P", "I;16", "I"):
            raise ReadError(path, f"a mask of mode {image.mode}: expected one channel of label values")
        array = _decoded(path, image)
    if array.min() < 0 or array.max() > 255:
        raise ReadError(path, f"label values up to {array.max()}: expected at most 255")
    return array.astype(np.uint8)[None]


def _describe(path: Path) -> Series:
    with _opened(path) as image:
        pages = int(getattr(image, "n_frames", 1))
        _check_size(path, image, pages)
        width, height = image.size
        if _orientation(image) >= 5:
            width, height = height, width
        colour = image.mode not in ("1", "L", "LA", "I", "F") and not image.mode.startswith("I;")
    shape = (pages, height, width)
    return Series(
        uid=identity(path),
        kind="image",
        format="picture",
        files=(path,),
        shape_kji=shape,
        geometry=Geometry(shape),
        description=path.name,
        photometric="RGB" if colour else "MONOCHROME2",
        warnings=("16 bits per colour channel are shown with the 8 highest",) if _is_deep_colour_png(path) else (),
    )


@contextmanager
def _opened(path: Path) -> Generator[Image.Image]:
    try:
        with Image.open(path) as image:
            yield image
    except UnidentifiedImageError as error:
        raise ReadError(path, f"not a picture that can be opened: {error}") from error
    except _DAMAGED as error:
        raise ReadError(path, f"damaged picture: {error}") from error


def _page(path: Path, image: Image.Image, page: int) -> NDArray[Any]:
    """(rows, columns), or (rows, columns, 3) uint8 where the channels differ; turned as the camera says."""
    image.seek(page)
    _check_size(path, image, 1)
    upright = ImageOps.exif_transpose(image) if _orientation(image) > 1 else image
    grey = upright.mode in ("1", "L", "I", "F") or upright.mode.startswith("I;")
    if not grey:
        upright = _without_alpha(upright)
    array = _decoded(path, upright)
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype == np.int32 and array.min() >= 0 and array.max() <= 0xFFFF:
        return array.astype(np.uint16)
    return _grey_if_equal(array)


def _orientation(image: Image.Image) -> int:
    """How the camera was held (EXIF 4.6.5.1.6); 1 is upright. PNG is asked only where it says so before its pixels."""
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    return int(image.getexif().get(_EXIF_ORIENTATION, 1))


def _check_size(path: Path, image: Image.Image, pages: int) -> None:
    width, height = image.size
    if width * height * pages > MOST_PIXELS:
        raise ReadError(path, f"{pages} × {height} × {width} pixels: more than the {MOST_PIXELS} that are opened")


def _without_alpha(image: Image.Image) -> Image.Image:
    """The colours themselves; transparency has no meaning in an image to be read."""
    return image.convert("L" if image.mode == "LA" else "RGB")


def _decoded(path: Path, image: Image.Image) -> NDArray[Any]:
    array = np.asarray(image)
    if array.size == 0:
        raise ReadError(path, "no pixels")
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _grey_if_equal(array: NDArray[Any]) -> NDArray[Any]:
    """One channel of three that are the same."""
    if array.ndim == 3 and (array[..., :1] == array).all():
        return np.ascontiguousarray(array[..., 0])
    return array


def _in_colour(path: Path, page: NDArray[Any]) -> NDArray[np.uint8]:
    if page.ndim == 3:
        return page
    if page.dtype != np.uint8:
        raise ReadError(path, "pages of colour and of 16-bit grey in one file: expected one kind")
    return np.repeat(page[..., None], 3, axis=2)


def _is_deep_colour_png(path: Path) -> bool:
    """True for a PNG of 16 bits per channel with colour, which Pillow reduces to 8 (PNG specification, IHDR)."""
    head = first_bytes(path, 26)
    return head.startswith(b"\x89PNG") and head[24:26] in (b"\x10\x02", b"\x10\x06")
