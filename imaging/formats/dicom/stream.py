"""The bytes of a DICOM file, inflated where they are deflated."""

import io
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pydicom.uid import DeflatedExplicitVRLittleEndian

from imaging.errors import ReadError

MOST_INFLATION = 10
MOST_INFLATED_BYTES = 2 << 30
_ALWAYS_ALLOWED_BYTES = 64 << 20


def window_bits(head: bytes) -> int:
    """What zlib must be told of a stream with these first bytes: bare (PS3.5 A.5), or in zlib's wrapper (RFC 1950).

    The wrapper's first byte would begin a stored block of a bare stream, which says its length twice.
    """
    is_wrapped = head[:1] == b"\x78" and int.from_bytes(head[:2]) % 31 == 0
    is_stored = len(head) >= 5 and all(head[n] ^ head[n + 2] == 0xFF for n in (1, 2))
    return zlib.MAX_WBITS if is_wrapped and not is_stored else -zlib.MAX_WBITS


@contextmanager
def dataset_stream(path: Path) -> Generator[BinaryIO]:
    """The bytes of a file in which positions of the data set are real: inflated where it is deflated.

    Raises:
        ReadError: unreadable, or inflating to more than is believable.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(1024)
            stream.seek(0)
            deflated = DeflatedExplicitVRLittleEndian.encode() in head
            yield io.BytesIO(_inflated(path, stream.read())) if deflated else stream
    except OSError as error:
        raise ReadError(path, error.strerror or str(error)) from error


def _inflated(path: Path, data: bytes) -> bytes:
    """The file with its data set inflated and its transfer syntax renamed to the same one undeflated (PS3.5 A.5)."""
    start = _end_of_meta(data)
    limit = min(MOST_INFLATED_BYTES, max(_ALWAYS_ALLOWED_BYTES, MOST_INFLATION * len(data)))
    try:
        inflater = zlib.decompressobj(window_bits(data[start : start + 5]))
        dataset = inflater.decompress(data[start:], limit)
    except zlib.error as error:
        raise ReadError(path, f"the deflated data set is damaged: {error}") from error
    if inflater.unconsumed_tail:
        raise ReadError(path, f"inflates to more than {limit >> 20} MiB from {len(data) >> 10} KiB: refused")
    # "…1.2.1.99" and "…1.2.1" padded to the same length: nothing else in the file moves.
    return data[:start].replace(b"1.2.840.10008.1.2.1.99", b"1.2.840.10008.1.2.1\0\0\0") + dataset


def _end_of_meta(data: bytes) -> int:
    """First byte after group 0002, from File Meta Information Group Length (PS3.10 7.1)."""
    if data[132:140] != b"\x02\0\0\0UL\x04\0":
        return 132
    return 144 + int.from_bytes(data[140:144], "little")
