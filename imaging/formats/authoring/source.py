"""The image a mask lies on: its slices, each with the DICOM instance and frame it came from."""

from dataclasses import dataclass

from pydicom.dataset import Dataset

from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.authoring.maker import of, series_uid_of
from imaging.formats.dicom.attributes import numbers, text
from imaging.formats.dicom.grid import Stack
from imaging.formats.dicom.header import read_header
from imaging.formats.dicom.stack import again
from imaging.regular import SUFFIX
from imaging.study import Series


@dataclass(frozen=True)
class Instance:
    """One frame of a DICOM image.

    Attributes:
        uid, class_uid: SOP Instance and SOP Class UID.
        frame: number of the frame in it, from 1. frames: how many it has.
    """

    uid: str
    class_uid: str
    frame: int
    frames: int

    @property
    def reference(self) -> Dataset:
        """An item that refers to this frame (PS3.3 10.3)."""
        found = of(ReferencedSOPClassUID=self.class_uid, ReferencedSOPInstanceUID=self.uid)
        if self.frames > 1:
            found.ReferencedFrameNumber = self.frame
        return found


@dataclass(frozen=True)
class Source:
    """An image with the DICOM instances of its slices.

    Attributes:
        instances: of each k; empty for images that are not DICOM or have no identity, and for resampled ones.
        series_uid: Series Instance UID as in the files.
    """

    grid: ImageGrid
    instances: tuple[Instance, ...]
    series_uid: str
    frame_of_reference: str
    name: str

    def slice_showing(self, image: Dataset) -> int | None:
        """The slice that an image reference means (PS3.3 10.3); one without a frame number the first of its image."""
        uid, frames = text(image, "ReferencedSOPInstanceUID"), numbers(image, "ReferencedFrameNumber")
        for k, each in enumerate(self.instances):
            if each.uid == uid and (each.frames == 1 or not frames or each.frame == int(frames[0])):
                return k
        return None


def source_of(series: Series, grid: ImageGrid) -> Source:
    """The image of a listed series.

    Raises:
        ReadError: its files have changed since it was listed.
    """
    name = series.description or series.modality or series.uid
    if series.format != "DICOM" or series.uid.endswith(SUFFIX):
        return Source(grid, (), series_uid_of(series), series.frame_of_reference, name)
    stack = again(series, [read_header(path) for path in series.files])
    instances = _instances(stack)
    series_uid = stack.frames[0].header.text("SeriesInstanceUID")
    if not series_uid or not all(each.uid and each.class_uid for each in instances):
        instances = ()  # they cannot be referred to
    return Source(grid, instances, series_uid, series.frame_of_reference, name)


def instances_of(series: Series) -> tuple[Instance, ...]:
    """The DICOM instance of each k; empty for images that are not DICOM, and for resampled ones.

    Raises:
        ReadError: its files have changed since it was listed.
    """
    if series.format != "DICOM" or series.uid.endswith(SUFFIX):
        return ()
    return _instances(again(series, [read_header(path) for path in series.files]))


def _instances(stack: Stack) -> tuple[Instance, ...]:
    return tuple(
        Instance(
            frame.header.text("SOPInstanceUID"),
            frame.header.text("SOPClassUID"),
            frame.index + 1,
            frame.layout.frames,
        )
        for frame in stack.frames
    )
