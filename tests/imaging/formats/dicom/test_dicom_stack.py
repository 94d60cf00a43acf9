"""What belongs together: acquisitions, stations, phases, repeats; every trap in files written here."""

import numpy as np
import pytest

from imaging.formats import reading

AXIAL = [1, 0, 0, 0, 1, 0]


@pytest.fixture
def write(write_dicom):
    """Write slices: ``write([(height, attributes), …])`` with values 10 n + 1; the folder comes back."""

    def write_all(slices, **common):
        for n, (height, attributes) in enumerate(slices):
            fields = {
                "ImagePositionPatient": [0, 0, height],
                "ImageOrientationPatient": AXIAL,
                "PixelSpacing": [1, 1],
                "InstanceNumber": n + 1,
                "FrameOfReferenceUID": "1.9",
            }
            path = write_dicom(np.full((2, 3), 10 * n + 1, np.uint16), f"{n:03d}.dcm", **(fields | common | attributes))
        return path.parent

    return write_all


def opened(folder):
    """(kind, description, first value per slice, phase) of every series found."""
    found = []
    for series in reading.open_study(folder).series:
        volume = reading.load_volume(series)
        phase = series.phase and (series.phase.index, series.phase.count, series.phase.time_ms)
        found.append((volume.kind, series.description, volume.array[:, 0, 0].tolist(), phase))
    return found


