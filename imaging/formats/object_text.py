"""Waveforms, plans, presentation states and other objects in short, as plain text."""

from collections import Counter
from collections.abc import Iterator

from pydicom.dataset import Dataset
from pydicom.uid import UID

from imaging.formats.character_sets import one_line
from imaging.formats.dicom.attributes import items, number, text, whole
from imaging.formats.report_text import coded
from imaging.study import DocumentKind

_MOST_LISTED = 200
_LONGEST_VALUE = 80
_BINARY = ("OB", "OD", "OF", "OL", "OV", "OW", "UN", "SQ")


def object_text(kind: DocumentKind, dataset: Dataset) -> str:
    """What an object of this kind holds: channels, beams, regions, segments, references or, failing all, attributes."""
    match kind:
        case "waveform":
            found = list(_waveforms(dataset))
        case "plan":
            found = [*_plan(dataset), *_structures(dataset)]
        case "presentation":
            found = list(_presentation(dataset))
        case "segmentation":
            found = list(_segments(dataset))
        case _:
            found = []
    found += _references(dataset)
    return "\n".join(_shortened(found) or _attributes(dataset))


def _waveforms(dataset: Dataset) -> Iterator[str]:
    """Each multiplex group with its sampling frequency, duration and channels (PS3.3 C.10.9)."""
    for n, group in enumerate(items(dataset, "WaveformSequence"), start=1):
        frequency_hz, samples = number(group, "SamplingFrequency"), whole(group, "NumberOfWaveformSamples")
        label = text(group, "MultiplexGroupLabel")
        yield f"Group {n}{f' ({label})' if label else ''}: {_timing(frequency_hz, samples)}"
        for channel in items(group, "ChannelDefinitionSequence"):
            name = (
                text(channel, "ChannelLabel") or coded(channel, "ChannelSourceSequence") or "a channel without a name"
            )
            unit = items(channel, "ChannelSensitivityUnitsCodeSequence")
            symbol = text(unit[0], "CodeValue") if unit else ""
            yield f"  {name}{f', in {symbol}' if symbol else ''}"


def _timing(frequency_hz: float | None, samples: int | None) -> str:
    if not frequency_hz or samples is None or frequency_hz < 0:
        return f"{samples if samples is not None else 'an unknown number of'} samples, sampling frequency not stated"
    return f"{samples} samples at {frequency_hz:g} Hz, {samples / frequency_hz:g} s"


def _plan(dataset: Dataset) -> Iterator[str]:
    """Beams, fractions and prescriptions of a treatment plan (PS3.3 C.8.8.9 to C.8.8.14)."""
    for beam in [*items(dataset, "BeamSequence"), *items(dataset, "IonBeamSequence")]:
        name = text(beam, "BeamName") or f"number {text(beam, 'BeamNumber')}"
        about = (text(beam, "BeamType"), text(beam, "RadiationType"), text(beam, "TreatmentMachineName"))
        yield f"Beam {name}: {', '.join(part for part in about if part)}".rstrip(": ")
    for group in items(dataset, "FractionGroupSequence"):
        yield f"Fractions planned: {text(group, 'NumberOfFractionsPlanned') or 'not stated'}"
    for dose in items(dataset, "DoseReferenceSequence"):
        target_gy = text(dose, "TargetPrescriptionDose")
        about = text(dose, "DoseReferenceDescription") or text(dose, "DoseReferenceStructureType")
        yield f"Dose reference {about}{f': {target_gy} Gy' if target_gy else ''}"


def _structures(dataset: Dataset) -> Iterator[str]:
    """Regions of interest of a structure set with how many contours each has (PS3.3 C.8.8.5, C.8.8.6)."""
    contours = {
        text(each, "ReferencedROINumber"): len(items(each, "ContourSequence"))
        for each in items(dataset, "ROIContourSequence")
    }
    for roi in items(dataset, "StructureSetROISequence"):
        count = contours.get(text(roi, "ROINumber"), 0)
        yield f"Region {text(roi, 'ROIName') or text(roi, 'ROINumber')}: {count} contour{'' if count == 1 else 's'}"


def _presentation(dataset: Dataset) -> Iterator[str]:
    """Windows, shapes and notes a presentation state draws on its images (PS3.3 A.33)."""
    for window in items(dataset, "SoftcopyVOILUTSequence"):
        if text(window, "WindowCenter"):
            yield f"Window: center {text(window, 'WindowCenter')}, width {text(window, 'WindowWidth')}"
    for annotation in items(dataset, "GraphicAnnotationSequence"):
        layer = text(annotation, "GraphicLayer")
        for note in items(annotation, "TextObjectSequence"):
            yield f"Note on {layer or 'the image'}: {text(note, 'UnformattedTextValue')}"
        for graphic in items(annotation, "GraphicObjectSequence"):
            yield f"Shape on {layer or 'the image'}: {text(graphic, 'GraphicType').lower()}"


def _segments(dataset: Dataset) -> Iterator[str]:
    """Segments with their property and how they were made (PS3.3 C.8.20.4)."""
    for segment in [*items(dataset, "SegmentSequence"), *items(dataset, "SurfaceSequence")]:
        name = text(segment, "SegmentLabel") or text(segment, "SurfaceComments") or "without a name"
        kind = coded(segment, "SegmentedPropertyTypeCodeSequence")
        how = text(segment, "SegmentAlgorithmType").lower()
        yield f"Segment {text(segment, 'SegmentNumber')} {name}: {', '.join(part for part in (kind, how) if part)}"


def _references(dataset: Dataset) -> list[str]:
    """Objects named in any of the reference sequences, counted by series and SOP class."""
    counts: Counter[tuple[str, str]] = Counter()
    for series in items(dataset, "ReferencedSeriesSequence"):
        for keyword in ("ReferencedImageSequence", "ReferencedInstanceSequence", "ReferencedSOPSequence"):
            for each in items(series, keyword):
                counts[text(series, "SeriesInstanceUID"), text(each, "ReferencedSOPClassUID")] += 1
    for keyword in ("ReferencedStructureSetSequence", "ReferencedRTPlanSequence", "ReferencedImageSequence"):
        for each in items(dataset, keyword):
            counts["", text(each, "ReferencedSOPClassUID")] += 1
    return [
        f"Refers to {count} × {UID(kind).name or 'an object'}{f' of series {series}' if series else ''}"
        for (series, kind), count in counts.items()
    ]


def _attributes(dataset: Dataset) -> list[str]:
    """Attributes with short values by name; binary values only with their size. Private ones are left out."""
    lines: list[str] = []
    for tag in list(dataset.keys())[:_MOST_LISTED]:
        element = dataset[tag]
        if tag.is_private:
            continue
        if element.VR == "SQ":
            lines.append(f"{element.name}: {len(items(dataset, element.keyword))} items")
        elif element.VR in _BINARY:
            lines.append(f"{element.name}: {len(element.value or b'')} bytes")
        elif element.value not in (None, ""):
            lines.append(f"{element.name}: {one_line(str(element.value))[:_LONGEST_VALUE]}")
    return lines


def _shortened(lines: list[str]) -> list[str]:
    if len(lines) <= _MOST_LISTED:
        return lines
    return [*lines[:_MOST_LISTED], f"… and {len(lines) - _MOST_LISTED} more"]
