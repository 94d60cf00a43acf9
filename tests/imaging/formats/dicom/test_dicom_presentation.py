"""Windows, VOI tables, inversion, modality LUT, padding, units and profiles of files written here."""

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, ParametricMapStorage

from imaging.formats.reading import load_volume, open_study
from imaging.intensity import default_voi, proposals
from imaging.volume import Volume

Write = Callable[..., Path]
SET = Path(__file__).parents[5] / "shared" / "conformance"
VALUES = np.arange(-6, 6, dtype=np.int16).reshape(3, 4)


def load(path: Path) -> Volume:
    return load_volume(open_study(path).series[0])


def lut(first: int, data: object, bits: int = 16, count: int | None = None, vr: str = "US", **rest: object) -> Dataset:
    item = Dataset()
    entries = count if count is not None else len(data)  # pyright: ignore[reportArgumentType]  -- lists and bytes only
    item.add_new("LUTDescriptor", "SS" if first < 0 else "US", [entries, first, bits])
    item.add_new("LUTData", vr, data)
    for keyword, value in rest.items():
        setattr(item, keyword, value)
    return item


def test_several_windows_keep_their_names_and_function(write_dicom: Write):
    path = write_dicom(VALUES, WindowCenter=[40, -600, 1], WindowWidth=[400, 1500, 0], VOILUTFunction="SIGMOID",
                       WindowCenterWidthExplanation=["SOFT", "LUNG", "BROKEN"])  # fmt: skip
    found = load(path)
    assert [(w.centre, w.width, w.name, w.function) for w in found.windows] == [
        (40, 400, "soft", "SIGMOID"),
        (-600, 1500, "lung", "SIGMOID"),
    ]
    assert "window 1 / 0 left out: its width must be above 0" in found.warnings


def test_a_function_of_the_future_is_linear_and_said_so(write_dicom: Write):
    found = load(write_dicom(VALUES, WindowCenter=40, WindowWidth=400, VOILUTFunction="CUBIC"))
    assert found.windows[0].function == "LINEAR"
    assert "VOI LUT Function CUBIC is not known: shown as LINEAR" in found.warnings


def test_a_window_without_its_width_is_left_out_and_said_so(write_dicom: Write):
    found = load(write_dicom(VALUES, WindowCenter=[40, 50], WindowWidth=400))
    assert [w.centre for w in found.windows] == [40]
    assert any("without their centre or width" in warning for warning in found.warnings)


def frame_group(centre: float, function: str) -> Dataset:
    window, group = Dataset(), Dataset()
    window.WindowCenter, window.WindowWidth, window.VOILUTFunction = centre, 10, function
    group.FrameVOILUTSequence = [window]
    return group


def test_the_window_of_the_frame_that_is_shown_first_counts(write_dicom: Write):
    groups = [frame_group(n, "LINEAR_EXACT") for n in range(3)]
    path = write_dicom(np.stack([VALUES] * 3), WindowCenter=99, WindowWidth=9, PerFrameFunctionalGroupsSequence=groups)
    found = load(path)
    assert [(w.centre, w.function) for w in found.windows] == [(1, "LINEAR_EXACT")]


def test_a_table_is_scaled_by_its_own_bits(write_dicom: Write):
    found = load(write_dicom(VALUES, VOILUTSequence=[lut(-2, [0, 1000, 4095], 12, LUTExplanation="CURVE")]))
    (table,) = found.voi_tables
    assert (table.first, table.grey.tolist(), table.name) == (-2, [0, 62, 255], "curve")
    assert not table.grey.flags.writeable


@pytest.mark.parametrize(
    ("pixels", "intercept", "first"),
    [(np.int16, 0, -2), (np.uint16, -1024, -2), (np.uint16, 0, 65534)],
)
def test_the_first_value_is_signed_where_values_can_be_negative(write_dicom: Write, pixels, intercept: int, first: int):
    # 65534 as US is -2 as SS, and files mix the two up.
    path = write_dicom(np.abs(VALUES).astype(pixels), RescaleIntercept=intercept, RescaleSlope=1,
                       VOILUTSequence=[lut(65534, [0, 255], 8)])  # fmt: skip
    assert load(path).voi_tables[0].first == first


