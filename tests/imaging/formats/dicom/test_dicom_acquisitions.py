"""How images were made: from classic files, from functional groups, slice by slice."""

from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from imaging.acquisition import Acquisition
from imaging.formats import reading
from imaging.volume import Volume

PIXELS = np.arange(12, dtype=np.uint16).reshape(3, 4)


def loaded(path: Any) -> Volume:
    return reading.load_volume(reading.open_study(path).series[0])


def item(**values: Any) -> Dataset:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def test_a_ct_with_dose_modulation_says_each_slices_current(write_dicom) -> None:
    for k, current in enumerate((80, 210, 210)):
        path = write_dicom(
            PIXELS, f"{k}.dcm", KVP="120", XRayTubeCurrent=str(current), Exposure="55", SliceThickness="1.25",
            ConvolutionKernel=["B30f", "3"], ImagePositionPatient=[0, 0, 2 * k],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0], PixelSpacing=[1, 1], InstanceNumber=k + 1,
        )  # fmt: skip
    volume = loaded(path.parent)
    expected = [Acquisition(120, current, 55, 1.25, "B30f 3") for current in (80, 210, 210)]
    assert [volume.acquisition_at(k) for k in range(3)] == expected
    assert volume.acquisition_at(None) == Acquisition(120, None, 55, 1.25, "B30f 3")
    assert volume.slab(1).acquisition_at(0) == expected[1]


def test_files_that_say_the_same_say_it_once(write_slices) -> None:
    volume = loaded(write_slices([(0, 0, z) for z in range(3)], KVP="100")[0].parent)
    assert volume.acquisitions == (Acquisition(tube_kv=100, slice_thickness_mm=2),)


def test_magnetic_resonance_ultrasound_film_and_tracer(write_dicom) -> None:
    mr = {"RepetitionTime": "2000", "EchoTime": "88.5", "InversionTime": "150", "FlipAngle": "90"}
    made = loaded(write_dicom(PIXELS, Modality="MR", MagneticFieldStrength="1.5", **mr)).acquisition_at(0)
    assert made == Acquisition(repetition_time_ms=2000, echo_time_ms=88.5, inversion_time_ms=150, flip_angle_deg=90,
                               field_strength_t=1.5)  # fmt: skip
    sound = {"SequenceOfUltrasoundRegions": [item(TransducerFrequency=3500)], "MechanicalIndex": "0.8"}
    made = loaded(write_dicom(PIXELS, Modality="US", **sound)).acquisition_at(0)
    assert made == Acquisition(transducer_mhz=3.5, mechanical_index=0.8)
    made = loaded(write_dicom(PIXELS, Modality="DX", ViewPosition="PA", ImageLaterality="R")).acquisition_at(0)
    assert made == Acquisition(view_position="PA", laterality="R")
    tracer = item(Radiopharmaceutical="FDG", RadionuclideTotalDose="370e6")
    pet = write_dicom(PIXELS, Modality="PT", RadiopharmaceuticalInformationSequence=[tracer])
    assert loaded(pet).acquisition_at(0) == Acquisition(tracer="FDG", dose_mbq=370)


def test_functional_groups_say_it_for_all_frames_and_for_each(write_dicom) -> None:
    shared = item(
        CTXRayDetailsSequence=[item(KVP="140")], CTReconstructionSequence=[item(ConvolutionKernel="Br40")],
        PixelMeasuresSequence=[item(SliceThickness="3", PixelSpacing=[1, 1])],
        PlaneOrientationSequence=[item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
    )  # fmt: skip
    frames = [
        item(
            CTExposureSequence=[item(XRayTubeCurrentInmA=current)],
            PlanePositionSequence=[item(ImagePositionPatient=[0, 0, 3 * k])],
        )
        for k, current in enumerate((90.0, 140.0))
    ]
    path = write_dicom(
        np.stack([PIXELS, PIXELS]), SOPClassUID="1.2.840.10008.5.1.4.1.1.2.1", SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=frames,
    )  # fmt: skip
    volume = loaded(path)
    assert [volume.acquisition_at(k) for k in range(2)] == [
        Acquisition(140, current, None, 3, "Br40") for current in (90, 140)
    ]
