"""Small sound files of the formats beside DICOM."""

import bz2
import gzip
import tarfile
import zipfile
import zlib
from pathlib import Path

import av
import numpy as np
from PIL import Image

_PICTURES = ("png", "jpg", "tif", "bmp", "gif")


def other_formats(folder: Path) -> Path:
    """The folder, with pictures, clips, NIfTI, NRRD and MetaImage volumes, zip and tar archives written into it."""
    folder.mkdir(parents=True, exist_ok=True)
    ramp = (np.arange(24 * 32).reshape(24, 32) % 251).astype(np.uint8)
    for suffix in _PICTURES:
        Image.fromarray(ramp).save(folder / f"grey.{suffix}")
        Image.fromarray(np.stack([ramp, ramp.T.reshape(24, 32), 255 - ramp], -1)).save(folder / f"colour.{suffix}")
    Image.fromarray(ramp.astype(np.uint16) * 257).save(folder / "deep.png")
    pages = [Image.fromarray(np.roll(ramp, k)) for k in range(3)]
    pages[0].save(folder / "pages.tif", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    durations = [40, 80, 40]
    pages[0].save(folder / "animated.png", save_all=True, append_images=pages[1:], duration=durations)
    _write_volumes(folder, np.stack([np.roll(ramp, k) for k in range(4)]).astype("<i2"))
    _write_clip(folder / "clip.mp4", ramp)
    with zipfile.ZipFile(folder / "archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob("grey.*")):
            archive.write(path, path.name)
    with tarfile.open(folder / "archive.tar.gz", "w:gz") as archive:
        for path in sorted(folder.glob("colour.*")):
            archive.add(path, path.name)
    return folder


def _write_volumes(folder: Path, values: "np.ndarray[tuple[int, int, int], np.dtype[np.int16]]") -> None:
    """The same (K, J, I) int16 values in each format, headers by hand."""
    k, j, i = values.shape
    header = np.zeros(1, _NIFTI_FIELDS)
    header["size"], header["dim"], header["type"], header["bits"] = 348, (3, i, j, k, 1, 1, 1, 1), 4, 16
    header["pixdim"], header["offset"], header["slope"] = (1, 0.5, 0.5, 2, 1, 1, 1, 1), 352, 1
    header["sform"], header["affine"], header["magic"] = 1, np.diag((-0.5, -0.5, 2, 1))[:3].ravel(), b"n+1"
    nifti = header.tobytes() + bytes(4) + values.tobytes()
    (folder / "volume.nii").write_bytes(nifti)
    (folder / "volume.nii.gz").write_bytes(gzip.compress(nifti))
    nrrd = f"NRRD0004\ntype: int16\ndimension: 3\nsizes: {i} {j} {k}\nspacings: 0.5 0.5 2\nendian: little\n"
    for encoding, pack in (("raw", bytes), ("gzip", gzip.compress), ("bzip2", bz2.compress)):
        packed = f"{nrrd}encoding: {encoding}\n\n".encode() + pack(values.tobytes())
        (folder / f"volume_{encoding}.nrrd").write_bytes(packed)
    meta = f"ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nDimSize = {i} {j} {k}\n"
    meta += "ElementSpacing = 0.5 0.5 2\nElementType = MET_SHORT\nElementDataFile = LOCAL\n"
    (folder / "volume.mha").write_bytes(meta.encode() + values.tobytes())
    packed_meta = meta.replace("DimSize", "CompressedData = True\nDimSize")
    (folder / "packed.mha").write_bytes(packed_meta.encode() + zlib.compress(values.tobytes()))


_NIFTI_FIELDS = np.dtype(
    {
        "names": ["size", "dim", "type", "bits", "pixdim", "offset", "slope", "sform", "affine", "magic"],
        "formats": ["<i4", "<8i2", "<i2", "<i2", "<8f4", "<f4", "<f4", "<i2", "<12f4", "S4"],
        "offsets": [0, 40, 70, 72, 76, 108, 112, 254, 280, 344],
        "itemsize": 348,
    }
)
"""The fields of a NIfTI-1 header that matter here."""


def _write_clip(path: Path, ramp: "np.ndarray[tuple[int, int], np.dtype[np.uint8]]") -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = ramp.shape[1], ramp.shape[0], "yuv420p"
        for k in range(5):
            frame = av.VideoFrame.from_ndarray(np.repeat(np.roll(ramp, k)[..., None], 3, -1), format="rgb24")
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
