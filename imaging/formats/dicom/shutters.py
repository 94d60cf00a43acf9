"""What of an image a file asks to cover (DICOM PS3.3 C.7.6.11)."""

from pydicom.dataset import Dataset

from imaging.formats.dicom.attributes import numbers, text, whole
from imaging.formats.dicom.header import Header
from imaging.volume import Shutter

_EDGES = ("ShutterUpperHorizontalEdge", "ShutterLeftVerticalEdge", "ShutterLowerHorizontalEdge",
          "ShutterRightVerticalEdge")  # fmt: skip


def shutter_of(header: Header) -> Shutter | None:
    """The shutter of a file; see :func:`shutter_in`."""
    return shutter_in(header.dataset)


def shutter_in(dataset: Dataset) -> Shutter | None:
    """The shutter that a data set states; None without one, or where none of its shapes is complete.

    Edges, centres and corners are counted from 1 in the file. The standard leaves open on which side the pixels on an
    edge are; here they are seen.
    """
    shapes = text(dataset, "ShutterShape").upper()
    box = _box(dataset) if "RECTANGULAR" in shapes else None
    circle = _circle(dataset) if "CIRCULAR" in shapes else None
    polygon = _polygon(dataset) if "POLYGONAL" in shapes else ()
    return Shutter(box, circle, polygon) if box or circle or polygon else None


def _box(dataset: Dataset) -> tuple[int, int, int, int] | None:
    top, left, bottom, right = (whole(dataset, edge) for edge in _EDGES)
    if top is None or left is None or bottom is None or right is None or bottom < top or right < left:
        return None
    return top - 1, left - 1, bottom - 1, right - 1


def _circle(dataset: Dataset) -> tuple[float, float, float] | None:
    centre = numbers(dataset, "CenterOfCircularShutter")
    radius = whole(dataset, "RadiusOfCircularShutter")
    if len(centre) != 2 or not radius or radius < 0:
        return None
    return centre[0] - 1, centre[1] - 1, float(radius)


def _polygon(dataset: Dataset) -> tuple[tuple[float, float], ...]:
    values = numbers(dataset, "VerticesOfThePolygonalShutter")
    corners = tuple((row - 1, column - 1) for row, column in zip(values[::2], values[1::2], strict=False))
    return corners if len(corners) >= 3 and len(values) % 2 == 0 else ()
