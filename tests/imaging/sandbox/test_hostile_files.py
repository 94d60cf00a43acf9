"""Nothing happens but a message: quickly, in words, with little memory, and the worker goes on."""

import os
import struct
import sys
import zipfile
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pydicom.config
import pytest

from imaging.errors import ReadError
from imaging.formats.dicom.nesting import TOO_DEEP
from imaging.progress import Cancelled
from imaging.sandbox import Sandbox
from tests.imaging.sandbox import hostile

GIB = 1 << 30
Maker = Callable[[Path], Path]


@pytest.fixture(scope="module")
def sandbox() -> Generator[Sandbox]:
    """Workers with so little memory that a bomb that went off would be noticed."""
    with Sandbox(memory_bytes=3 * GIB) as made:
        yield made


def _reasons(sandbox: Sandbox, path: Path) -> list[str]:
    """Why a file was refused on opening, or on loading."""
    study = sandbox.open_study(path)
    reasons = [each.reason for each in study.refused]
    for series in study.series:
        with pytest.raises(ReadError) as caught:
            sandbox.load_volume(series)
        reasons.append(caught.value.reason)
    return reasons


@pytest.mark.parametrize(
    ("make", "name", "words"),
    [
        (lambda path: hostile.nested(path, 100_000), "a.dcm", "nested deeper than 64 levels"),
        (lambda path: hostile.nested(path, 100_000, implicit=True), "a.dcm", "nested deeper than 64 levels"),
        (lambda path: hostile.nested(path, 100_000, wanted=False), "a.dcm", "nested deeper than 64 levels"),
        (hostile.huge_with_few_bytes, "a.dcm", "found 512 bytes of pixels, expected 4294836225"),
        (hostile.countless_frames, "a.dcm", "found 16 bytes of pixels, expected 34359738352"),
        (hostile.rle_bomb, "a.dcm", "declares 900000000 bytes of pixels"),
        (hostile.deflate_bomb, "a.dcm", "inflates to more than 64 MiB"),
        (hostile.gzip_bomb, "a.nii.gz", "declares 900000000000 bytes of voxels"),
        (hostile.png_bomb, "a.png", "60000 × 60000 pixels: more than"),
        (hostile.tiff_bomb, "a.tif", "60000 × 60000 pixels: more than"),
    ],
)
def test_bomb_is_refused_in_words(sandbox: Sandbox, tmp_path: Path, make: Maker, name: str, words: str) -> None:
    path = make(tmp_path / name)
    assert path.stat().st_size < 5 << 20
    (reason,) = _reasons(sandbox, path)
    assert words in reason


@pytest.mark.parametrize(("depth", "opens"), [(64, True), (65, False)])
@pytest.mark.parametrize("implicit", [False, True])
def test_sequences_may_lie_in_one_another_to_a_depth(
    sandbox: Sandbox, tmp_path: Path, depth: int, opens: bool, implicit: bool
) -> None:
    study = sandbox.open_study(hostile.nested(tmp_path / "a.dcm", depth, implicit))
    assert bool(study.series) == opens
    assert [each.reason for each in study.refused] == ([] if opens else [TOO_DEEP])


def test_deflated_frame_gives_no_more_than_the_frame(sandbox: Sandbox, tmp_path: Path) -> None:
    (series,) = sandbox.open_study(hostile.deflated_frame_bomb(tmp_path / "a.dcm")).series
    try:
        assert sandbox.load_volume(series).array.shape == (1, 4, 4)
    except ReadError as error:
        assert "16" in error.reason


def test_pages_that_lead_back_to_the_first_end(sandbox: Sandbox, tmp_path: Path) -> None:
    study = sandbox.open_study(hostile.looping_tiff(tmp_path / "a.tif"))
    assert [each.frames for each in study.series] == [1] or study.refused


