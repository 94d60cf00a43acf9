"""Measurements as a structured report: one group for each, with its numbers and the points they are inferred from."""

from collections.abc import Iterable, Sequence
from math import isnan
from pathlib import Path

import numpy as np
from highdicom import sr
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, generate_uid

from imaging import saving
from imaging.errors import SaveError
from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.authoring.maker import PROGRAM, UTF8, Subject, creator_name, put_names, shortened, subject_of
from imaging.formats.authoring.source import Instance, Source, source_of
from imaging.formats.measurement_report.vocabulary import (
    EXACT_BLOCK,
    EXACT_ELEMENT,
    FREE_TEXT,
    is_outline,
    quantity,
    tracking_identifier,
    tracking_uid,
    unit_of,
)
from imaging.formats.segmentation.imported import Code
from imaging.formats.segmentation.seg_parts import concept
from imaging.labelmap import Provenance
from imaging.measurement.areas import Ellipse
from imaging.measurement.figure import Value
from imaging.measurement.measurement import Measurement
from imaging.measurement.pixels import nearest_slice
from imaging.measurement.ruler import Ground, slice_of
from imaging.notice import NOTICE
from imaging.study import Series

IN_PLANE_MM = 0.01
"""Points this close to a slice are written as pixels of its image, others as places in the patient."""

Coordinates = NDArray[np.float64]
Group = (
    sr.PlanarROIMeasurementsAndQualitativeEvaluations
    | sr.VolumetricROIMeasurementsAndQualitativeEvaluations
    | sr.MeasurementsAndQualitativeEvaluations
)
"""Measurements that belong together (TID 1410, 1411 and 1501)."""

_REPORT = Code("126000", "DCM", "Imaging Measurement Report")
_PROCEDURE = Code("363679005", "SCT", "Imaging procedure")
_COMMENT = Code("121106", "DCM", "Comment")
_LANGUAGE = Code("en", "RFC5646", "English")


def write_report(
    measurements: Iterable[Measurement], ground: Ground, series: Series, path: Path, made: Provenance
) -> tuple[Measurement, ...]:
    """Write a report that is whole or not there; the measurements left out, which have no number: arrows and notes.

    Raises:
        SaveError: the file cannot be written; or the image is no DICOM; or nothing has a number.
        ReadError: the image's files have changed since they were listed.
    """
    source = source_of(series, grid_of(ground.volume))
    if not source.instances:
        raise SaveError(path, "a structured report needs images with DICOM identities")
    measured = [(each, _numbers(each, ground)) for each in measurements]
    groups = [_Group(each, numbers, ground, source) for each, numbers in measured if numbers]
    if not groups:
        raise SaveError(path, "no measurement has a number to report")
    subject = subject_of(series)
    contents = [each.content() for each in groups]
    report = report_of(contents, _evidence(groups, source, subject), subject, made, f"Measurements of {source.name}")
    with saving.replacing(path) as temporary:
        report.save_as(temporary, enforce_file_format=True)
    return tuple(each for each, numbers in measured if not numbers)


def _numbers(measurement: Measurement, ground: Ground) -> list[Value]:
    return [each for each in measurement.values(ground) if not isnan(each.value)]


class _Group:
    """One measurement on its way into the report."""

    def __init__(self, measurement: Measurement, numbers: Sequence[Value], ground: Ground, source: Source) -> None:
        self._measurement, self._numbers = measurement, numbers
        self._ground, self._source = ground, source
        self.k = self._slice()

    @property
    def instance(self) -> Instance:
        """The image it lies on, or begins on."""
        return self._source.instances[self.k]

    def content(self) -> sr.MeasurementsAndQualitativeEvaluations:
        """The group (TID 1501)."""
        name = self._measurement.name
        free_text = Code(FREE_TEXT.value, FREE_TEXT.scheme, shortened(name))
        return sr.MeasurementsAndQualitativeEvaluations(
            sr.TrackingIdentifier(tracking_uid(self._measurement.uid), tracking_identifier(self._measurement.kind)),
            finding_type=concept(free_text) if name else None,
            measurements=[self._measured(n, each) for n, each in enumerate(self._numbers)],
        )

    def _measured(self, n: int, number: Value) -> sr.Measurement:
        parts = self._parts()
        return sr.Measurement(
            concept(quantity(number.name)),
            number.value,
            concept(unit_of(number.unit)),
            referenced_coordinates=[self._coordinates(parts[n])] if n < len(parts) else None,
        )

    def _parts(self) -> list[Coordinates]:
        """Points of the first numbers: all for the first one; of two diameters each its own, the longer first."""
        points = np.asarray(self._measurement.figure.points, float)
        if self._measurement.kind != "bidirectional":
            return [points]
        placed = self._ground.ruler(self._measurement.figure.points).placed(self._measurement.figure.points)
        pairs = [points[:2], points[2:]]
        return pairs if np.linalg.norm(placed[1] - placed[0]) >= np.linalg.norm(placed[3] - placed[2]) else pairs[::-1]

    def _slice(self) -> int:
        points = self._measurement.figure.points
        k = slice_of(points) if self._ground.frame == "kji" else nearest_slice(self._ground.volume, points[0])
        return min(max(k, 0), len(self._source.instances) - 1)

    def _coordinates(self, points: Coordinates) -> sr.CoordinatesForMeasurement | sr.CoordinatesForMeasurement3D:
        """Points as a graphic, whose numbers have 24 bits; beside them every digit, for our own reader."""
        shape, drawn = _graphic(self._measurement, points)
        graphic = self._graphic_item(shape, drawn)
        graphic.private_block(*EXACT_BLOCK, create=True).add_new(EXACT_ELEMENT, "OD", drawn.astype("<f8").tobytes())
        return graphic

    def _graphic_item(
        self, shape: str, drawn: Coordinates
    ) -> sr.CoordinatesForMeasurement | sr.CoordinatesForMeasurement3D:
        """Pixels of the image where all points lie on it, else places in the patient."""
        flat = self._pixels(drawn)
        if flat is None:
            return sr.CoordinatesForMeasurement3D(
                "POLYGON" if is_outline(self._measurement.kind) else shape, drawn, self._source.frame_of_reference
            )
        frames = [self.instance.frame] if self.instance.frames > 1 else None
        image = sr.SourceImageForRegion(self.instance.class_uid, self.instance.uid, frames)
        return sr.CoordinatesForMeasurement(shape, flat, image)

    def _pixels(self, points: Coordinates) -> Coordinates | None:
        """(N, 2) column and row of an image whose first pixel has its corner at (0, 0) (PS3.3 C.10.5.1.1)."""
        if self._ground.frame == "kji":
            return points[:, :0:-1] + 0.5
        grid = self._source.grid.slice_geometry(self.k)
        index = grid.index_kji(points)
        if self._source.frame_of_reference and np.abs(index[:, 0]).max() * grid.spacing_mm[0] > IN_PLANE_MM:
            return None
        return index[:, :0:-1] + 0.5


