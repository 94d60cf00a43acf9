"""A presentation state onto the series that it refers to."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from imaging.errors import ReadError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.authoring.source import Instance, Source, source_of
from imaging.formats.dicom.attributes import PARSE_ERRORS, item, items, numbers, text
from imaging.formats.dicom.lut import lookup_table
from imaging.formats.dicom.plain_object import read_object
from imaging.formats.dicom.shutters import shutter_in
from imaging.formats.dicom.voi import grey_table
from imaging.formats.measurement_report.vocabulary import own_uid
from imaging.formats.presentation.presentation import Presentation
from imaging.formats.presentation.rescale import for_image, transform_of
from imaging.geometry import triples
from imaging.measurement.areas import Ellipse, Outline
from imaging.measurement.figure import Figure
from imaging.measurement.lines import Length
from imaging.measurement.marks import Note, Probe
from imaging.measurement.measurement import Measurement, packed
from imaging.measurement.ruler import Points
from imaging.study import Series
from imaging.volume import VoiFunction, VoiTable, Window

MOST_BYTES = 64 << 20


def read_presentation(path: Path, grid: ImageGrid, series: Series) -> Presentation:
    """How a presentation state wants a series to be looked at.

    Raises:
        ReadError: damaged, no presentation state, or one of other images; says what was found.
    """
    source = source_of(series, grid)
    state = read_object(path, "presentation state", MOST_BYTES)
    try:
        return _presentation(path, state, source, series)
    except PARSE_ERRORS as error:
        raise ReadError(path, f"damaged presentation state: {error}") from error


def _presentation(path: Path, state: Dataset, source: Source, series: Series) -> Presentation:
    if text(state, "Modality") != "PR":
        raise ReadError(path, "no presentation state")
    referred = [image for each in items(state, "ReferencedSeriesSequence") for image in _images(each)]
    shown = [k for k in (source.slice_showing(image) for image in referred) if k is not None]
    if not shown:
        uid = text(referred[0], "ReferencedSOPInstanceUID") if referred else "none"
        raise ReadError(path, f"refers to image {uid}, which is not in {source.name}")
    k, warnings = shown[0], list(_left_out(state))
    rotation = numbers(state, "ImageRotation")
    voi = _for(state, "SoftcopyVOILUTSequence", k, source)
    table, shutter = _table(state, voi, warnings), shutter_in(state)
    if text(state, "ShutterShape") and shutter is None:
        warnings.append(f"its shutter was left out: {text(state, 'ShutterShape')}")
    window = _window(voi)
    if window is not None:
        window, changed = for_image(window, state, transform_of(series, source, k))
        warnings += [changed] if changed else []
    drawn = tuple((each.uid, packed(each)) for each in _drawn(state, k, source, warnings))
    return Presentation(
        k,
        window,
        text(state, "PresentationLUTShape") == "INVERSE",
        int(rotation[0]) % 360 if rotation and rotation[0] % 90 == 0 else 0,
        text(state, "ImageHorizontalFlip") == "Y",
        _area(_for(state, "DisplayedAreaSelectionSequence", k, source)),
        drawn,
        tuple(warnings),
        table,
        shutter,
    )


def _left_out(state: Dataset) -> Iterator[str]:
    """What a state asks for and is not done here, in words."""
    if items(state, "PresentationLUTSequence"):
        yield "its presentation LUT was left out: grey levels go on to the screen as they are"
    if items(state, "MaskSubtractionSequence"):
        yield "its subtraction of a mask image was left out"
    if "BITMAP" in text(state, "ShutterShape"):
        yield "its bitmap shutter was left out"
    sizes = {text(each, "PresentationSizeMode") for each in items(state, "DisplayedAreaSelectionSequence")}
    if sizes & {"TRUE SIZE", "MAGNIFY"}:
        yield "its displayed area is fitted to the viewport, not shown in true size or a fixed magnification"


def _table(state: Dataset, voi: Dataset, warnings: list[str]) -> VoiTable | None:
    """The first VOI LUT (PS3.3 C.11.2.1.1); values may be negative where the state's own rescaling makes them so."""
    luts = items(voi, "VOILUTSequence")
    if not luts:
        return None
    signed = any(each < 0 for each in numbers(state, "RescaleIntercept"))
    found = lookup_table(luts[0], state.original_encoding[1] is not False, signed)
    if found is None:
        warnings.append("its table of grey levels was left out: the window stays")
        return None
    return grey_table(found, text(luts[0], "LUTExplanation").lower())


def _images(node: Dataset) -> list[Dataset]:
    return items(node, "ReferencedImageSequence")


def _for(state: Dataset, keyword: str, k: int, source: Source) -> Dataset:
    """The item that holds for slice ``k``: one without images holds for all, an image without frames for all of its."""
    for each in items(state, keyword):
        images = _images(each)
        if not images or any(_names(image, source.instances[k]) for image in images):
            return each
    return Dataset()


