"""Multi-frame objects: stacks, phases and directions told apart; concatenations joined; nuclear frames."""

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from imaging.formats import reading
from imaging.geometry import Calibration

AXIAL = (1, 0, 0, 0, 1, 0)
SAGITTAL = (0, 1, 0, 0, 0, -1)


def dataset(**attributes) -> Dataset:
    found = Dataset()
    for keyword, value in attributes.items():
        setattr(found, keyword, value)
    return found


def frame(position, orientation=AXIAL, spacing=(1, 1), content=None, **groups) -> Dataset:
    """The functional groups of one frame; further groups by name with their attributes."""
    found = dataset(
        PlanePositionSequence=Items([dataset(ImagePositionPatient=list(position))]),
        PlaneOrientationSequence=Items([dataset(ImageOrientationPatient=list(orientation))]),
        PixelMeasuresSequence=Items([dataset(PixelSpacing=list(spacing), SliceThickness=2)]),
    )
    if content:
        found.FrameContentSequence = Items([dataset(**content)])
    for name, attributes in groups.items():
        setattr(found, name, Items([dataset(**attributes)]))
    return found


def write_object(write_dicom, frames, name="object.dcm", **attributes):
    """One file whose n-th frame holds n everywhere."""
    pixels = np.arange(len(frames), dtype=np.uint16)[:, None, None] * np.ones((1, 2, 3), np.uint16)
    shared = attributes.pop("shared", Dataset())
    return write_dicom(
        pixels, name, PerFrameFunctionalGroupsSequence=Items(frames), SharedFunctionalGroupsSequence=Items([shared]),
        **({"Modality": "MR"} | attributes),
    )  # fmt: skip


def opened(path):
    found = []
    for series in reading.open_study(path).series:
        volume = reading.load_volume(series)
        found.append((volume.kind, series.description, volume.array[:, 0, 0].tolist()))
    return found


def test_stacks_of_one_object_become_volumes_of_their_own(write_dicom):
    frames = [
        frame(
            (0, 0, 3 * k) if s == 0 else (3 * k, 0, 0), AXIAL if s == 0 else SAGITTAL, content={"StackID": str(s + 1)}
        )
        for k in range(3)
        for s in range(2)
    ]
    found = opened(write_object(write_dicom, frames))
    assert found == [("volume", "stack 1 of 2", [0, 2, 4]), ("volume", "stack 2 of 2", [5, 3, 1])]


def test_stacks_that_differ_in_identity_only_are_not_mixed(write_dicom):
    frames = [frame((0, 0, 3 * k + s), content={"StackID": str(s + 1)}) for s in range(2) for k in range(3)]
    assert [values for _, _, values in opened(write_object(write_dicom, frames))] == [[0, 1, 2], [3, 4, 5]]


def test_temporal_positions_become_phases(write_dicom):
    frames = [
        frame(
            (0, 0, 3 * k),
            content={"TemporalPositionIndex": t + 1, "StackID": "1"},
            TemporalPositionSequence={"TemporalPositionTimeOffset": 1.5 * t},
        )
        for k in range(3)
        for t in range(4)
    ]
    path = write_object(write_dicom, frames)
    assert opened(path) == [("volume", f"temporal position {t + 1} of 4", [t, 4 + t, 8 + t]) for t in range(4)]
    phases = [series.phase for series in reading.open_study(path).series]
    assert [(phase.index, phase.count, phase.time_ms) for phase in phases if phase] == [
        (t, 4, 1500.0 * t) for t in range(4)
    ]


def test_b_values_and_directions(write_dicom):
    kinds = [(0.0, None), (800.0, (1.0, 0.0, 0.0)), (800.0, (0.0, 1.0, 0.0))]
    frames = []
    for k in range(2):
        for b, way in kinds:
            one = frame((0, 0, 3 * k), MRDiffusionSequence={"DiffusionBValue": b})
            if way:
                turned = Items([dataset(DiffusionGradientOrientation=list(way))])
                one.MRDiffusionSequence[0].DiffusionGradientDirectionSequence = turned
            frames.append(one)
    assert opened(write_object(write_dicom, frames)) == [
        ("volume", "b value 0", [0, 3]),
        ("volume", "b value 800, direction 0 1 0", [2, 5]),
        ("volume", "b value 800, direction 1 0 0", [1, 4]),
    ]


