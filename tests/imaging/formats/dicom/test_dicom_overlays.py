"""Overlay planes of files written here: packed and embedded, on their frames, and refused when they lie."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, RLELossless

from imaging.formats.dicom.overlays import _packed
from imaging.formats.reading import load_volume, open_study
from imaging.volume import Volume

REAL = Path(__file__).parents[5] / "shared" / "conformance" / "files" / "077_examples_overlay.dcm"
Write = Callable[..., Path]
BITS = np.random.default_rng(5).integers(0, 2, (7, 9)).astype(bool)


def load(path: Path) -> Volume:
    return load_volume(open_study(path).series[0])


def pack(bits: np.ndarray) -> bytes:
    data = np.packbits(bits.ravel(), bitorder="little").tobytes()
    return data + b"\0" * (len(data) % 2)


def overlaid(path: Path, group: int = 0x6000, data: bytes | None = None, **elements: object) -> Path:
    """The file at ``path`` with one more overlay; names of elements as in PS3.6."""
    dataset = dcmread(path)
    add(dataset, group, data, **elements)
    dataset.save_as(path)
    return path


def add(dataset: Dataset, group: int, data: bytes | None, vr: str = "OW", **elements: object) -> None:
    known = {
        "rows": (0x0010, "US", BITS.shape[0]),
        "columns": (0x0011, "US", BITS.shape[1]),
        "frames": (0x0015, "IS", None),
        "text": (0x0022, "LO", None),
        "kind": (0x0040, "CS", "G"),
        "origin": (0x0050, "SS", [1, 1]),
        "first": (0x0051, "US", None),
        "allocated": (0x0100, "US", 1),
        "position": (0x0102, "US", 0),
        "label": (0x1500, "LO", None),
    }
    for name, (element, kind, default) in known.items():
        value = elements.get(name, default)
        if value is not None:
            dataset.add_new((group, element), kind, value)
    if data is not None:
        dataset.add_new((group, 0x3000), vr, data)


@pytest.fixture
def image(write_dicom: Write) -> Path:
    return write_dicom(np.zeros((7, 9), np.int16))


def test_planes_in_order_with_origin_kind_and_name(image: Path):
    overlaid(image, 0x601E, pack(BITS), label="LAST", origin=[-2, 4], kind="R")
    overlaid(image, 0x6002, pack(~BITS), text="first one")
    first, last = load(image).overlays
    assert np.array_equal(first.bits[0], ~BITS) and (first.name, first.kind, first.origin) == ("first one", "G", (0, 0))
    assert np.array_equal(last.bits[0], BITS) and (last.name, last.kind, last.origin) == ("LAST", "R", (-3, 3))
    assert not load(image).array.any()


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 3), st.integers(0, 999))
def test_packed_bits_come_back_across_bytes(rows: int, columns: int, frames: int, seed: int):
    bits = np.random.default_rng(seed).integers(0, 2, (frames, rows, columns)).astype(bool)
    found = _packed(pack(bits), bits.shape)
    assert found is not None and np.array_equal(found, bits)


@pytest.mark.parametrize("vr", ["OW", "OB"])
def test_big_endian_words_are_turned_and_bytes_are_not(tmp_path: Path, image: Path, vr: str):
    data = dcmread(image)
    stored = np.frombuffer(pack(BITS), "<u2").astype(">u2").tobytes() if vr == "OW" else pack(BITS)
    add(data, 0x6000, stored, vr)
    data.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    dcmwrite(tmp_path / "big.dcm", data, implicit_vr=False, little_endian=False)
    assert np.array_equal(load(tmp_path / "big.dcm").overlays[0].bits[0], BITS)


@pytest.mark.parametrize("compressed", [False, True])
def test_bits_above_the_pixels_are_overlays_and_not_values(write_dicom: Write, compressed: bool):
    values = np.arange(63, dtype=np.uint16).reshape(7, 9) * 60
    path = write_dicom(values | BITS.astype(np.uint16) << 15 | (~BITS).astype(np.uint16) << 12, BitsStored=12,
                       HighBit=11)  # fmt: skip
    for group, position in ((0x6000, 15), (0x6002, 12)):
        overlaid(path, group, None, allocated=16, position=position)
    if compressed:
        data = dcmread(path)
        data.compress(RLELossless, generate_instance_uid=False)
        data.save_as(path)
    found = load(path)
    assert np.array_equal(found.array[0], values)
    assert [np.array_equal(plane.bits[0], bits) for plane, bits in zip(found.overlays, (BITS, ~BITS), strict=True)] == [
        True,
        True,
    ]


def test_a_bit_of_the_pixels_is_no_overlay(write_dicom: Write):
    path = overlaid(write_dicom(np.zeros((7, 9), np.uint16), BitsStored=12, HighBit=11), allocated=16, position=11)
    found = load(path)
    assert found.overlays == () and any("bit 11 belongs to the pixels" in text for text in found.warnings)


@pytest.mark.parametrize(
    ("elements", "said"),
    [
        ({"rows": 65535, "columns": 65535, "frames": 2**31 - 1}, "found 8 bytes, expected"),
        ({"rows": 8}, "found 8 bytes, expected 9"),
        ({"frames": -1}, "left out: 7 × 9 × -1"),
        ({"data": b""}, "it has no data"),
    ],
)
def test_what_a_plane_promises_is_compared_with_its_bytes(image: Path, elements: dict, said: str):
    found = load(overlaid(image, 0x6000, elements.pop("data", pack(BITS)), **elements))
    assert found.overlays == () and any(said in text for text in found.warnings)


def frames(write_dicom: Write) -> Path:
    return write_dicom(np.zeros((5, 7, 9), np.uint8), Modality="US", SOPClassUID="1.2.840.10008.5.1.4.1.1.3.1")


def test_frames_of_an_overlay_lie_on_theirs(write_dicom: Write):
    bits = np.stack([BITS, ~BITS])
    found = load(overlaid(frames(write_dicom), 0x6000, pack(bits), frames=2, first=3))
    assert len(found.overlays) == 1
    assert found.overlays[0].first_frame == 2 and np.array_equal(found.overlays[0].bits, bits)


def test_one_plane_without_a_count_covers_every_frame(write_dicom: Write):
    (plane,) = load(overlaid(frames(write_dicom), 0x6000, pack(BITS))).overlays
    assert plane.first_frame == 0 and plane.bits.shape == (5, 7, 9) and plane.bits.strides[0] == 0


def test_each_slice_of_a_stack_has_its_own(write_slices):
    paths = write_slices([(0, 0, z) for z in (8, 0, 4)])
    for n, path in enumerate(paths):
        bits = np.zeros((3, 4), bool)
        bits[n, n] = True
        overlaid(path, 0x6000, pack(bits), rows=3, columns=4)
    study = open_study(paths[0].parent)
    (plane,) = load_volume(study.series[0]).overlays
    order = [paths.index(path) for path in study.series[0].files]
    assert [tuple(np.argwhere(bits)[0]) for bits in plane.bits] == [(n, n) for n in order]


@pytest.mark.skipif(not REAL.is_file(), reason="the conformance files are not beside this checkout")
def test_a_real_file_as_pydicom_reads_it():
    (plane,) = load(REAL).overlays
    assert np.array_equal(plane.bits[0], dcmread(REAL).overlay_array(0x6000))
    assert plane.name == "Siemens MedCom Object Graphics"
