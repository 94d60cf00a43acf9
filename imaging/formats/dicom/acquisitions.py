"""How each frame was made, from its file's header."""

from collections.abc import Sequence

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from imaging.acquisition import Acquisition
from imaging.formats.dicom.attributes import as_read, item, known_tag, number, text
from imaging.formats.dicom.grid import Frame
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.traits import nested

_KHZ_PER_MHZ, _BQ_PER_MBQ = 1e3, 1e6

_VARYING = """
    KVP XRayTubeCurrent Exposure SliceThickness ConvolutionKernel RepetitionTime EchoTime InversionTime FlipAngle
    MagneticFieldStrength MechanicalIndex ViewPosition Laterality ImageLaterality
"""
_TAGS = frozenset(known_tag(tag) for keyword in _VARYING.split() if (tag := tag_for_keyword(keyword)) is not None)


def acquisitions_of(frames: Sequence[Frame]) -> tuple[Acquisition, ...]:
    """How the frames were made: one for all where they say the same, else one per frame, in order.

    Files that say the same are decoded once: a stack's files rarely differ in more than the tube current.
    """
    known: dict[object, Acquisition] = {}
    found: list[Acquisition] = []
    for frame in frames:
        header = frame.header
        key = (header.path, frame.index) if header.has_groups else as_read(header.dataset, _TAGS)
        acquisition = known.get(key)
        if acquisition is None:
            places = _places(frame) if header.has_groups else (header.dataset,)
            acquisition = known[key] = _acquisition(header, places)
        found.append(acquisition)
    return tuple(found) if len(set(known.values())) > 1 else tuple(found[:1])


def _places(frame: Frame) -> tuple[Dataset, ...]:
    """Where a value of an enhanced image may stand: its own functional groups, those of all frames, the top level."""
    header = frame.header
    own = header.frame_groups[frame.index] if frame.index < len(header.frame_groups) else Dataset()
    return (*nested(own), *nested(header.shared_groups), header.dataset)


def _acquisition(header: Header, places: Sequence[Dataset]) -> Acquisition:
    def value(*keywords: str) -> float | None:
        stated = (number(place, keyword) for keyword in keywords for place in places)
        return next((each for each in stated if each is not None), None)

    def words(*keywords: str) -> str:
        return next((stated for keyword in keywords for place in places if (stated := text(place, keyword))), "")

    tracer = item(header.dataset, "RadiopharmaceuticalInformationSequence")
    return Acquisition(
        tube_kv=value("KVP"),
        tube_ma=value("XRayTubeCurrent", "XRayTubeCurrentInmA"),
        exposure_mas=value("Exposure", "ExposureInmAs"),
        slice_thickness_mm=value("SliceThickness"),
        kernel=words("ConvolutionKernel").replace("\\", " "),
        repetition_time_ms=value("RepetitionTime"),
        echo_time_ms=value("EffectiveEchoTime", "EchoTime"),
        inversion_time_ms=value("InversionTime", "InversionTimes"),
        flip_angle_deg=value("FlipAngle"),
        field_strength_t=value("MagneticFieldStrength"),
        transducer_mhz=_per(number(item(header.dataset, "SequenceOfUltrasoundRegions"), "TransducerFrequency"),
                            _KHZ_PER_MHZ),
        mechanical_index=value("MechanicalIndex"),
        view_position=words("ViewPosition"),
        laterality=words("ImageLaterality", "FrameLaterality", "Laterality"),
        tracer=text(tracer, "Radiopharmaceutical"),
        dose_mbq=_per(number(tracer, "RadionuclideTotalDose"), _BQ_PER_MBQ),
    )  # fmt: skip


def _per(value: float | None, unit: float) -> float | None:
    return None if value is None else value / unit