def test_acquisitions_that_continue_one_another_are_one_volume(write):
    slices = [(2 * k, {"AcquisitionNumber": 1 + k // 3}) for k in range(6)]
    assert opened(write(slices)) == [("volume", "", [1, 11, 21, 31, 41, 51], None)]


def test_acquisitions_at_the_same_positions_are_phases_with_times(write):
    slices = [
        (2 * k, {"AcquisitionNumber": a, "AcquisitionTime": f"10000{3 * a}.50"}) for a in (1, 2) for k in range(3)
    ]
    assert opened(write(slices)) == [
        ("volume", "acquisition 1", [1, 11, 21], (0, 2, 0.0)),
        ("volume", "acquisition 2", [31, 41, 51], (1, 2, 3000.0)),
    ]


def test_acquisitions_between_one_another_are_volumes_of_their_own(write):
    slices = [(5 * k + shift, {"AcquisitionNumber": a}) for a, shift in ((1, 0), (2, 1)) for k in range(4)]
    assert [(kind, name) for kind, name, _, _ in opened(write(slices))] == [
        ("volume", "acquisition 1"),
        ("volume", "acquisition 2"),
    ]


def test_thick_and_thin_slices_of_one_series_are_volumes_of_their_own(write):
    thin = [(1.25 * k, {"SliceThickness": 1.25}) for k in range(9)]
    thick = [(5.0 * k, {"SliceThickness": 5}) for k in range(3)]
    assert [(kind, name, len(values)) for kind, name, values, _ in opened(write(thin + thick))] == [
        ("volume", "slice thickness 1.25 mm", 9),
        ("volume", "slice thickness 5 mm", 3),
    ]


def test_thick_slices_half_way_between_thin_ones_are_no_part_of_their_volume(write):
    thin = [(4.0 * k, {"SliceThickness": 2, "AcquisitionNumber": 1}) for k in range(5)]
    thick = [(4.0 * k + 2, {"SliceThickness": 4, "AcquisitionNumber": 2}) for k in range(5)]
    assert [(kind, name, len(values)) for kind, name, values, _ in opened(write(thin + thick))] == [
        ("volume", "slice thickness 2 mm", 5),
        ("volume", "slice thickness 4 mm", 5),
    ]


def test_acquisitions_that_fill_one_another_up_are_one_volume(write):
    slices = [(2.0 * k, {"SliceThickness": 2, "AcquisitionNumber": k % 2}) for k in range(10)]
    assert [(kind, len(values)) for kind, _, values, _ in opened(write(slices))] == [("volume", 10)]


def test_three_acquisitions_of_which_only_neighbours_overlap(write):
    slices = [(2 * (2 * a + k), {"AcquisitionNumber": a}) for a in range(3) for k in range(3)]
    found = opened(write(slices))
    assert sorted(value for _, _, values, _ in found for value in values) == [10 * n + 1 for n in range(9)]
    assert all(kind == "volume" for kind, _, _, _ in found[:2])


@pytest.mark.parametrize(
    ("keyword", "values", "names", "times"),
    [
        ("TemporalPositionIdentifier", (1, 2, 3), [f"temporal position {n} of 3" for n in (1, 2, 3)], [None] * 3),
        ("EchoNumbers", (1, 2), ["echo 1", "echo 2"], [None] * 2),
        ("DiffusionBValue", (0.0, 800.0), ["b value 0", "b value 800"], [None] * 2),
        ("EchoTime", ("4.6", "13.8"), ["echo time 4.6 ms", "echo time 13.8 ms"], [None] * 2),
        ("TriggerTime", ("0", "90", "800"), [f"trigger time {t} ms" for t in (0, 90, 800)], [0.0, 90.0, 800.0]),
        ("FrameReferenceTime", ("500", "1500"), ["time 500 ms", "time 1500 ms"], [0.0, 1000.0]),
        ("ConvolutionKernel", ("B30f", "B70f"), ["kernel B30f", "kernel B70f"], [None] * 2),
    ],
)
def test_phases_are_named_by_what_tells_them_apart(write, keyword, values, names, times):
    found = opened(write([(z, {keyword: value}) for value in values for z in (0, 2, 4)]))
    assert [name for _, name, _, _ in found] == names
    assert [phase for *_, phase in found] == [(n, len(values), time) for n, time in enumerate(times)]


def test_times_of_the_day_are_read_as_a_clock(write):
    found = opened(write([(z, {"AcquisitionTime": time}) for time in ("095959.5", "100001.25") for z in (0, 2)]))
    assert [(name, phase) for _, name, _, phase in found] == [
        ("acquired at 09:59:59.5", (0, 2, 0.0)),
        ("acquired at 10:00:01.25", (1, 2, 1750.0)),
    ]


@pytest.mark.parametrize("clock", ["Acquisition", "Content"])
def test_phases_go_on_after_midnight(write, clock):
    moments = (("20251231", "235930"), ("20260101", "000030"), ("20260101", "000130"))
    found = opened(write([(z, {f"{clock}Date": d, f"{clock}Time": t}) for d, t in moments for z in (0, 2)]))
    assert [(values, phase) for _, _, values, phase in found] == [
        ([1, 11], (0, 3, 0.0)),
        ([21, 31], (1, 3, 60_000.0)),
        ([41, 51], (2, 3, 120_000.0)),
    ]


@pytest.mark.parametrize("way", [1, -1])
def test_passes_one_after_another_are_not_mixed_by_a_missing_image(write, way):
    heights = [(t, k) for t in range(3) for k in range(4)[::way] if (t, k) != (1, 2)]
    found = opened(write([(2 * k, {}) for _, k in heights]))
    numbers = {each: 10 * n + 1 for n, each in enumerate(heights)}
    expected = [[numbers[t, k] for k in range(4) if (t, k) in numbers] for t in range(3)]
    assert {phase: values for _, _, values, phase in found} == {(t, 3, None): expected[t] for t in range(3)}


def test_a_missing_image_of_two_positions_leaves_the_doubt(write):
    """Position by position, as trigger times tell, one of each: what looks like a pass is none."""
    folder = write([(z, {"TriggerTime": time}) for z, time in ((0, "0"), (0, "40"), (2, "0.3"))])
    found = reading.open_study(folder).series
    assert all(any("miss an image" in each for each in series.warnings) for series in found)


def test_a_missing_image_that_may_mix_phases_is_told(write):
    """Trigger times differ from slice to slice: only their order tells the phases, and one slice has too few."""
    times = {(k, t): f"{40 * t + 0.5 * k}" for k in range(4) for t in range(3)}
    del times[2, 1]
    folder = write([(2 * k, {"TriggerTime": time}) for (k, _), time in times.items()])
    words = "1 of 4 positions miss an image: there, phases may be one too early"
    assert all(words in series.warnings for series in reading.open_study(folder).series)
    whole = write([(2 * k, {"TriggerTime": f"{40 * t + 0.5 * k}"}) for k in range(4) for t in range(3)])
    assert not any(words in series.warnings for series in reading.open_study(whole).series)


@pytest.mark.parametrize(
    ("thickness", "words"),
    [
        ((5, 5, 5, 10, 10), "distance between slices varies from 5.00 to 10.00 mm"),
        ((10, 10, 10, 10, 10), "1 slice is missing between 4 and 5: expected 5 mm, found 10 mm"),
    ],
)
def test_thicker_slices_further_apart_miss_none_between(write, thickness, words):
    """The upper part of a head in thicker slices; overlapping slices of one thickness do miss one."""
    folder = write([(z, {"SliceThickness": mm}) for z, mm in zip((0, 5, 10, 15, 25), thickness, strict=True)])
    (series,) = reading.open_study(folder).series
    assert series.kind == "image" and series.warnings[0].startswith(words)


def test_a_dozen_phases_are_listed_in_order(write):
    folder = write([(z, {"TemporalPositionIdentifier": t}) for t in range(1, 13) for z in (0, 2)])
    names = [series.description for series in reading.open_study(folder).series]
    assert names == [f"temporal position {t} of 12" for t in range(1, 13)]


def test_echoes_in_time_have_one_time_axis_each(write):
    slices = [
        (z, {"EchoNumbers": e, "TemporalPositionIdentifier": t})
        for t in (1, 2, 3)
        for e in (1, 2)
        for z in (0, 2, 4)
    ]  # fmt: skip
    folder = write(slices)
    found = reading.open_study(folder).series
    assert [series.description for series in found] == [
        f"echo {e}, temporal position {t} of 3" for e in (1, 2) for t in (1, 2, 3)
    ]
    groups = [series.phase.group for series in found if series.phase]
    assert len(set(groups)) == 2 and groups[0] == groups[2] != groups[3]


def test_one_position_in_time_is_a_clip(write):
    folder = write([(5, {"TriggerTime": 40 * n}) for n in (2, 0, 1)])
    (series,) = reading.open_study(folder).series
    volume = reading.load_volume(series)
    assert (volume.kind, volume.frame_times_ms) == ("clip", (0.0, 40.0, 80.0))
    assert volume.array[:, 0, 0].tolist() == [11, 21, 1] and volume.slice_geometry(2).origin_lps == (0, 0, 5)


def test_a_few_repeated_slices_stand_apart(write):
    found = opened(write([(0, {}), (2, {}), (4, {}), (6, {}), (8, {}), (4, {})]))
    assert [(name, values) for _, name, values, _ in found] == [
        ("each position once", [1, 11, 21, 31, 41]),
        ("repeat 1 of some positions", [51]),
    ]


def test_a_phase_that_misses_slices_says_so(write):
    places = [(z, t) for t in (1, 2, 3) for z in (0, 2, 4, 6)][:-1]
    folder = write([(z, {"TemporalPositionIdentifier": t}) for z, t in places])
    found = reading.open_study(folder).series
    assert [series.frames for series in found] == [4, 4, 3]
    assert found[2].warnings == ("1 of 4 slices of this phase are missing",) and found[0].warnings == ()
    assert [series.phase and (series.phase.index, series.phase.count) for series in found] == [(0, 3), (1, 3), (2, 3)]


def test_an_aborted_pass_is_counted_with_the_others(write):
    passes = [[(z, {}) for z in (0, 2, 4, 6, 8)] for _ in range(4)]
    found = opened(write([*passes[0], *passes[1], *passes[2], *passes[3][:2]]))
    assert [(name, len(values), phase) for _, name, values, phase in found] == [
        ("pass 1 of 4", 5, (0, 4, None)),
        ("pass 2 of 4", 5, (1, 4, None)),
        ("pass 3 of 4", 5, (2, 4, None)),
        ("pass 4 of 4", 2, (3, 4, None)),
    ]


def test_a_phase_aborted_first_keeps_its_place_in_the_order(write):
    places = [(0, 1)] + [(z, t) for t in (2, 3) for z in (0, 2, 4)]
    folder = write([(z, {"TemporalPositionIdentifier": t}) for z, t in places])
    found = reading.open_study(folder).series
    told = [(series.description, series.frames, series.phase and series.phase.index) for series in found]
    assert sorted(told) == [
        ("temporal position 1 of 3", 1, 0),
        ("temporal position 2 of 3", 3, 1),
        ("temporal position 3 of 3", 3, 2),
    ]
    assert [series.warnings[-1:] for series in found if series.frames == 1] == [
        ("2 of 3 slices of this phase are missing",)
    ]


def test_two_lengths_of_one_kind_are_no_phases(write):
    """Thin and thick slices share some positions; none of them is an aborted other."""
    slices = [(z, {"SliceThickness": 1}) for z in range(9)] + [(z, {"SliceThickness": 4}) for z in (0, 4, 8)]
    assert [(name, len(values), phase) for _, name, values, phase in opened(write(slices))] == [
        ("slice thickness 1 mm", 9, None),
        ("slice thickness 4 mm", 3, None),
    ]


def test_stations_beside_one_another_are_not_mixed(write):
    slices = [(0, {"ImagePositionPatient": [shift, 0, 2 * k]}) for k in range(3) for shift in (0, 200)]
    assert opened(write(slices)) == [
        ("volume", "station 1 of 2", [1, 21, 41], None),
        ("volume", "station 2 of 2", [11, 31, 51], None),
    ]


@pytest.mark.parametrize("drift_mm", [0, 0.5])
def test_phases_whose_positions_are_rounded_otherwise_are_not_mixed(write, drift_mm):
    """0.49 and 0.51 round to different millimetres; so do some of the drifting slices."""
    slices = [
        (0, {"ImagePositionPatient": [0.49 + 0.02 * ((t + k) % 2), drift_mm * k, 2 * k], "AcquisitionNumber": t + 1})
        for t in range(3)
        for k in range(4)
    ]
    found = opened(write(slices))
    assert [values for _, _, values, _ in found] == [[40 * t + 10 * k + 1 for k in range(4)] for t in range(3)]
    assert [phase for *_, phase in found] == [(t, 3, None) for t in range(3)]


def test_tilted_slices_in_time_are_phases_and_no_stations(write):
    slices = [(0, {"ImagePositionPatient": [0, 3 * k, 5 * k], "TemporalPositionIdentifier": t})
              for t in (1, 2) for k in range(3)]  # fmt: skip
    found = opened(write(slices))
    assert [(kind, name, values) for kind, name, values, _ in found] == [
        ("image", "temporal position 1 of 2", [1, 11, 21]),
        ("image", "temporal position 2 of 2", [31, 41, 51]),
    ]


def test_slices_a_hundredth_of_a_millimetre_apart_are_not_one(write):
    found = opened(write([(0.01 * k, {}) for k in range(4)], PixelSpacing=[0.01, 0.01]))
    assert found == [("volume", "", [1, 11, 21, 31], None)]


def test_jitter_of_what_scanners_write_splits_nothing(write):
    """Axes and spacing that lie on either side of a rounding edge are still the same."""
    slices = [
        (2 * k, {"ImageOrientationPatient": [1, 0, 0, 0, 0.9999999, 0.0004995 + 1e-6 * k],
                 "PixelSpacing": [0.48825 + 1e-6 * k] * 2})
        for k in range(4)
    ]  # fmt: skip
    assert [(kind, values) for kind, _, values, _ in opened(write(slices))] == [("volume", [1, 11, 21, 31])]


def test_the_clock_orders_what_nothing_else_tells_apart(write):
    """Trigger times differ from slice to slice, and files are numbered in another order."""
    slices = [(2 * k, {"TriggerTime": str(100 * t + 7 * k)}) for k in range(3) for t in (2, 0, 1)]
    assert [(name, values, phase) for _, name, values, phase in opened(write(slices))] == [
        ("time 1 of 3", [11, 41, 71], (0, 3, 0.0)),
        ("time 2 of 3", [21, 51, 81], (1, 3, 100.0)),
        ("time 3 of 3", [1, 31, 61], (2, 3, 200.0)),
    ]


def test_another_file_of_the_same_images_is_called_a_copy(write):
    slices = [(2 * k, {"SOPInstanceUID": f"1.7.{k}"}) for k in range(3)] * 2
    found = [(name, phase) for _, name, _, phase in opened(write(slices))]
    assert found == [("3 × 2 from image 1", None), ("copy 1 of the same images", None)]


def test_other_pixels_of_one_identity_are_told(write):
    (series,) = reading.open_study(write([(2 * k, {"SOPInstanceUID": f"1.7.{k % 2}"}) for k in range(4)])).series
    assert series.warnings == ("2 files that differ have one SOP Instance UID (0008,0018): all are shown",)


def test_a_mosaic_claims_no_place(write):
    (series,) = reading.open_study(write([(0, {})], ImageType=["ORIGINAL", "PRIMARY", "M", "MOSAIC"])).series
    assert series.geometry is not None and not series.geometry.has_position
    assert "slices tiled into one image" in series.warnings[0]


def test_tilt_and_missing_slices_are_both_told(write):
    slices = [(0, {"ImagePositionPatient": [0, 0.5 * k, 2 * k]}) for k in (0, 1, 2, 4, 5)]
    (series,) = reading.open_study(write(slices)).series
    assert series.warnings == (
        "slices are shifted sideways (gantry tilt of 14.0°); "
        "1 slice is missing between 3 and 4: expected 2 mm, found 4 mm: kept as single slices, each with its own place",
    )


@pytest.mark.parametrize(
    "difference",
    [
        {"ImageType": ["DERIVED", "SECONDARY", "MPR"]},
        {"FrameOfReferenceUID": "1.8"},
        {"PixelSpacing": [1, 1.01]},
        {"ImageOrientationPatient": [0.999, 0.0447, 0, -0.0447, 0.999, 0]},
        {"StudyInstanceUID": "1.2.99"},
        {"PatientID": "another"},
        {"PhotometricInterpretation": "MONOCHROME1"},
    ],
)
def test_what_differs_is_another_stack(write, difference):
    slices = [(z, {}) for z in (0, 2, 4)] + [(z, difference) for z in (0, 2, 4)]
    found = opened(write(slices, ImageType=["ORIGINAL", "PRIMARY", "AXIAL"]))
    assert [(kind, values) for kind, _, values, _ in found] == [("volume", [1, 11, 21]), ("volume", [31, 41, 51])]


def test_stated_spacing_tilt_and_location_never_overrule_positions(write):
    folder = write(
        [(z, {"SliceLocation": 100 - z}) for z in (0, 3, 6)],
        SpacingBetweenSlices=-7.5, GantryDetectorTilt=20, SliceThickness=5,
    )  # fmt: skip
    (series,) = reading.open_study(folder).series
    assert series.kind == "volume" and series.geometry is not None and series.geometry.spacing_mm == (3, 1, 1)


@pytest.mark.parametrize("tilt", [-20.0, 15.0])
@pytest.mark.parametrize(
    "tag", [{}, {"GantryDetectorTilt": 15}, {"GantryDetectorTilt": -15}, {"GantryDetectorTilt": 0}]
)
def test_tilt_is_read_from_positions(write, tilt, tag):
    """Three ways to write a tilted gantry, and none at all: the normal leans, the table does not."""
    angle = np.radians(tilt)
    axes = [1, 0, 0, 0, float(np.cos(angle)), float(-np.sin(angle))]
    folder = write([(4 * k, {}) for k in range(4)], ImageOrientationPatient=axes, **tag)
    (series,) = reading.open_study(folder).series
    assert series.kind == "image" and f"gantry tilt of {abs(tilt):.1f}°" in series.warnings[0]
    volume = reading.load_volume(series)
    for k in range(4):
        corner = volume.slice_geometry(k).point_lps((0, 1, 2))
        assert corner == pytest.approx((2, np.cos(angle), 4 * k - np.sin(angle)))


def test_frames_of_reference_are_listed(write):
    (series,) = reading.open_study(write([(0, {}), (2, {})])).series
    assert series.frame_of_reference == "1.9"


def test_a_slice_sent_again_mixes_no_phases(write):
    slices = [(2 * k, {"TemporalPositionIdentifier": t + 1}) for t in range(2) for k in range(4)]
    again = (2, {"TemporalPositionIdentifier": 1})
    folder = write([*slices, again], InstanceNumber=1)
    assert [(name, values, phase) for _, name, values, phase in opened(folder)] == [
        ("temporal position 1 of 2, each position once", [1, 11, 21, 31], (0, 2, None)),
        ("temporal position 2 of 2", [41, 51, 61, 71], (1, 2, None)),
        ("temporal position 1 of 2, repeat 1 of some positions", [81], None),
    ]


def test_passes_of_each_echo_are_not_mixed(write):
    slices = [(2 * k, {"EchoTime": echo}) for _ in range(2) for echo in (5, 10) for k in range(3)]
    found = [(name, values, phase) for _, name, values, phase in opened(write(slices))]
    assert found == [
        ("echo time 5 ms, pass 1 of 2", [1, 11, 21], (0, 2, None)),
        ("echo time 5 ms, pass 2 of 2", [61, 71, 81], (1, 2, None)),
        ("echo time 10 ms, pass 1 of 2", [31, 41, 51], (0, 2, None)),
        ("echo time 10 ms, pass 2 of 2", [91, 101, 111], (1, 2, None)),
    ]
