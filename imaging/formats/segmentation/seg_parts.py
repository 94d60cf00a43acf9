"""Parts of a DICOM SEG: what is said of each segment, and of each frame (PS3.3 C.8.20.2, C.7.6.16)."""

import highdicom as hd
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from imaging.formats.authoring.maker import of, shortened
from imaging.formats.authoring.source import Instance, Source
from imaging.formats.segmentation.cielab import stored_of
from imaging.formats.segmentation.imported import NOT_STATED, Code, Segment
from imaging.geometry import Geometry

_PATIENT = hd.CoordinateSystemNames.PATIENT
_AI = Code("123110", "DCM", "Artificial Intelligence")
_BACKGROUND = Code("125040", "DCM", "Background")
_SEGMENTATION = Code("113076", "DCM", "Segmentation")
_SOURCE = Code("121322", "DCM", "Source image for image processing operation")


def description(segment: Segment, number: int) -> Dataset:
    """One item of the Segment Sequence."""
    algorithm = None
    if segment.algorithm_type != "MANUAL":
        name, version = segment.algorithm or NOT_STATED, segment.algorithm_version or NOT_STATED
        algorithm = hd.AlgorithmIdentificationSequence(shortened(name), concept(_AI), shortened(version))
    found = hd.seg.SegmentDescription(
        number,
        shortened(segment.name) or f"segment {number}",
        concept(segment.category),
        concept(segment.kind),
        segment.algorithm_type or "MANUAL",
        algorithm,
        display_color=hd.color.CIELabColor.from_dicom_value(stored_of(segment.colour)),
    )
    if segment.derivation:
        found.SegmentDescription = segment.derivation[:1024]
    return found


def background() -> Dataset:
    """The item that a label map has for value 0."""
    return of(
        SegmentNumber=0,
        SegmentLabel="Background",
        SegmentAlgorithmType="MANUAL",
        SegmentedPropertyCategoryCodeSequence=Items([concept(_BACKGROUND)]),
        SegmentedPropertyTypeCodeSequence=Items([concept(_BACKGROUND)]),
        RecommendedDisplayCIELabValue=list(stored_of((0, 0, 0))),
    )


def concept(code: Code) -> hd.sr.CodedConcept:
    """A code as highdicom wants it: with a meaning, of 64 characters at most (PS3.3 8.8)."""
    return hd.sr.CodedConcept(code.value, code.scheme, shortened(code.meaning) or shortened(code.value))


def plane_groups(geometry: Geometry, is_grid: bool) -> Dataset:
    """Orientation and measures of a slice; ``is_grid`` where slices are that far apart, not only that thick."""
    step, down, across = geometry.spacing_mm
    return of(
        PlaneOrientationSequence=hd.PlaneOrientationSequence(_PATIENT, (*geometry.axes_lps[2], *geometry.axes_lps[1])),
        PixelMeasuresSequence=hd.PixelMeasuresSequence((down, across), step, step if is_grid else None),
    )


def position(geometry: Geometry) -> Items:
    """Where a slice begins."""
    return hd.PlanePositionSequence(_PATIENT, geometry.origin_lps)


def derivation(instance: Instance) -> Items:
    """The image a frame was made from, with the number of its frame where it has several."""
    image = instance.reference
    image.SpatialLocationsPreserved = "YES"
    image.PurposeOfReferenceCodeSequence = Items([concept(_SOURCE)])
    return Items([of(SourceImageSequence=Items([image]), DerivationCodeSequence=Items([concept(_SEGMENTATION)]))])


def references(source: Source) -> Items:
    """The Referenced Series Sequence: every instance once."""
    seen = {each.uid: each for each in source.instances}
    instances = [of(ReferencedSOPClassUID=each.class_uid, ReferencedSOPInstanceUID=each.uid) for each in seen.values()]
    return Items([of(SeriesInstanceUID=source.series_uid, ReferencedInstanceSequence=Items(instances))])
