"""What a coded frame says of itself, read before anything is decoded: size, bits, colour transform."""

from dataclasses import dataclass, replace
from typing import Literal

_JPEG_LS = 0xF7
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {_JPEG_LS}
"""SOF0 to SOF15 without DHT, JPG and DAC (ITU T.81 table B.1), and SOF55 of JPEG-LS (ITU T.87 C.1.1)."""

_ALONE = frozenset(range(0xD0, 0xD9)) | {0x01}
"""Markers without a segment: RSTn, SOI, TEM."""

_START_OF_SCAN = 0xDA
_LOSSLESS = frozenset({0xC3, 0xC7, 0xCB, 0xCF})
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
"""Width to height by the ratio code of a JPEG XL size header, codes 1 to 7 (ISO/IEC 18181-1 D.2)."""


class StreamError(Exception):
    """Bytes that do not begin as their kind of stream begins, and why."""


Coding = Literal["JPEG", "lossless JPEG", "JPEG-LS", "JPEG 2000", "JPEG XL"]


@dataclass(frozen=True)
class StreamHeader:
    """The head of one coded frame.

    Attributes:
        bits: precision of one sample.
        process: second byte of the JPEG frame header's marker; 0 in other streams.
        components: identifier and sampling factors of each JPEG component, two bytes each.
        scan: where the coded data of the first JPEG scan begins; 0 in other streams.
        scanned: components in the first JPEG scan.
        is_transformed: a JPEG 2000 stream whose components were transformed (RCT or ICT).
    """

    rows: int
    columns: int
    samples: int
    bits: int
    process: int = 0
    components: bytes = b""
    scan: int = 0
    scanned: int = 0
    is_transformed: bool = False

    @property
    def is_lossless(self) -> bool:
        """True for the lossless processes of JPEG."""
        return self.process in _LOSSLESS

    @property
    def is_progressive(self) -> bool:
        """True where every scan but the first refines an image that is there already."""
        return self.process in _PROGRESSIVE

    @property
    def is_subsampled(self) -> bool:
        """True where components have unlike sampling factors: only chrominance is stored so."""
        return len(set(self.components[1::2])) > 1


def coding_of(data: bytes) -> Coding | None:
    """The family of a coded frame by its first bytes; None where they are of no stream that says what it is."""
    if data.startswith((b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  ")):
        return "JPEG 2000"
    if data.startswith((b"\xff\x0a", b"\0\0\0\x0cJXL ")):
        return "JPEG XL"
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    header = jpeg_header(data)
    if header.process == _JPEG_LS:
        return "JPEG-LS"
    return "lossless JPEG" if header.is_lossless else "JPEG"


def jpeg_header(data: bytes) -> StreamHeader:
    """The frame header of a JPEG or JPEG-LS stream (ITU T.81 B.2.2, ITU T.87 C.2.2).

    Raises:
        StreamError: no frame header before the first scan.
    """
    found: StreamHeader | None = None
    position = data.find(b"\xff\xd8") + 2
    while position >= 2 and position + 5 <= len(data):
        marker = data[position + 1]
        if data[position] != 0xFF or marker == 0xFF or marker in _ALONE:
            position += 2 if marker in _ALONE and data[position] == 0xFF else 1
            continue
        length = _number(data, position + 2, 2)
        if marker == _START_OF_SCAN and found is not None:
            return replace(found, scan=position + 2 + length, scanned=data[position + 4])
        if marker in _FRAME_HEADERS and position + 10 <= len(data):
            found = _frame_header(data, position, marker)
        position += 2 + max(length, 2)
    raise StreamError("no frame header and scan in the JPEG stream")


def _frame_header(data: bytes, position: int, marker: int) -> StreamHeader:
    samples = data[position + 9]
    listed = data[position + 10 : position + 10 + 3 * samples]
    return StreamHeader(
        rows=_number(data, position + 5, 2),
        columns=_number(data, position + 7, 2),
        samples=samples,
        bits=data[position + 4],
        process=marker,
        components=b"".join(listed[n : n + 2] for n in range(0, len(listed), 3)),
    )


def jpeg2000_header(data: bytes) -> StreamHeader:
    """The image and coding style of a JPEG 2000 stream, bare or in a box (ITU T.800 A.5.1 SIZ, A.6.1 COD).

    Raises:
        StreamError: no image size, or components of unlike size.
    """
    start = data.find(b"\xff\x4f\xff\x51")
    if start < 0 or len(data) < start + 45:
        raise StreamError("no image size in the JPEG 2000 stream")
    x1, y1, x0, y0 = (_number(data, start + 8 + 4 * n, 4) for n in range(4))
    samples = _number(data, start + 40, 2)
    components = [data[start + 42 + 3 * n : start + 45 + 3 * n] for n in range(min(samples, 4))]
    if any(component[1:] != b"\x01\x01" for component in components):
        raise StreamError("components of unlike size in the JPEG 2000 stream")
    depth = components[0][0] if components else 0
    coding = data.find(b"\xff\x52", start, start + 65536)
    is_transformed = 0 <= coding < len(data) - 8 and data[coding + 8] == 1
    return StreamHeader(y1 - y0, x1 - x0, samples, (depth & 0x7F) + 1, is_transformed=is_transformed)


def jpegxl_size(data: bytes) -> tuple[int, int]:
    """Rows and columns of a JPEG XL stream, bare or in a box (ISO/IEC 18181-1 D.2, 18181-2 9.9).

    Raises:
        StreamError: no stream where one should begin.
    """
    start = 0 if data.startswith(b"\xff\x0a") else _boxed_stream(data)
    if data[start : start + 2] != b"\xff\x0a":
        raise StreamError("no image size in the JPEG XL stream")
    bits = _Bits(int.from_bytes(data[start + 2 : start + 14], "little"))
    is_small = bits.take(1)
    rows = _length(bits, is_small)
    ratio = bits.take(3)
    if ratio == 0:
        return rows, _length(bits, is_small)
    width, height = _RATIOS[ratio - 1]
    return rows, rows * width // height


def _boxed_stream(data: bytes) -> int:
    """Where the first codestream box begins its stream: ``jxlc``, or ``jxlp`` after its 4-byte index."""
    whole, part = data.find(b"jxlc"), data.find(b"jxlp")
    return whole + 4 if whole >= 0 else part + 8


def _length(bits: "_Bits", is_small: int) -> int:
    if is_small:
        return 8 * (1 + bits.take(5))
    return 1 + bits.take((9, 13, 18, 30)[bits.take(2)])


class _Bits:
    """Bits of a number, lowest first."""

    def __init__(self, number: int) -> None:
        self._left = number

    def take(self, count: int) -> int:
        """The next ``count`` bits."""
        found = self._left & ((1 << count) - 1)
        self._left >>= count
        return found


def _number(data: bytes, start: int, size: int) -> int:
    return int.from_bytes(data[start : start + size], "big")
