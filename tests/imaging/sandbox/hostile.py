"""Files made to do harm, each small."""

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
from pydicom import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    RLELossless,
    SecondaryCaptureImageStorage,
)

DEFLATED_FRAMES = b"1.2.840.10008.1.2.8.1\0"


def image(rows: int = 4, columns: int = 4, **attributes: object) -> Dataset:
    """A sound secondary capture of zeros, but for the attributes given."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = SecondaryCaptureImageStorage, "1.2.3.4"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.Modality = "1.2.3.1", "1.2.3.2", "OT"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = rows, columns, 1
    dataset.PhotometricInterpretation, dataset.BitsAllocated, dataset.BitsStored = "MONOCHROME2", 8, 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    dataset.PixelData = bytes(16)
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def saved(path: Path, dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> Path:
    """The data set as a file, whatever it says."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(path, enforce_file_format=True)
    return path


def nested(path: Path, depth: int, implicit: bool = False, wanted: bool = True) -> Path:
    """A sequence in a sequence, ``depth`` deep, before the size of the image."""
    saved(path, image(), ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian)
    tag = struct.pack("<HH", 0x0028, 0x3000) if wanted else struct.pack("<HH", 0x0008, 0x1140)
    undefined = b"\xff\xff\xff\xff"
    sequence = tag + (undefined if implicit else b"SQ\0\0" + undefined)
    level = sequence + struct.pack("<HH", 0xFFFE, 0xE000) + undefined
    ends = struct.pack("<HHLHHL", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    data = path.read_bytes()
    at = data.index(struct.pack("<HH", 0x0028, 0x0002)) if not wanted else data.index(b"\xe0\x7f\x10\0")
    path.write_bytes(data[:at] + level * depth + ends * depth + data[at:])
    return path


def huge_with_few_bytes(path: Path) -> Path:
    return saved(path, image(65535, 65535, PixelData=bytes(512)))


def countless_frames(path: Path) -> Path:
    return saved(path, image(NumberOfFrames=2**31 - 1))


def rle_bomb(path: Path) -> Path:
    """30,000 x 30,000 pixels announced over 64 bytes of run lengths."""
    frame = struct.pack("<16L", 1, 64, *[0] * 14) + b"\x81\0" * 32
    return _encapsulated(path, image(30000, 30000, PixelData=encapsulate([frame])), RLELossless)


def deflate_bomb(path: Path) -> Path:
    """A deflated data set of 200 MiB of zeros in 200 KiB."""
    saved(path, image(), DeflatedExplicitVRLittleEndian)
    data = path.read_bytes()
    head = data[: 144 + int.from_bytes(data[140:144], "little")]
    path.write_bytes(head + zeros_deflated(200 << 20))
    return path


def deflated_frame_bomb(path: Path) -> Path:
    """A frame of 16 bytes whose deflated fragment gives 200 MiB."""
    _encapsulated(path, image(PixelData=encapsulate([zeros_deflated(200 << 20)])), JPEGBaseline8Bit)
    # pydicom does not write this transfer syntax; its name is as long as the other's.
    path.write_bytes(path.read_bytes().replace(JPEGBaseline8Bit.encode(), DEFLATED_FRAMES))
    return path


def zeros_deflated(count: int) -> bytes:
    """Raw deflate stream of ``count`` zero bytes, about a thousandth of that."""
    packer, chunk = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS), bytes(1 << 20)
    return b"".join(packer.compress(chunk) for _ in range(count >> 20)) + packer.flush()


def gzip_bomb(path: Path) -> Path:
    """A NIfTI of 30,000 x 30,000 x 1000 bytes in 100 KiB of gzip."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, 30000, 30000, 1000, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, 2, 8)
    struct.pack_into("<8f", header, 76, 1, 1, 1, 1, 1, 1, 1, 1)
    struct.pack_into("<f", header, 108, 352)
    header[344:348] = b"n+1\0"
    path.write_bytes(gzip.compress(bytes(header) + bytes(100 << 20), 9))
    return path


def png_bomb(path: Path) -> Path:
    """60,000 x 60,000 grey pixels in a PNG of a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    size = struct.pack(">LLBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(4 << 20), 9)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))
    return path


def tiff_bomb(path: Path) -> Path:
    """60,000 x 60,000 pixels announced by a TIFF of one strip of 8 bytes."""
    entries = [
        (256, 4, 1, 60000),
        (257, 4, 1, 60000),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, 60000),
        (279, 4, 1, 8),
    ]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHLL", *each) for each in entries) + bytes(4)
    path.write_bytes(b"II*\0" + struct.pack("<L", 16) + bytes(8) + directory)
    return path


def looping_tiff(path: Path) -> Path:
    """A TIFF whose second page is its first again, without end."""
    from PIL import Image

    Image.fromarray(np.zeros((4, 4), np.uint8)).save(path, format="TIFF")
    data = bytearray(path.read_bytes())
    first = int.from_bytes(data[4:8], "little")
    at = first + 2 + 12 * int.from_bytes(data[first : first + 2], "little")
    data[at : at + 4] = struct.pack("<L", first)
    path.write_bytes(data)
    return path


def named_to_deceive(path: Path) -> Path:
    """Markup, control characters and ways out of a folder where names and identities are expected."""
    dataset = image(SOPClassUID=CTImageStorage, SpecificCharacterSet="ISO_IR 192")
    dataset.PatientName = "<b>Bold</b><img src=x>\x1b[31m^Red\x07"
    dataset.PatientID = "../../../../tmp/evil\0.txt"
    dataset.SeriesDescription = "<a href='file:/etc/passwd'>click</a>\r\n\x08"
    dataset.StudyDescription = "\u202egnp.exe"
    dataset.SeriesInstanceUID = "../../../../etc/passwd"
    dataset.StudyInstanceUID = "..\\..\\windows"
    return saved(path, dataset)


def _encapsulated(path: Path, dataset: Dataset, syntax: str) -> Path:
    dataset["PixelData"].is_undefined_length = True
    return saved(path, dataset, syntax)
