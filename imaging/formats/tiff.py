"""What Pillow does not tell of a TIFF page, or tells wrongly without a word (TIFF 6.0)."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from imaging.errors import ReadError

_BITS_PER_SAMPLE, _PHOTOMETRIC, _PLANES, _SAMPLE_FORMAT = 258, 262, 284, 339
_WHITE_IS_ZERO, _SEPARATE, _UNSIGNED, _SIGNED = 0, 2, 1, 2


def sample_bits(image: Image.Image) -> int:
    """The most bits a sample of the current page has; 0 for other pictures than TIFF."""
    return max(image.tag_v2.get(_BITS_PER_SAMPLE, (1,))) if isinstance(image, TiffImageFile) else 0


def check_page(path: Path, image: Image.Image) -> None:
    """Refuse what Pillow scrambles: deep colour whose channels lie apart.

    Raises:
        ReadError: the current page is of that kind.
    """
    if isinstance(image, TiffImageFile) and image.tag_v2.get(_PLANES) == _SEPARATE and sample_bits(image) > 8:
        found = f"{sample_bits(image)} bits per channel in separate planes (PlanarConfiguration 2)"
        raise ReadError(path, f"TIFF with {found}: expected 8 bits, or channels pixel by pixel")


def with_its_sign(array: NDArray[Any], image: Image.Image) -> NDArray[Any]:
    """The pixels of the current page with the sign that SampleFormat gives them.

    Pillow has 32 bits always with a sign, and 8 bits always without.
    """
    if not isinstance(image, TiffImageFile):
        return array
    sample = set(image.tag_v2.get(_SAMPLE_FORMAT, (_UNSIGNED,)))
    if array.dtype == np.int32 and sample == {_UNSIGNED}:
        return array.view(np.uint32)
    return array.view(np.int8) if array.dtype == np.uint8 and sample == {_SIGNED} else array


def is_white_zero(image: Image.Image) -> bool:
    """True where low values are white and Pillow left them so; of 8 bits and less it turns them round itself."""
    deep = sample_bits(image) > 8
    return isinstance(image, TiffImageFile) and deep and image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