def test_echoes_of_a_functional_group(write_dicom):
    frames = [
        frame((0, 0, 3 * k), MREchoSequence={"EffectiveEchoTime": time}) for time in (4.5, 20.0) for k in range(2)
    ]
    assert [name for _, name, _ in opened(write_object(write_dicom, frames))] == ["echo time 4.5 ms", "echo time 20 ms"]


def test_magnitude_and_phase_images(write_dicom):
    frames = [
        frame((0, 0, 3 * k), MRImageFrameTypeSequence={"ComplexImageComponent": kind})
        for kind in ("MAGNITUDE", "PHASE")
        for k in range(2)
    ]
    assert [name for _, name, _ in opened(write_object(write_dicom, frames))] == ["magnitude", "phase"]


def test_legacy_converted_attributes_tell_phases_apart(write_dicom):
    frames = [
        frame((0, 0, 3 * k), UnassignedPerFrameConvertedAttributesSequence={"TriggerTime": str(50 * t)})
        for t in range(2)
        for k in range(2)
    ]
    assert [name for _, name, _ in opened(write_object(write_dicom, frames))] == [
        "trigger time 0 ms",
        "trigger time 50 ms",
    ]


def test_slopes_go_with_their_frames_through_sorting_and_splitting(write_dicom):
    frames = [
        frame(
            (0, 0, 9 - 3 * k),
            content={"TemporalPositionIndex": t + 1},
            PixelValueTransformationSequence={"RescaleSlope": 10**t, "RescaleIntercept": k, "RescaleType": "US"},
        )
        for t in range(2)
        for k in range(3)
    ]
    found = opened(write_object(write_dicom, frames))
    assert [values for _, _, values in found] == [[4, 2, 0], [52, 41, 30]]


def test_mixed_spacings_of_one_object_are_split(write_dicom):
    frames = [frame((0, 0, 3 * k), spacing=(s, s)) for s in (1, 2) for k in range(2)]
    assert [(kind, values) for kind, _, values in opened(write_object(write_dicom, frames))] == [
        ("volume", [0, 1]),
        ("volume", [2, 3]),
    ]


def test_one_slice_in_time_is_a_clip(write_dicom):
    frames = [
        frame((0, 0, 5), CardiacSynchronizationSequence={"NominalCardiacTriggerDelayTime": time})
        for time in (80.0, 0.0, 40.0)
    ]
    path = write_object(write_dicom, frames)
    volume = reading.load_volume(reading.open_study(path).series[0])
    assert volume.kind == "clip" and volume.frame_times_ms == (0.0, 40.0, 80.0)
    assert volume.array[:, 0, 0].tolist() == [1, 2, 0]


def test_an_ultrasound_volume_claims_no_place_in_the_patient(write_dicom):
    frames = []
    for t in range(2):
        for k in (2, 0, 1):
            one = frame((0, 0, 0), content={"TemporalPositionIndex": t + 1})
            del one.PlanePositionSequence, one.PlaneOrientationSequence
            one.PlanePositionVolumeSequence = Items([dataset(ImagePositionVolume=[0, 0, 0.5 * k])])
            one.PlaneOrientationVolumeSequence = Items([dataset(ImageOrientationVolume=list(AXIAL))])
            frames.append(one)
    path = write_object(write_dicom, frames, Modality="US")
    assert opened(path) == [
        ("image", "temporal position 1 of 2", [1, 2, 0]),
        ("image", "temporal position 2 of 2", [4, 5, 3]),
    ]
    series = reading.open_study(path).series[0]
    assert series.geometry is not None and not series.geometry.has_position
    assert series.geometry.spacing_mm == (0.5, 1, 1) and "volume of the ultrasound probe" in series.warnings[0]