def _graphic(measurement: Measurement, points: Coordinates) -> tuple[str, Coordinates]:
    """The type of graphic and its points (PS3.3 C.18.6.1.2)."""
    if isinstance(measurement.figure, Ellipse):
        centre, one, other = points
        if np.linalg.norm(one - centre) < np.linalg.norm(other - centre):
            one, other = other, one
        return "ELLIPSE", np.array([one, 2 * centre - one, other, 2 * centre - other])
    if len(points) == 1:
        return "POINT", points
    return "POLYLINE", np.concatenate([points, points[:1]]) if is_outline(measurement.kind) else points


def report_of(
    groups: Sequence[Group], evidence: list[Dataset], subject: Subject, made: Provenance, description: str
) -> Dataset:
    """A report as a DICOM object: Comprehensive 3D where a place in the patient is written, else Comprehensive.

    Args:
        groups: of measurements (TID 1410, 1411 or 1501).
        evidence: the images and segmentations that they refer to.
    """
    content = sr.MeasurementReport(
        _observer(made),
        concept(_PROCEDURE),
        groups,
        title=concept(_REPORT),
        language_of_content_item_and_descendants=sr.LanguageOfContentItemAndDescendants(concept(_LANGUAGE)),
    )
    notice = sr.TextContentItem(concept(_COMMENT), NOTICE, sr.RelationshipTypeValues.CONTAINS)
    content[0].ContentSequence.append(notice)
    in_space = "SCOORD3D" in str(content)
    first, *others = evidence
    report = (sr.Comprehensive3DSR if in_space else sr.ComprehensiveSR)(
        [_of_known_class(first), *others],
        content[0],
        generate_uid(),
        902,
        generate_uid(),
        1,
        PROGRAM,
        is_complete=True,
        series_description=shortened(description),
        specific_character_set=UTF8,
    )
    _name_class(report, first)
    put_names(report, subject)
    when = made.time.astimezone()
    report["ContentDate"].value, report["ContentTime"].value = when.strftime("%Y%m%d"), when.strftime("%H%M%S")
    return report


def _of_known_class(image: Dataset) -> Dataset:
    """The same image as a CT: highdicom takes patient and study from no class that it does not know, as private."""
    known = Dataset()
    known.update(image)
    del known.SOPClassUID  # which is the element of the image still
    known.SOPClassUID = CTImageStorage
    return known


def _name_class(report: Dataset, image: Dataset) -> None:
    """Give the image its own class in the evidence again."""
    for study in report.CurrentRequestedProcedureEvidenceSequence:
        for series in study.ReferencedSeriesSequence:
            for reference in series.ReferencedSOPSequence:
                if reference.ReferencedSOPInstanceUID == image.SOPInstanceUID:
                    reference.ReferencedSOPClassUID = image.SOPClassUID


def _observer(made: Provenance) -> sr.ObservationContext:
    """Who measured: a person, or a model with its version as a device (TID 1002)."""
    if made.model:
        device = sr.DeviceObserverIdentifyingAttributes(
            generate_uid(entropy_srcs=[made.model, made.model_version]),
            name=shortened(made.model),
            model_name=shortened(f"{made.model} {made.model_version}"),
            manufacturer_name=PROGRAM,
        )
        context = sr.ObserverContext(concept(Code("121007", "DCM", "Device")), device)
        return sr.ObservationContext(observer_device_context=context)
    person = sr.PersonObserverIdentifyingAttributes(f"{creator_name(made) or 'unknown'}^")
    context = sr.ObserverContext(concept(Code("121006", "DCM", "Person")), person)
    return sr.ObservationContext(observer_person_context=context)


def _evidence(groups: Sequence[_Group], source: Source, subject: Subject) -> list[Dataset]:
    """The images that are referred to, as far as highdicom looks at them."""
    instances = {each.instance.uid: each.instance for each in groups}
    return [
        subject.image(
            each.uid,
            each.class_uid,
            source.series_uid,
            Modality=subject.series.modality,
            SeriesNumber=subject.series.number,
            Manufacturer="",
        )
        for each in instances.values()
    ]
