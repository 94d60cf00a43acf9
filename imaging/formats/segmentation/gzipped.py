"""Slices of a mask as one gzip stream, which can be stopped between two of them."""

import zlib
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from imaging.progress import Report


def gzipped(head: bytes, planes: Sequence[NDArray[Any]] | NDArray[Any], report: Report) -> bytes:
    """A gzip stream (RFC 1952) of a head and the bytes of planes, the same whenever it is made.

    Raises:
        Cancelled: by ``report``, told before every plane.
    """
    stream = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    parts = [stream.compress(head)]
    for k, plane in enumerate(planes):
        report(k, len(planes), f"Compressing slice {k + 1} of {len(planes)}")
        parts.append(stream.compress(plane.tobytes()))
    return b"".join((*parts, stream.flush()))