def test_zero_entries_mean_65536(write_dicom: Write):
    ramp = np.arange(1 << 16, dtype="<u2")
    path = write_dicom(VALUES, VOILUTSequence=[lut(0, ramp.tobytes(), 16, count=0, vr="OW")])
    table = load(path).voi_tables[0]
    assert len(table.grey) == 65536 and table.grey[[0, 32768, 65535]].tolist() == [0, 128, 255]


@pytest.mark.parametrize(("entries", "data"), [(4, b"\x00\x10\x80\xff"), (3, b"\x00\x10\xff\x00")])
def test_eight_bit_entries_lie_two_in_a_word(write_dicom: Write, entries: int, data: bytes):
    path = write_dicom(VALUES, VOILUTSequence=[lut(0, data, 8, count=entries, vr="OW")])
    assert load(path).voi_tables[0].grey.tolist() == list(data[:entries])


def test_eight_bit_entries_in_sixteen_bits_each(write_dicom: Write):
    path = write_dicom(VALUES, VOILUTSequence=[lut(0, b"\x00\x00\x10\x00\xff\x00", 8, count=3, vr="OW")])
    assert load(path).voi_tables[0].grey.tolist() == [0, 16, 255]


@pytest.mark.parametrize("syntax", [ExplicitVRBigEndian, ImplicitVRLittleEndian])
def test_tables_in_every_byte_order(tmp_path: Path, write_dicom: Write, syntax):
    data = dcmread(write_dicom(VALUES))
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    entries = np.array([0, 300, 1023], f"{order}u2").tobytes()
    data.VOILUTSequence = [lut(-3, entries, 10, count=3, vr="OW")]
    data.ModalityLUTSequence = [lut(-6, np.arange(12, dtype=f"{order}u2").tobytes(), 16, count=12, vr="OW")]
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = syntax
    if syntax == ExplicitVRBigEndian:
        data.PixelData = VALUES.astype(">i2").tobytes()
    path = tmp_path / "ordered.dcm"
    dcmwrite(path, data, implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian)
    found = load(path)
    assert found.array.ravel().tolist() == list(range(12))
    assert found.voi_tables[0].grey.tolist() == [0, 75, 255]


def test_a_table_that_cannot_be_used_is_left_out_and_said_so(write_dicom: Write):
    found = load(write_dicom(VALUES, VOILUTSequence=[lut(0, b"", 16, count=3, vr="OW"), lut(0, [0, 255], 8)]))
    assert len(found.voi_tables) == 1
    assert any(warning.startswith("a VOI LUT was left out") for warning in found.warnings)


@pytest.mark.parametrize(
    ("photometric", "shape", "inverted", "said"),
    [
        ("MONOCHROME1", "INVERSE", True, False),
        ("MONOCHROME1", "", True, False),
        ("MONOCHROME1", "IDENTITY", True, True),
        ("MONOCHROME2", "IDENTITY", False, False),
        ("MONOCHROME2", "INVERSE", True, True),
    ],
)
def test_inversion_is_said_once(write_dicom: Write, photometric: str, shape: str, inverted: bool, said: bool):
    found = load(write_dicom(VALUES, PhotometricInterpretation=photometric, PresentationLUTShape=shape))
    assert found.inverted == inverted and np.array_equal(found.array[0], VALUES)
    assert any("Presentation LUT Shape" in warning for warning in found.warnings) == said


def test_a_presentation_table_is_noted(write_dicom):
    table = Dataset()
    table.LUTDescriptor, table.LUTData = [4, 0, 8], np.array([3, 2, 1, 0], "<u2").tobytes()
    volume = load(write_dicom(np.zeros((2, 2), np.uint16), PresentationLUTSequence=[table]))
    assert "a Presentation LUT (2050,0010) is noted, not applied" in volume.warnings


def test_a_modality_table_with_a_signed_first_value(write_dicom: Write):
    found = load(write_dicom(VALUES, ModalityLUTSequence=[lut(65534, [10, 20, 30, 40], ModalityLUTType="US")]))
    assert found.array.ravel().tolist() == [10] * 5 + [20, 30, 40, 40, 40, 40, 40]


def test_empty_rescale_is_absent(write_dicom: Write):
    found = load(write_dicom(VALUES, RescaleSlope="", RescaleIntercept=""))
    assert np.array_equal(found.array[0], VALUES) and found.unit == ""


