"""A presentation state from a way of looking at a series."""

from collections.abc import Sequence
from pathlib import Path

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import CTImageStorage, generate_uid

from imaging.errors import SaveError
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.authoring.maker import (
    PROGRAM,
    UTF8,
    Subject,
    creator_name,
    of,
    program_version,
    put_names,
    shortened,
    subject_of,
)
from imaging.formats.authoring.source import Instance, Source, source_of
from imaging.formats.dicom.attributes import text
from imaging.formats.dicom.grid import Frame
from imaging.formats.dicom.header import read_header
from imaging.formats.dicom.modality import modality_transform, rescale_source
from imaging.formats.dicom.stack import again
from imaging.formats.presentation.graphics import annotation
from imaging.formats.presentation.presentation import Presentation
from imaging.formats.presentation.rescale import lut_item, modality_table
from imaging.labelmap import Provenance
from imaging.measurement.measurement import Measurement
from imaging.measurement.ruler import Ground
from imaging.notice import NOTICE
from imaging.saving import replacing
from imaging.study import Series
from imaging.volume import Shutter, VoiTable, Window

_LAYER = hd.pr.GraphicLayer("MEASUREMENTS", 1, "Measurements")


def write_presentation(
    shown: Presentation,
    measurements: Sequence[Measurement],
    ground: Ground,
    series: Series,
    path: Path,
    made: Provenance,
) -> int:
    """Write a presentation state of a series; the number of measurements left out: on no slice, or beyond the picture.

    Raises:
        SaveError: the file cannot be written, or the image is no DICOM or in colour.
        ReadError: the image's files have changed since they were listed.
    """
    source = source_of(series, grid_of(ground.volume))
    if shown.k >= len(source.instances):
        raise SaveError(path, "a presentation state needs images with DICOM identities")
    if ground.volume.is_colour:
        raise SaveError(path, "a grayscale presentation state cannot hold the view of a colour image")
    frames = again(series, [read_header(path) for path in series.files]).frames
    alike, subject = _alike(frames, shown.k), subject_of(series)
    made_of = {source.instances[k].uid for k in alike}
    images = {uid: _image(uid, frames[shown.k], source, subject) for uid in made_of}
    by_slice = {k: images[source.instances[k].uid] for k in alike}
    drawn = [annotation(each, ground, by_slice, _LAYER) for each in measurements]
    placed = [each for each in drawn if each is not None]
    state = _state(shown, [each for _, each in placed], list(images.values()), made)
    state.ReferencedSeriesSequence = _references(source, alike)
    for k, each in placed:
        each["ReferencedImageSequence"].value = Items([source.instances[k].reference])
    state.DisplayedAreaSelectionSequence = Items([_area(shown, ground)])
    state.ImageRotation, state.ImageHorizontalFlip = shown.rotation_deg, "Y" if shown.mirrored else "N"
    state.add_new("Laterality", "CS", "")
    transform = modality_transform(frames[shown.k].header, frames[shown.k].index)
    if transform.table is not None:
        state.ModalityLUTSequence = Items([modality_table(transform)])
    if shown.table is not None:
        state.SoftcopyVOILUTSequence = Items([of(VOILUTSequence=Items([_lut(shown.table)]))])
    shutter = shown.shutter or ground.volume.shutter
    if shutter is not None:
        _cover(state, shutter)
    put_names(state, subject)
    with replacing(path) as temporary:
        state.save_as(temporary, enforce_file_format=True)
    return drawn.count(None)


def _alike(frames: Sequence[Frame], shown: int) -> list[int]:
    """The slices with the rescale of the shown one, that one first: a state has one for all (PS3.3 C.11.1)."""
    said = [(_rescale(each), _table_said(each)) for each in frames]
    return [shown, *(k for k, each in enumerate(said) if k != shown and each == said[shown])]


def _rescale(frame: Frame) -> tuple[str, str, str]:
    """Slope, intercept and type as the file writes them for a frame."""
    source = rescale_source(frame.header, frame.index)
    return text(source, "RescaleSlope"), text(source, "RescaleIntercept"), text(source, "RescaleType")


def _table_said(frame: Frame) -> tuple[int, bytes, str] | None:
    """Alike for frames with the same modality LUT table; None without one."""
    found = modality_transform(frame.header, frame.index)
    return None if found.table is None else (found.first, found.table.tobytes(), found.unit)