def _names(image: Dataset, instance: Instance) -> bool:
    frames = numbers(image, "ReferencedFrameNumber")
    is_meant = instance.frames == 1 or not frames or instance.frame in frames
    return is_meant and text(image, "ReferencedSOPInstanceUID") == instance.uid


def _window(voi: Dataset) -> Window | None:
    centres, widths = numbers(voi, "WindowCenter"), numbers(voi, "WindowWidth")
    if not centres or not widths or not widths[0] > 0 or not np.isfinite([centres[0], widths[0]]).all():
        return None
    said = text(voi, "VOILUTFunction") or "LINEAR"
    function: VoiFunction = next((each for each in get_args(VoiFunction) if each == said), "LINEAR")
    return Window(centres[0], widths[0], text(voi, "WindowCenterWidthExplanation").split("\\")[0], function)


def _area(area: Dataset) -> tuple[int, int, int, int] | None:
    first, last = numbers(area, "DisplayedAreaTopLeftHandCorner"), numbers(area, "DisplayedAreaBottomRightHandCorner")
    if len(first) != 2 or len(last) != 2:
        return None
    return int(first[1]) - 1, int(first[0]) - 1, int(last[1]) - 1, int(last[0]) - 1


def _drawn(state: Dataset, shown: int, source: Source, warnings: list[str]) -> Iterator[Measurement]:
    """The graphics of the images of this series, with their texts as names."""
    sop, left = text(state, "SOPInstanceUID"), 0
    for n, each in enumerate(items(state, "GraphicAnnotationSequence")):
        images = _images(each)
        places = [shown] if not images else [source.slice_showing(one) for one in images]
        k = next((k for k in places if k is not None), None)
        if k is None:
            continue
        words = "; ".join(text(one, "UnformattedTextValue") for one in items(each, "TextObjectSequence"))
        found = [_figure(one, k, source) for one in items(each, "GraphicObjectSequence")]
        figures = [pair for pair in found if pair is not None] or _notes(each, k, source)
        left += found.count(None)
        for m, (figure, uid) in enumerate(figures):
            own = own_uid(uid) if uid and m == 0 else sha256(f"{sop} {n} {m}".encode()).hexdigest()[:32]
            frame = "lps" if source.grid.geometry.has_position else "kji"
            yield Measurement(own, figure, frame, words if m == 0 else "")
    if left:
        warnings.append(f"{left} of its graphics are no figures that are drawn here and were left out")


def _figure(graphic: Dataset, k: int, source: Source) -> tuple[Figure, str] | None:
    data, shape = numbers(graphic, "GraphicData"), text(graphic, "GraphicType")
    if text(graphic, "GraphicAnnotationUnits") != "PIXEL" or not data or len(data) % 2 or not np.isfinite(data).all():
        return None
    pixels, uid = np.array(data).reshape(-1, 2), text(graphic, "TrackingUID")
    if shape == "ELLIPSE" and len(pixels) == 4:
        middle = (pixels[0] + pixels[1]) / 2
        return Ellipse(_placed(np.array([middle, pixels[0], pixels[2]]), k, source)), uid
    if shape == "CIRCLE" and len(pixels) == 2:
        across = (pixels[1] - pixels[0])[::-1] * (-1, 1)
        return Ellipse(_placed(np.array([pixels[0], pixels[1], pixels[0] + across]), k, source)), uid
    if shape == "POINT" and len(pixels) == 1:
        return Probe(_placed(pixels, k, source)), uid
    if shape in ("POLYLINE", "INTERPOLATED") and len(pixels) > 3 and (pixels[0] == pixels[-1]).all():
        return Outline(_placed(pixels[:-1], k, source), "polygon"), uid
    return (Length(_placed(pixels, k, source)), uid) if shape == "POLYLINE" and len(pixels) == 2 else None


def _notes(annotation: Dataset, k: int, source: Source) -> list[tuple[Figure, str]]:
    """A text without a graphic as a note at its anchor."""
    told = item(annotation, "TextObjectSequence")
    anchored = text(told, "AnchorPointAnnotationUnits") == "PIXEL"
    at = numbers(told, "AnchorPoint") if anchored else []
    return [(Note(_placed(np.array([at]), k, source)), "")] if len(at) == 2 else []


def _placed(pixels: NDArray[np.float64], k: int, source: Source) -> Points:
    """(N, 2) column and row from the corner of the first pixel as points of the image's frame."""
    ji = pixels[:, ::-1] - 0.5
    if not source.grid.geometry.has_position:
        return tuple((float(k), float(j), float(i)) for j, i in ji)
    places = source.grid.slice_geometry(k).point_lps([(0.0, float(j), float(i)) for j, i in ji])
    return triples(places)
