"""Small pictures of series: the middle slice with its default window, read by the sandbox, kept in the cache."""

import hashlib
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, Qt
from PySide6.QtGui import QImage, QImageWriter

from imaging.errors import ReadError
from imaging.intensity import default_voi, to_grey
from imaging.library.catalogued import stamp
from imaging.progress import Report
from imaging.sandbox import Sandbox
from imaging.saving import replacing
from imaging.study import Series
from imaging.volume import Volume

SIDE_PX = 96
_FORMAT = 1
"""Part of each name in the cache: raise it when pictures are made otherwise."""


def thumbnail(series: Series, folder: Path, sandbox: Sandbox, report: Report) -> Path:
    """The picture of ``series`` in the cache ``folder``; made when there is none of the files as they are now.

    Raises:
        ReadError: the files cannot be read.
        SaveError: the picture cannot be kept.
        Cancelled: by ``report``.
    """
    try:
        identity = f"{_FORMAT} {series.uid} {stamp(series.files)}"
    except OSError as error:
        raise ReadError(series.files[0], f"{error.strerror}") from error
    path = folder / f"{hashlib.sha256(identity.encode()).hexdigest()[:40]}.png"
    if path.is_file():
        return path
    volume = _middle(series, sandbox, report)
    image = picture(volume, len(volume.array) // 2)
    with replacing(path) as temporary:
        if not image.save(str(temporary)):
            raise OSError("no PNG could be written")
    return path


def picture(volume: Volume, k: int) -> QImage:
    """Slice ``k`` in its true proportions, at most :data:`SIDE_PX` on a side."""
    plane = volume.plane(k)
    if volume.is_colour:
        pixels = np.ascontiguousarray(~plane if volume.inverted else plane)
        image_format = QImage.Format.Format_RGB888
    else:
        pixels = np.ascontiguousarray(to_grey(plane, default_voi(volume, k), volume.inverted, volume.padding_at(k)))
        image_format = QImage.Format.Format_Grayscale8
    rows, columns = pixels.shape[:2]
    image = QImage(pixels.data, columns, rows, pixels.strides[0], image_format)
    _, down_mm, across_mm = volume.slice_geometry(k).spacing_mm
    height, width = rows * down_mm, columns * across_mm
    share = SIDE_PX / max(height, width)
    return image.scaled(
        max(1, round(width * share)),
        max(1, round(height * share)),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def as_png(image: QImage) -> bytes:
    """The bytes of a PNG file of ``image``."""
    written = QBuffer()
    written.open(QBuffer.OpenModeFlag.WriteOnly)
    QImageWriter(written, QByteArray(b"png")).write(image)
    return bytes(written.data().data())


def _middle(series: Series, sandbox: Sandbox, report: Report) -> Volume:
    """The middle slice alone where each has a file of its own, else the whole series."""
    if len(series.files) == 1 or len(series.files) != series.frames:
        return sandbox.load_volume(series, report)
    alone = sandbox.open_study(series.files[len(series.files) // 2], report)
    if not alone.series:
        raise ReadError(series.files[0], "the series has changed since it was listed")
    return sandbox.load_volume(alone.series[0], report)
