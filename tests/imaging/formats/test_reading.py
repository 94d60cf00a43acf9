"""The one door: what is found, what is refused and why."""

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.uid import MRSpectroscopyStorage

from imaging.errors import ReadError
from imaging.formats import reading
from imaging.formats.content import Format, format_of, identity


def test_an_empty_folder_gives_an_empty_study(tmp_path: Path):
    study = reading.open_study(tmp_path)
    assert study.series == () and study.refused == () and study.path == tmp_path


def test_nothing_at_the_path_is_an_error(tmp_path: Path):
    with pytest.raises(ReadError, match="no such file or folder"):
        reading.open_study(tmp_path / "missing")


def test_a_folder_below_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    closed = tmp_path / "study" / "closed"
    closed.mkdir(parents=True)
    look = os.scandir

    def scandir(folder):
        if Path(folder) == closed:
            raise PermissionError(13, "Permission denied", str(folder))
        return look(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    (refusal,) = reading.open_study(tmp_path / "study").refused
    assert refusal.file == closed and refusal.reason == "the folder cannot be read: Permission denied"


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", "b")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "report.dcm",
            b"Dear colleague, nothing new.\n",
            "not DICOM although it is named .dcm: found text",
        ),
        ("empty.dcm", b"", "the file is empty (0 bytes)"),
        ("notes.txt", "Grüße".encode(), "found text"),
        ("list.csv", b"a,b\n1,2\n", "found text"),
        ("Thumbs.db", b"\xd0\xcf\x11\xe0" + bytes(600), "a Windows thumbnail"),
        ("paper.pdf", b"%PDF-1.7\n" + bytes(600), "a PDF document"),
        ("study.zip", zipped(), "a ZIP archive"),
        ("noise.bin", bytes(range(200, 256)) * 10, "starts with c8 c9 ca cb"),
        ("broken.png", b"\x89PNG\r\n\x1a\n" + bytes(50), "picture"),
        ("broken.mp4", b"\0\0\0\x18ftypmp42" + bytes(500), "truncated: the index of frames"),
        ("broken.nii", bytes(344) + b"n+1\0" + bytes(8), "not NIfTI"),
        ("head.dcm", bytes(128) + b"DICM", "not a DICOM image"),
    ],
)
def test_refusals_say_what_was_found(tmp_path: Path, name: str, content: bytes, words: str):
    (tmp_path / name).write_bytes(content)
    study = reading.open_study(tmp_path)
    assert study.series == ()
    assert [refusal.file.name for refusal in study.refused] == [name]
    assert words in study.refused[0].reason


def test_a_refused_file_still_says_whose_it_is(bundled):
    (refusal,) = reading.open_study(bundled("MR_truncated.dcm")).refused
    assert refusal.patient_name == "CompressedSamples^MR1"


def test_objects_without_pixels_say_what_they_are(bundled):
    for name, words in (
        ("rtplan.dcm", "RT Plan Storage"),
        ("test-SR.dcm", "Comprehensive SR Storage"),
        ("waveform_ecg.dcm", "12-lead ECG Waveform Storage"),
    ):
        study = reading.open_study(bundled(name))
        assert [document.name for document in study.documents] == [words]
        assert (study.series, study.refused) == ((), ())


def test_spectra_have_rows_and_columns_and_are_no_image(write_dicom):
    path = write_dicom(np.zeros((4, 4), np.uint8), SOPClassUID=MRSpectroscopyStorage, Modality="MR")
    data = dcmread(path)
    del data.PixelData
    data.save_as(path)
    study = reading.open_study(path)
    assert [document.name for document in study.documents] == ["MR Spectroscopy Storage"] and not study.refused


def test_every_file_is_listed_once_and_the_name_does_not_matter(tmp_path: Path, write_slices):
    write_slices([(0, 0, 0), (0, 0, 2)])
    folder = tmp_path / "study"
    (folder / "000.dcm").rename(folder / "slice without suffix")
    Image.fromarray(np.eye(4, dtype=np.uint8)).save(folder / "picture.dat", format="PNG")
    (folder / "deep").mkdir()
    (folder / "deep" / "notes.txt").write_text("x")
    study = reading.open_study(folder)
    assert [(series.format, series.frames) for series in study.series] == [("DICOM", 2), ("picture", 1)]
    listed = [file for series in study.series for file in series.files] + [refusal.file for refusal in study.refused]
    assert sorted(listed) == sorted(path for path in folder.rglob("*") if path.is_file())


def test_two_copies_of_one_picture_have_identities_of_their_own(tmp_path: Path):
    for name in ("a.png", "b.png"):
        Image.fromarray(np.eye(4, dtype=np.uint8)).save(tmp_path / name)
    first, second = reading.open_study(tmp_path).series
    assert second.uid == f"{first.uid}#2"
    assert np.array_equal(reading.load_volume(first).array, reading.load_volume(second).array)


def test_identity_follows_content_not_name(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"1" * 100_000)
    (tmp_path / "b").write_bytes(b"1" * 100_000)
    (tmp_path / "c").write_bytes(b"1" * 99_999 + b"2")
    a, b, c = (identity(tmp_path / name) for name in "abc")
    assert a == b != c


def test_dicom_without_preamble_is_recognised(bundled):
    assert format_of(bundled("ExplVR_LitEndNoMeta.dcm")) is Format.DICOM
    assert format_of(bundled("ExplVR_BigEndNoMeta.dcm")) is Format.DICOM


def test_opening_reports_progress(write_slices):
    told: list[tuple[int, int]] = []
    files = write_slices([(0, 0, 0), (0, 0, 2)])
    reading.open_study(files[0].parent, lambda *news: told.append(news[:2]))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_what_is_no_file_is_named_and_never_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    refused = reading.open_study(tmp_path).refused
    assert [(refusal.file.name, refusal.reason) for refusal in refused] == [
        ("link", "neither a file nor a link to one"),
        ("pipe", "neither a file nor a link to one"),
    ]