def test_frames_are_not_placed_by_what_the_file_says_of_the_first_only(write_dicom):
    """Functional groups without planes, and one position at the top level: where the other frames lie is not known."""
    frames = [dataset(FrameContentSequence=Items([dataset(StackID="1")])) for _ in range(3)]
    path = write_object(
        write_dicom, frames, ImagePositionPatient=[0, 0, 0], ImageOrientationPatient=list(AXIAL), PixelSpacing=[1, 1]
    )
    (series,) = reading.open_study(path).series
    assert series.geometry is not None and not series.geometry.has_position and series.kind == "image"


def test_a_film_of_one_plane_is_a_clip(write_dicom):
    frames = [frame((0, 0, 5)) for _ in range(3)]
    volume = reading.load_volume(reading.open_study(write_object(write_dicom, frames, FrameTime=40)).series[0])
    assert volume.kind == "clip" and volume.frame_times_ms == (0, 40, 80)


def parts_of_a_concatenation(write_dicom, numbers):
    for number in numbers:
        frames = [frame((0, 0, 3 * (2 * (number - 1) + k))) for k in range(2)]
        path = write_object(
            write_dicom, frames, f"{9 - number}.dcm", ConcatenationUID="1.5.5", InConcatenationNumber=number,
            InConcatenationTotalNumber=3, ConcatenationFrameOffsetNumber=2 * (number - 1),
            SOPInstanceUIDOfConcatenationSource="1.5.6", RescaleIntercept=10 * number, RescaleSlope=1,
        )  # fmt: skip
    return path.parent


def test_a_concatenation_is_one_volume_in_order(write_dicom):
    folder = parts_of_a_concatenation(write_dicom, (1, 2, 3))
    assert opened(folder) == [("volume", "", [10, 11, 20, 21, 30, 31])]
    (series,) = reading.open_study(folder).series
    assert [file.name for file in series.files] == ["8.dcm", "7.dcm", "6.dcm"]
    assert series.warnings == ("3 files are parts of one object and were joined",)


def test_a_missing_part_is_told(write_dicom):
    (series,) = reading.open_study(parts_of_a_concatenation(write_dicom, (1, 3))).series
    assert series.frames == 4 and "part 2 of 3 of this object is missing" in series.warnings
    assert reading.load_volume(series).kind == "image"


def nuclear(write_dicom, count, **attributes):
    pixels = np.arange(count, dtype=np.uint16)[:, None, None] * np.ones((1, 2, 2), np.uint16)
    return write_dicom(pixels, Modality="NM", **attributes)


def test_nuclear_frames_by_energy_window_and_detector(write_dicom):
    path = nuclear(
        write_dicom, 4, ImageType=["ORIGINAL", "PRIMARY", "STATIC", "EMISSION"],
        EnergyWindowVector=[1, 1, 2, 2], DetectorVector=[1, 2, 1, 2], PixelSpacing=[4, 4],
    )  # fmt: skip
    assert opened(path) == [
        ("image", f"energy window {e}, detector {d}", [2 * e + d - 3]) for e in (1, 2) for d in (1, 2)
    ]


def test_the_time_slots_of_a_gated_planar_image_are_one_beat(write_dicom):
    path = nuclear(
        write_dicom, 6, ImageType=["ORIGINAL", "PRIMARY", "GATED", "EMISSION"], PixelSpacing=[4, 4],
        DetectorVector=[1, 1, 1, 2, 2, 2], RRIntervalVector=[1] * 6, TimeSlotVector=[1, 2, 3] * 2,
    )  # fmt: skip
    assert opened(path) == [("image", f"detector {d}", [3 * d - 3, 3 * d - 2, 3 * d - 1]) for d in (1, 2)]


