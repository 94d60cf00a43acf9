"""Measurements from a structured report (PS3.16 TID 1500) onto the image they were made on."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from imaging.errors import ReadError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.authoring.source import Source, source_of
from imaging.formats.dicom.attributes import PARSE_ERRORS, item, items, numbers, text
from imaging.formats.dicom.plain_object import read_object
from imaging.formats.measurement_report.packed import PackedMeasurements, ReadMeasurements, ReportedSegment
from imaging.formats.measurement_report.reported import reported_segment
from imaging.formats.measurement_report.vocabulary import (
    EXACT_BLOCK,
    EXACT_ELEMENT,
    FREE_TEXT,
    is_outline,
    kind_of,
    own_uid,
)
from imaging.geometry import triples
from imaging.measurement.areas import Ellipse, Outline
from imaging.measurement.figure import Figure
from imaging.measurement.lines import Angle, Bidirectional, CardiothoracicRatio, Cobb, KnownLength, Length
from imaging.measurement.marks import Probe
from imaging.measurement.measurement import Measurement, packed
from imaging.measurement.ruler import Frame
from imaging.study import Series

MOST_BYTES = 64 << 20
DEEPEST = 32

_GROUP, _IDENTIFIER, _UID, _FINDING = "125007", "112039", "112040", "121071"
_PLAIN: dict[str, tuple[type[Figure], int]] = {
    "length": (Length, 2),
    "angle": (Angle, 3),
    "cobb": (Cobb, 4),
    "cardiothoracic": (CardiothoracicRatio, 4),
    "probe": (Probe, 1),
}


def read_packed(path: Path, grid: ImageGrid, series: Series) -> PackedMeasurements:
    """As :func:`read_report`, with the same errors."""
    found = read_report(path, grid, series)
    return PackedMeasurements(
        tuple((each.uid, packed(each)) for each in found.measurements), found.warnings, found.segments
    )


def read_report(path: Path, grid: ImageGrid, series: Series) -> ReadMeasurements:
    """The measurements of a report that lie on the images of a series; groups of other kinds or images are told.

    Raises:
        ReadError: damaged, no report with measurements, or made on other images altogether.
    """
    source = source_of(series, grid)
    dataset = read_object(path, "structured report", MOST_BYTES)
    try:
        return _read(path, list(_groups(dataset, 0)), source)
    except PARSE_ERRORS as error:
        raise ReadError(path, f"damaged structured report: {error}") from error


def _read(path: Path, groups: list[Dataset], source: Source) -> ReadMeasurements:
    if not groups:
        raise ReadError(path, "no structured report with groups of measurements (TID 1500)")
    found: list[Measurement] = []
    segments: list[ReportedSegment] = []
    strange: list[str] = []
    for n, group in enumerate(groups):
        try:
            segment = reported_segment(group, source)
            if segment is not None:
                segments.append(segment)
            else:
                found += _measurements(group, source)
        except ValueError as error:
            strange.append(f"measurement {n + 1} was left out: {error}")
    if not found and not segments:
        raise ReadError(path, f"none of its {len(groups)} measurements fits this image: {strange[0]}")
    return ReadMeasurements(tuple(found), tuple(strange), tuple(segments))


def _groups(node: Dataset, depth: int) -> Iterator[Dataset]:
    """The containers called Measurement Group."""
    for each in items(node, "ContentSequence") if depth < DEEPEST else ():
        if _concept(each) == _GROUP:
            yield each
        else:
            yield from _groups(each, depth + 1)


def _concept(node: Dataset) -> str:
    return text(item(node, "ConceptNameCodeSequence"), "CodeValue")


def _measurements(group: Dataset, source: Source) -> list[Measurement]:
    """One group as measurements: one, or of a volumetric region one for each outline.

    Raises:
        ValueError: of no kind that is measured here, or not on this image; says which.
    """
    children = items(group, "ContentSequence")
    identifier = next((text(each, "TextValue") for each in children if _concept(each) == _IDENTIFIER), "")
    uid = next((text(each, "UID") for each in children if _concept(each) == _UID), "") or generate_uid()
    values = [each for each in children if text(each, "ValueType") == "NUM"]
    graphics = [each for node in (*values, group) for each in _coordinates(node)]
    if not graphics:
        raise ValueError("it has no points")
    kind = kind_of(identifier) or _kind_by_graphic(graphics)
    parts = [_points(each, source) for each in graphics]
    if not all(np.isfinite(part).all() for part in parts):
        raise ValueError("its points are no numbers")
    frame: Frame = "lps" if source.grid.geometry.has_position else "kji"
    name = _name(children) or ("" if kind_of(identifier) else identifier)
    is_region = is_outline(kind) and len(_coordinates(group)) > 1
    figures = [_figure(kind, each, values) for each in ([[part] for part in parts] if is_region else [parts])]
    return [Measurement(_identity(own_uid(uid), n), figure, frame, name) for n, figure in enumerate(figures)]


def _identity(uid: str, n: int) -> str:
    """The identity of the ``n``-th outline of a region; the first has that of the region."""
    return sha256(f"{uid} {n}".encode()).hexdigest()[:32] if n else uid


def _kind_by_graphic(graphics: list[Dataset]) -> str:
    """What a graphic of a program that names no kind is here.

    Raises:
        ValueError: nothing that is measured here.
    """
    first = graphics[0]
    shape, data = text(first, "GraphicType"), numbers(first, "GraphicData")
    size = 3 if text(first, "ValueType") == "SCOORD3D" else 2
    count = len(data) // size
    closed = count > 3 and data[:size] == data[-size:]
    if shape == "POLYGON" or (shape == "POLYLINE" and closed):
        return "polygon"
    if shape == "POLYLINE" and count == 2 and len(graphics) == 2:
        return "bidirectional"
    simple = {("POINT", 1): "probe", ("ELLIPSE", 4): "ellipse", ("POLYLINE", 2): "length", ("POLYLINE", 3): "angle"}
    if (shape, count) not in simple:
        raise ValueError(f"a {shape or 'missing'} graphic of {count} points is no kind of figure that is measured here")
    return simple[shape, count]


def _coordinates(node: Dataset) -> list[Dataset]:
    return [each for each in items(node, "ContentSequence") if text(each, "ValueType") in ("SCOORD", "SCOORD3D")]


def _name(children: list[Dataset]) -> str:
    """The name a person gave, kept as the meaning of a free-text finding."""
    codes = [item(each, "ConceptCodeSequence") for each in children if _concept(each) == _FINDING]
    named = [each for each in codes if FREE_TEXT.value in (text(each, "CodeValue"), text(each, "LongCodeValue"))]
    return next((text(each, "CodeMeaning") for each in named), "")


def _points(coordinates: Dataset, source: Source) -> NDArray[np.float64]:
    """(N, 3) points in the frame of the image."""
    data = numbers(coordinates, "GraphicData")
    if text(coordinates, "ValueType") == "SCOORD3D":
        frame = text(coordinates, "ReferencedFrameOfReferenceUID")
        if frame != source.frame_of_reference or not source.grid.geometry.has_position or not data or len(data) % 3:
            raise ValueError(f"its points lie in frame of reference {frame}, expected {source.frame_of_reference}")
        return _exact(coordinates, np.array(data).reshape(-1, 3))
    if not data or len(data) % 2:
        raise ValueError(f"{len(data)} coordinates: expected pairs")
    k = _slice_of(coordinates, source)
    pixels = np.array(data).reshape(-1, 2)[:, ::-1] - 0.5
    flat = np.column_stack([np.full(len(pixels), float(k)), pixels])
    if not source.grid.geometry.has_position:
        return _exact(coordinates, flat)
    flat[:, 0] = 0
    return _exact(coordinates, source.grid.slice_geometry(k).point_lps(flat))


def _exact(coordinates: Dataset, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every digit as this program keeps it, unless the graphic says otherwise: then another program moved it."""
    try:
        kept = coordinates.private_block(*EXACT_BLOCK)[EXACT_ELEMENT].value
        exact = np.frombuffer(kept, "<f8").reshape(-1, 3)
    except (KeyError, TypeError, ValueError):
        return points
    agrees = exact.shape == points.shape and np.allclose(exact, points, rtol=1e-5, atol=1e-2)
    return exact if agrees else points


