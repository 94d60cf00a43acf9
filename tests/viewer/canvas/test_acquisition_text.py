"""The lines on how a picture was made, with their units, in the sets that come with the program."""

import numpy as np
import pytest

from imaging.acquisition import Acquisition
from imaging.geometry import Calibration, Geometry
from imaging.study import Series
from imaging.volume import Volume
from viewer.canvas.acquisition_text import acquisition_texts
from viewer.canvas.annotation_text import corners
from viewer.commands.cornering import builtin_sets
from viewer.state.corners import set_for
from viewer.state.opened import OpenSeries
from viewer.state.pane import Pane


def volume(*made: Acquisition, modality: str = "CT", frame_times_ms: tuple[float, ...] = ()) -> Volume:
    grid = Geometry((4, 3, 5), (2.0, 1.0, 1.0), calibration=Calibration.PATIENT)
    return Volume(
        np.zeros((4, 3, 5), np.int16), grid, "volume", modality=modality, acquisitions=made,
        frame_times_ms=frame_times_ms,
    )  # fmt: skip


def top_right(shown: Volume, plane: str = "stored") -> tuple[str, ...]:
    pane = Pane()
    pane.show(OpenSeries(Series("1", "volume", "DICOM", (), (4, 3, 5), modality=shown.modality), shown))
    if plane == "coronal":
        pane.set_plane("coronal")
    return corners(pane, chosen=set_for(builtin_sets(), shown.modality)).top_right


def test_ct_tells_tube_thickness_and_kernel() -> None:
    made = Acquisition(tube_kv=120, tube_ma=250, exposure_mas=125.4, slice_thickness_mm=1.25, kernel="B30f")
    assert top_right(volume(made)) == ("CT", "120 kV · 250 mA · 125.4 mAs", "Thickness 1.25 mm", "Kernel B30f")


def test_a_plane_through_slices_tells_only_what_they_share() -> None:
    made = [Acquisition(tube_kv=120, tube_ma=current) for current in (80, 90, 100, 110)]
    assert top_right(volume(*made)) == ("CT", "120 kV · 100 mA"), "of the slice in the middle, which is shown first"
    assert top_right(volume(*made), "coronal") == ("CT", "120 kV")


@pytest.mark.parametrize(
    ("modality", "made", "lines"),
    [
        (
            "MR",
            Acquisition(repetition_time_ms=500, echo_time_ms=12.5, flip_angle_deg=70, field_strength_t=3),
            ("MR", "TR 500 ms · TE 12.5 ms", "Flip angle 70°", "3 T"),
        ),
        ("US", Acquisition(transducer_mhz=3.5, mechanical_index=0.8), ("US", "3.5 MHz", "MI 0.8")),
        ("DX", Acquisition(view_position="PA", laterality="L", tube_kv=125), ("DX", "PA", "left", "125 kV")),
        ("PT", Acquisition(tracer="FDG", dose_mbq=370), ("PT", "FDG · 370 MBq")),
        ("MR", Acquisition(), ("MR",)),
    ],
)
def test_other_modalities(modality: str, made: Acquisition, lines: tuple[str, ...]) -> None:
    assert top_right(volume(made, modality=modality)) == lines


def test_the_frame_rate_is_that_of_the_frame_times() -> None:
    assert acquisition_texts(volume(frame_times_ms=(0.0, 40.0, 80.0, 120.0)), 0)["frame-rate"] == "25 frames/s"
    assert acquisition_texts(volume(frame_times_ms=(0.0,)), 0)["frame-rate"] == ""