@pytest.mark.parametrize("step", [4.0, -4.0])
def test_a_reconstructed_tomogram_is_a_volume(write_dicom, step):
    """PS3.3 C.8.4.15: the sign of Spacing Between Slices says to which side of the first slice the others lie."""
    detector = dataset(ImagePositionPatient=[-10, -20, 30], ImageOrientationPatient=list(AXIAL))
    path = nuclear(
        write_dicom, 3, ImageType=["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"], PixelSpacing=[4, 4],
        SliceThickness=4, SpacingBetweenSlices=step, SliceVector=[1, 2, 3],
        DetectorInformationSequence=Items([detector]),
    )  # fmt: skip
    volume = reading.load_volume(reading.open_study(path).series[0])
    assert volume.kind == "volume" and volume.geometry.calibration is Calibration.PATIENT
    heights = {int(volume.array[k, 0, 0]): volume.geometry.point_lps((k, 0, 0))[2] for k in range(3)}
    assert heights == pytest.approx({n: 30 + n * step for n in range(3)})


@pytest.mark.parametrize("frames", [1, 2])
def test_a_planar_nuclear_image_claims_no_place(write_dicom, frames):
    detector = dataset(ImagePositionPatient=[0, 0, 0], ImageOrientationPatient=list(AXIAL))
    path = nuclear(
        write_dicom, frames, ImageType=["ORIGINAL", "PRIMARY", "DYNAMIC", "EMISSION"], PixelSpacing=[4, 4],
        DetectorInformationSequence=Items([detector]),
    )  # fmt: skip
    (series,) = reading.open_study(path).series
    assert series.geometry is not None and series.geometry.calibration is Calibration.PIXEL_SPACING


@pytest.mark.parametrize(
    ("offsets", "heights"), [([0, 5, 10], [7, 12, 17]), ([0, -5, -10], [-3, 2, 7]), ([7, 12, 17], [7, 12, 17])]
)
def test_dose_planes_by_both_kinds_of_offsets(write_dicom, offsets, heights):
    """PS3.3 C.8.8.3.2: relative to the first plane, or positions in the patient."""
    path = write_dicom(
        np.zeros((3, 2, 2), np.uint16), Modality="RTDOSE", GridFrameOffsetVector=offsets, PixelSpacing=[2, 2],
        ImagePositionPatient=[1, 2, 7], ImageOrientationPatient=list(AXIAL),
    )  # fmt: skip
    volume = reading.load_volume(reading.open_study(path).series[0])
    assert volume.kind == "volume"
    assert [volume.geometry.point_lps((k, 0, 0)).tolist() for k in range(3)] == [[1, 2, height] for height in heights]


def test_a_modality_table_of_a_functional_group_is_applied(write_dicom):
    table = dataset(LUTDescriptor=[3, 0, 16], ModalityLUTType="HU", LUTData=np.array([7, 5, 3], "<u2").tobytes())
    shared = dataset(PixelValueTransformationSequence=Items([dataset(ModalityLUTSequence=Items([table]))]))
    frames = [frame((0, 0, 3 * k)) for k in range(3)]
    assert opened(write_object(write_dicom, frames, shared=shared)) == [("volume", "", [7, 5, 3])]


def test_a_rescale_of_a_functional_group_that_says_nothing_is_absent(write_dicom):
    nothing = dataset(PixelValueTransformationSequence=Items([dataset(RescaleSlope="", RescaleType="US")]))
    frames = [frame((0, 0, 3 * k)) for k in range(3)]
    found = opened(write_object(write_dicom, frames, shared=nothing, RescaleSlope="3", RescaleIntercept="1"))
    assert found == [("volume", "", [1, 4, 7])]


@pytest.mark.parametrize(
    ("last", "kinds"),
    [({"RescaleSlope": 1, "RescaleType": "US"}, "HU, US"), ({"RescaleSlope": ""}, "HU, none stated")],
)
@pytest.mark.parametrize("stated", [{"RescaleType": "HU"}, {}])
def test_frames_of_different_kinds_of_values_claim_no_unit(write_dicom, stated, last, kinds):
    rescales = ({"RescaleSlope": 1, **stated}, {"RescaleSlope": 1, **stated}, last)
    frames = [frame((0, 0, 3 * k), PixelValueTransformationSequence=each) for k, each in enumerate(rescales)]
    (series,) = reading.open_study(write_object(write_dicom, frames, Modality="CT")).series
    volume = reading.load_volume(series)
    assert volume.unit == ""
    assert f"values differ in kind from frame to frame ({kinds}): no unit is claimed" in volume.warnings
