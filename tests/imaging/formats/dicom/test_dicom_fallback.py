"""Another program decompresses what has no decoder here: with words when it is missing, dies, hangs or lies."""

import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import UID, JPEGLosslessSV1

from imaging.errors import ReadError
from imaging.formats.dicom import fallback
from imaging.formats.dicom.header import read_header
from imaging.formats.dicom.pixels import frames_of

HIERARCHICAL = UID("1.2.840.10008.1.2.4.65")
PIXELS = np.arange(64, dtype=np.uint8).reshape(8, 8)


@pytest.fixture
def differential(write_dicom) -> Path:
    """A file whose one frame is of a differential process (SOF7), for which there is no decoder here."""
    path = write_dicom(PIXELS)
    data = dcmread(path)
    stream = imagecodecs.jpeg8_encode(PIXELS, lossless=True).replace(b"\xff\xc3", b"\xff\xc7", 1)
    data.PixelData = encapsulate([stream])
    data["PixelData"].is_undefined_length = True
    data.file_meta.TransferSyntaxUID = HIERARCHICAL
    data.save_as(path)
    return path


@pytest.fixture
def tool(tmp_path: Path, monkeypatch):
    """Put a program named ``dcmdjpeg`` on an otherwise empty search path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def install(source: str) -> None:
        program = folder / "dcmdjpeg"
        program.write_text(f"#!{sys.executable}\nimport sys, os, time\n{source}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    if os.name != "posix":
        pytest.skip("programs for the search path are written as scripts")
    return install


def first_frame(path: Path) -> np.ndarray:
    with frames_of(read_header(path)) as reader:
        return reader.stored(0)


def copying(native: Path) -> str:
    return f"open(sys.argv[2], 'wb').write(open({str(native)!r}, 'rb').read())"


def test_the_native_copy_of_the_program_is_read(differential, tool, write_dicom):
    tool(copying(write_dicom(PIXELS, "native.dcm")))
    assert np.array_equal(first_frame(differential), PIXELS)


def test_a_copy_of_another_size_is_refused(differential, tool, write_dicom):
    tool(copying(write_dicom(PIXELS[:4], "native.dcm")))
    with pytest.raises(ReadError, match="its native copy is of another size"):
        first_frame(differential)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "dcmdjpeg wrote nothing"),
        ("sys.exit(3)", "dcmdjpeg ended with status 3"),
        ("os.abort()", "dcmdjpeg ended with status -6"),
        ("time.sleep(60)", "dcmdjpeg took longer than 0.5 s"),
        ("bytearray(8 << 30)", "dcmdjpeg ended with status 1"),
    ],
)
def test_a_program_that_fails_is_told_in_words(differential, tool, monkeypatch, source, words):
    monkeypatch.setattr(fallback, "SECONDS", 0.5 if "sleep" in source else 8.0)
    tool(source)
    with pytest.raises(ReadError, match=words):
        first_frame(differential)


def test_without_a_program_the_reason_names_what_is_needed(differential, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReadError, match=r"SOF7 .* is not decoded here, and it needs dcmdjpeg \(DCMTK\) or gdcmconv"):
        first_frame(differential)


def test_a_damaged_stream_of_a_known_process_is_never_given_to_a_program(write_dicom, tool):
    tool("open(sys.argv[1] + '.asked', 'w')")
    path = write_dicom(PIXELS)
    data = dcmread(path)
    data.PixelData = encapsulate([imagecodecs.jpeg8_encode(PIXELS, lossless=True)[:-20]])
    data["PixelData"].is_undefined_length = True
    data.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.4.57")
    data.save_as(path)
    with pytest.raises(ReadError, match="truncated"):
        first_frame(path)
    assert not Path(f"{path}.asked").exists()


@pytest.mark.parametrize("command", [("dcmdjpeg",), ("gdcmconv", "--raw")], ids=["dcmtk", "gdcm"])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_real_programs_give_the_native_copy(write_dicom, monkeypatch, command: tuple[str, ...], bits: int):
    """What our own decoder reads is taken from it, so that a real program has to: each must give the same pixels."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    monkeypatch.setattr(fallback, "_TOOLS", (command,))
    pixels = (np.arange(2 * 32 * 24).reshape(2, 32, 24) * 37 % (1 << bits)).astype(np.uint8 if bits == 8 else np.uint16)
    path = write_dicom(pixels, BitsStored=bits, HighBit=bits - 1)
    data = dcmread(path)
    data.PixelData = encapsulate(
        [imagecodecs.jpeg8_encode(frame, lossless=True, bitspersample=bits) for frame in pixels]
    )
    data["PixelData"].VR, data["PixelData"].is_undefined_length = "OB", True
    data.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    data.save_as(path)
    monkeypatch.setattr("imaging.formats.dicom.codecs._UNKNOWN_PROCESSES", frozenset({0xC3}))
    with frames_of(read_header(path)) as reader:
        assert all(np.array_equal(reader.stored(index), frame) for index, frame in enumerate(pixels))
        assert any(words.endswith("decompressed by another program") for words in reader.repairs)


def test_real_programs_that_cannot_either_are_named(differential):
    """No free decoder of differential streams is known: whatever is installed must fail in words, and leave nothing."""
    installed = [name for name in ("dcmdjpeg", "dcmdjpls", "gdcmconv") if shutil.which(name)]
    if not installed:
        pytest.skip("neither DCMTK nor GDCM is installed")
    with pytest.raises(ReadError) as told:
        first_frame(differential)
    assert all(name in str(told.value) for name in installed)
    assert not list(Path(tempfile.gettempdir()).glob("native-*"))