def test_names_and_identities_are_lines_of_text_and_lead_nowhere(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Write what is not allowed without a word, whether or not a test before this one imported the readers.
    monkeypatch.setattr(pydicom.config.settings, "reading_validation_mode", pydicom.config.IGNORE)
    folder = tmp_path / "in" / "here"
    folder.mkdir(parents=True)
    (series,) = sandbox.open_study(hostile.named_to_deceive(folder / "a.dcm")).series
    sandbox.load_volume(series)
    texts = (series.uid, series.study_uid, series.description, series.study_description)
    for text in (*texts, series.patient.name, series.patient.id):
        assert text.isprintable(), ascii(text)
    assert series.patient.name.startswith("<b>Bold</b><img src=x>")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.dcm", "here", "home", "in"]


@pytest.mark.skipif(sys.platform == "win32", reason="special files of Unix")
def test_special_files_and_loops_in_a_folder_are_refused_and_not_read(sandbox: Sandbox, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    (folder / "below").mkdir(parents=True)
    hostile.saved(folder / "good.dcm", hostile.image())
    os.mkfifo(folder / "fifo.dcm")
    (folder / "device.dcm").symlink_to("/dev/zero")
    (folder / "itself.dcm").symlink_to("itself.dcm")
    (folder / "below" / "above").symlink_to(folder)
    (folder / "nowhere.dcm").symlink_to("nothing")
    study = sandbox.open_study(folder)
    assert [each.files for each in study.series] == [(folder / "good.dcm",)]
    refused = {each.file.name: each.reason for each in study.refused}
    assert set(refused) >= {"fifo.dcm", "device.dcm", "itself.dcm", "nowhere.dcm"}
    assert all(len(reason.split()) > 2 for reason in refused.values())


@pytest.mark.skipif(sys.platform == "win32", reason="special files of Unix")
@pytest.mark.parametrize("kind", ["fifo", "device", "loop"])
def test_special_file_opened_by_itself_is_refused(sandbox: Sandbox, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.dcm"
    if kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if kind == "device" else path)
    try:
        (reason,) = [each.reason for each in sandbox.open_study(path).refused]
    except ReadError as error:
        reason = error.reason
    assert len(reason.split()) > 2


def test_lengths_beyond_the_file_take_no_memory(sandbox: Sandbox, tmp_path: Path) -> None:
    """Every element of a sound header in turn claims far more than there is: opened or refused, in no time."""
    path = hostile.saved(tmp_path / "a.dcm", hostile.image(PixelSpacing=[1, 1], SeriesDescription="x"))
    sound = path.read_bytes()
    places = [at for at in range(132, len(sound) - 16, 2) if sound[at + 4 : at + 6].decode("latin-1").isupper()]
    assert len(places) >= 20
    for at in places:
        long_form = sound[at + 4 : at + 6] in (b"OB", b"OW", b"SQ", b"UN")
        data = bytearray(sound)
        data[at + 6 : at + (12 if long_form else 8)] = b"\0\0\xfe\xff\xff\xff" if long_form else b"\xfe\xff"
        path.write_bytes(data)
        study = sandbox.open_study(path)
        assert study.series or study.refused or study.documents
        for series in study.series:
            assert np.prod(series.shape_kji) <= 1 << 20


def test_sound_file_still_opens_after_all_that(sandbox: Sandbox, tmp_path: Path) -> None:
    (series,) = sandbox.open_study(hostile.saved(tmp_path / "a.dcm", hostile.image())).series
    np.testing.assert_array_equal(sandbox.load_volume(series).array, np.zeros((1, 4, 4)))


def test_archive_stays_open_after_its_worker_is_gone_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "study.zip"
    sound = hostile.saved(tmp_path / "a.dcm", hostile.image()).read_bytes()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("in/a.dcm", sound)
        archive.writestr("../../outside.dcm", sound)
        archive.writestr("/rooted.dcm", sound)
    with Sandbox() as sandbox:
        study = sandbox.open_study(path)
        with pytest.raises(Cancelled):
            sandbox.open_study(path, _cancel)
        (series,) = study.series
        assert sandbox.load_volume(series).array.shape == (1, 4, 4)
        assert sorted(each.reason for each in study.refused) == ["its name leads out of the archive: not unpacked"] * 2
    assert not series.files[0].exists()
    assert not series.files[0].parents[2].exists()


def _cancel(_done: int, _total: int, _text: str) -> None:
    raise Cancelled


def test_archive_bomb_is_refused_before_it_is_unpacked(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(3):
            archive.writestr(f"{n}.dcm", bytes(1 << 20))
    data = path.read_bytes()
    directory = data.index(b"PK\x01\x02")
    # Sizes in the table of contents: 1 MiB becomes 3 GiB.
    path.write_bytes(
        data[:directory] + data[directory:].replace(struct.pack("<L", 1 << 20), struct.pack("<L", 3 << 30))
    )
    with pytest.raises(ReadError, match="unpacks to 9216 MiB from"):
        sandbox.open_study(path)