@pytest.mark.parametrize(("units", "unit"), [("BQML", "Bq/ml"), ("GML", "g/ml"), ("CNTS", "")])
def test_pet_has_the_unit_that_it_states(write_dicom: Write, units: str, unit: str):
    assert load(write_dicom(VALUES, Modality="PT", Units=units, RescaleSlope=0.5, RescaleIntercept=0)).unit == unit


def test_every_pet_slice_has_its_own_slope(write_slices: Callable[..., list[Path]]):
    paths = write_slices([(0, 0, z) for z in (0, 4, 8)], Modality="PT", Units="BQML", RescaleIntercept=0)
    stored = []
    for path, slope in zip(paths, (0.5, 2.25, 3), strict=True):
        data = dcmread(path)
        data.RescaleSlope = slope
        data.save_as(path)
        stored.append(data.pixel_array * slope)
    found = load(paths[0].parent)
    assert found.array.dtype.kind == "f" and np.allclose(found.array, stored)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"PixelPaddingValue": -6}, (-1006, -1006)),
        ({"PixelPaddingValue": -6, "PixelPaddingRangeLimit": -4}, (-1006, -1004)),
        ({"PixelPaddingValue": -4, "PixelPaddingRangeLimit": -6}, (-1006, -1004)),
    ],
)
def test_padding_is_signed_a_range_and_rescaled(write_dicom: Write, attributes: dict, expected: tuple[int, int]):
    assert load(write_dicom(VALUES, RescaleSlope=1, RescaleIntercept=-1000, **attributes)).padding == expected


def test_padding_of_float_pixels(write_dicom: Write):
    values = np.array([[0.5, -1.0], [2.0, np.nan]], np.float32)
    path = write_dicom(values.view(np.int32), PixelData=None, FloatPixelData=values.tobytes(), BitsAllocated=32,
                       FloatPixelPaddingValue=-1.0, SOPClassUID=ParametricMapStorage, Modality="MR")  # fmt: skip
    found = load(path)
    assert found.padding == (-1.0, -1.0) and found.array.dtype == np.float32
    assert found.array[0, 0].tolist() == [0.5, -1.0]


def profile(tag: bytes) -> bytes:
    return bytes(128) + (1).to_bytes(4) + b"desc" + (144).to_bytes(4) + len(tag).to_bytes(4) + tag


V2 = b"desc\0\0\0\0" + (5).to_bytes(4) + b"sRGB\0"
V4 = b"mluc\0\0\0\0" + (1).to_bytes(4) + (12).to_bytes(4) + b"enUS" + (8).to_bytes(4) + (28).to_bytes(4) + \
    "sRGB".encode("utf-16-be")  # fmt: skip


@pytest.mark.parametrize(
    ("data", "name"),
    [(profile(V2), "sRGB"), (profile(V4), "sRGB"), (profile(b""), "unnamed"), (bytes(200), "unnamed"), (b"x" * 9, "")],
)
def test_a_colour_profile_is_noted_by_name(write_dicom: Write, data: bytes, name: str):
    assert load(write_dicom(VALUES, ICCProfile=data)).icc_profile == name


def test_a_loss_is_said_with_its_ratio(write_dicom: Write):
    assert (
        "lossy compression 10:1"
        in load(write_dicom(VALUES, LossyImageCompression="01", LossyImageCompressionRatio=10)).warnings
    )
    assert not load(write_dicom(VALUES, LossyImageCompression="00")).warnings