def _image(uid: str, frame: Frame, source: Source, subject: Subject) -> Dataset:
    """An image as one of a single frame: of others highdicom asks for all that they say of their frames."""
    image = subject.image(
        uid,
        CTImageStorage,
        source.series_uid,
        Rows=source.grid.geometry.shape_kji[1],
        Columns=source.grid.geometry.shape_kji[2],
        SamplesPerPixel=1,
    )
    slope, intercept, unit = _rescale(frame)
    if (slope or intercept) and _table_said(frame) is None:
        image.RescaleSlope, image.RescaleIntercept = slope or "1", intercept or "0"
        image.RescaleType = unit or ("HU" if subject.series.modality == "CT" else "US")
    return image


def _references(source: Source, alike: Sequence[int]) -> Items:
    """The images that a state is for (PS3.3 C.11.11), with those of their frames, the shown one first."""
    by_uid: dict[str, list[Instance]] = {}
    for k in alike:
        by_uid.setdefault(source.instances[k].uid, []).append(source.instances[k])
    images = [several[0].reference for several in by_uid.values()]
    for image, several in zip(images, by_uid.values(), strict=True):
        if several[0].frames > 1:
            image.ReferencedFrameNumber = [each.frame for each in several]
    return Items([of(SeriesInstanceUID=source.series_uid, ReferencedImageSequence=Items(images))])


def _state(
    shown: Presentation, drawn: list[hd.pr.GraphicAnnotation], images: list[Dataset], made: Provenance
) -> hd.pr.GrayscaleSoftcopyPresentationState:
    return hd.pr.GrayscaleSoftcopyPresentationState(
        images,
        generate_uid(),
        904,
        generate_uid(),
        1,
        PROGRAM,
        PROGRAM,
        program_version(),
        "0",
        "WETREAD",
        content_description=NOTICE,
        graphic_annotations=drawn or None,
        graphic_layers=[_LAYER] if drawn else None,
        content_creator_name=f"{creator_name(made) or 'unknown'}^",
        voi_lut_transformations=[_voi(shown.window)] if shown.window and shown.table is None else None,
        presentation_lut_transformation=hd.PresentationLUTTransformation("INVERSE" if shown.inverted else "IDENTITY"),
        specific_character_set=UTF8,
        series_description=shortened("Presentation state"),
    )


def _voi(window: Window) -> hd.pr.SoftcopyVOILUTTransformation:
    width = max(window.width, 1.0) if window.function == "LINEAR" else window.width
    names = [shortened(window.name)] if window.name else None
    return hd.pr.SoftcopyVOILUTTransformation([window.centre], [width], names, window.function)


def _lut(table: VoiTable) -> Dataset:
    """A table of grey levels (PS3.3 C.11.2.1.1)."""
    lut = lut_item(table.first, table.grey.astype(np.uint16) * 257)
    if table.name:
        lut.LUTExplanation = shortened(table.name)
    return lut


def _cover(state: Dataset, shutter: Shutter) -> None:
    """The image's own shutter, which a state takes the place of (PS3.3 C.7.6.11, counted from 1)."""
    shapes: list[str] = []
    if shutter.box_ji:
        shapes.append("RECTANGULAR")
        edges = [edge + 1 for edge in shutter.box_ji]
        state.ShutterUpperHorizontalEdge, state.ShutterLeftVerticalEdge = edges[:2]
        state.ShutterLowerHorizontalEdge, state.ShutterRightVerticalEdge = edges[2:]
    if shutter.circle:
        shapes.append("CIRCULAR")
        row, column, radius = (round(each) for each in shutter.circle)
        state.CenterOfCircularShutter, state.RadiusOfCircularShutter = [row + 1, column + 1], radius
    if shutter.polygon:
        shapes.append("POLYGONAL")
        state.VerticesOfThePolygonalShutter = [round(each) + 1 for corner in shutter.polygon for each in corner]
    state.ShutterShape, state.ShutterPresentationValue = shapes, 0


def _area(shown: Presentation, ground: Ground) -> Dataset:
    """The Displayed Area, counted from 1 (PS3.3 C.10.4)."""
    _, rows, columns = ground.volume.geometry.shape_kji
    top, left, bottom, right = shown.area_ji or (0, 0, rows - 1, columns - 1)
    _, row_mm, column_mm = ground.volume.geometry.spacing_mm
    area = of(
        DisplayedAreaTopLeftHandCorner=[left + 1, top + 1],
        DisplayedAreaBottomRightHandCorner=[right + 1, bottom + 1],
        PresentationSizeMode="SCALE TO FIT",
    )
    if ground.volume.geometry.has_position:
        area.PresentationPixelSpacing = [round(row_mm, 8), round(column_mm, 8)]
    else:
        area.PresentationPixelAspectRatio = [round(1000 * row_mm / column_mm), 1000]
    return area