def _slice_of(coordinates: Dataset, source: Source) -> int:
    images = [item(each, "ReferencedSOPSequence") for each in items(coordinates, "ContentSequence")]
    image = next(iter(images), Dataset())
    k = source.slice_showing(image)
    if k is None:
        uid = text(image, "ReferencedSOPInstanceUID") or "not stated"
        raise ValueError(f"it was made on image {uid}, which is not in {source.name}")
    return k


def _figure(kind: str, parts: list[NDArray[np.float64]], values: list[Dataset]) -> Figure:
    if kind == "bidirectional" and len(parts) >= 2:
        parts = [np.concatenate([parts[0][:2], parts[1][:2]])]
    points = triples(parts[0])
    if is_outline(kind) and len(points) >= 3:
        closed = points[:-1] if np.allclose(parts[0][0], parts[0][-1], atol=1e-3) else points
        return Outline(closed, kind)  # pyright: ignore[reportArgumentType] - it is one of the literal's own values
    if kind == "ellipse" and len(points) == 4:
        one, opposite, other, _ = parts[0]
        return Ellipse(triples(np.array([(one + opposite) / 2, one, other])))
    if kind == "bidirectional" and len(points) == 4:
        return Bidirectional(points)
    if kind == "known length" and len(points) == 2 and values:
        known = numbers(item(values[0], "MeasuredValueSequence"), "NumericValue")
        return KnownLength(points, known[0]) if known and known[0] > 0 else Length(points)
    made, count = _PLAIN.get(kind, (Length, -1))
    if len(points) != count:
        raise ValueError(f"a {kind} of {len(points)} points")
    return made(points)