@pytest.mark.skipif(not SET.is_dir(), reason="the conformance files are not beside this checkout")
def test_what_real_files_propose_is_what_is_found():
    with (SET / "index.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["kind"] == "file" and row["expect"] == "decode"]
    checked = 0
    for row in rows:
        if not (row["window"] or "px set" in row["overlays"] or row["padding"] or row["us_regions"]):
            continue
        found = load(SET / row["file"])
        checked += 1
        assert _windows(row["window"]) == [(w.centre, w.width) for w in found.windows], row["file"]
        function = "SIGMOID" if "SIGMOID" in row["window"] else "LINEAR"
        assert {w.function for w in found.windows} <= {function}, row["file"]
        counts = {int(plane.bits.sum()) for plane in found.overlays}
        assert {int(n) for n in re.findall(r"(\d+) px set", row["overlays"])} <= counts, row["file"]
        assert (found.padding is not None) == bool(row["padding"]), row["file"]
        for ms in re.findall(r"FrameTime ([\d.]+)", row["cine"]):
            assert np.allclose(np.diff(found.frame_times_ms), float(ms)), row["file"]
        assert [region.box_ji for region in found.regions] == _boxes(row["us_regions"], found), row["file"]
    assert checked > 30


def _windows(text: str) -> list[tuple[float, float]]:
    """``40/400 SIGMOID`` or ``[450, 200]/[790, 443]`` as pairs."""
    if not text:
        return []
    centres, widths = text.removesuffix("SIGMOID").split("/")
    return [(float(c), float(w)) for c, w in zip(centres.strip("[] ").split(","), widths.strip("[] ").split(","),
                                                 strict=True)]  # fmt: skip


def _boxes(text: str, volume: Volume) -> list[tuple[int, ...]]:
    """``[x0,y0,x1,y1]`` as first row, first column, last row, last column; a region beyond the image is none."""
    rows, columns = volume.array.shape[1:3]
    found = [tuple(map(int, box.split(","))) for box in re.findall(r"\[([-\d,]+)\]", text)]
    return [(y0, x0, y1, x1) for x0, y0, x1, y1 in found if y0 < rows and x0 < columns]


def differing(write_slices: Callable[..., list[Path]], **by_slice: Sequence[object]) -> Volume:
    """Three CT slices loaded, each with attributes of its own."""
    paths = write_slices([(0, 0, z) for z in (0, 4, 8)])
    for n, path in enumerate(paths):
        data = dcmread(path)
        for keyword, values in by_slice.items():
            setattr(data, keyword, values[n])
            data[keyword].VR = data[keyword].VR.removesuffix(" or SS")
        data.save_as(path)
    return load(paths[0].parent)


def test_windows_that_differ_are_kept_slice_by_slice(write_slices: Callable[..., list[Path]]):
    found = differing(write_slices, WindowCenter=[40, [50, 7], 60], WindowWidth=[400, [410, 8], 400])
    assert [(w.centre, w.width) for w in found.slice_windows] == [(40, 400), (50, 410), (60, 400)]
    assert found.windows[0].centre == 50, "the middle one is shown first"
    assert [default_voi(found, k) for k in range(3)] == list(found.slice_windows)
    assert proposals(found) == found.windows and len(found.windows) == 2
    assert proposals(found, 2) == (found.slice_windows[2], found.windows[1])
    assert found.slab(2).windows == (found.slice_windows[2],) and found.slab(2).slice_windows == ()


def test_windows_alike_are_kept_once(write_slices: Callable[..., list[Path]]):
    alike = differing(write_slices, WindowCenter=[40, 40, 40], WindowWidth=["400", "400.0", "400"])
    assert alike.slice_windows == ()


def test_a_slice_without_a_window_leaves_one_for_all(write_slices: Callable[..., list[Path]]):
    found = differing(write_slices, WindowCenter=[40, 50, 60], WindowWidth=[400, 400, 0])
    assert found.slice_windows == () and found.windows[0].centre == 50
    assert "window 60 / 0 left out: its width must be above 0" in found.warnings


def test_padding_follows_the_slope_of_each_slice(write_slices: Callable[..., list[Path]]):
    slopes = {"RescaleSlope": [1, 2, 4], "RescaleIntercept": [0, 0, 0]}
    found = differing(write_slices, PixelPaddingValue=[5, 105, 205], **slopes)
    assert found.slice_paddings == ((5, 5), (210, 210), (820, 820)) == tuple(found.padding_at(k) for k in range(3))
    assert (found.array == 210).sum() == 1 and (found.array == 820).sum() == 1
    assert 210 not in found.sample(k=1) and found.sample(k=1).size == 11
    assert found.sample().size == 33 and not {5, 210, 820} & set(found.sample().tolist())
    assert found.slab(2).padding == (820, 820)


def test_frames_of_one_file_have_windows_of_their_own(write_dicom: Write):
    groups = [frame_group(n, "LINEAR_EXACT") for n in range(3)]
    found = load(write_dicom(np.stack([VALUES] * 3), PerFrameFunctionalGroupsSequence=groups))
    assert [window.centre for window in found.slice_windows] == [0, 1, 2]
