"""DICOMDIR: pydicom's own, and ones that point where they must not."""

import shutil
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file

from imaging.errors import ReadError
from imaging.formats.directory import is_directory, referenced_files
from imaging.formats.reading import open_study

TINY = Path(str(get_testdata_file("TINY_ALPHA/DICOMDIR"))).parent


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A writable copy of a small file set."""
    return Path(shutil.copytree(TINY, tmp_path / "media"))


def pointing_at(media: Path, file_id: list[str] | str) -> Path:
    """The DICOMDIR with its first image record changed."""
    path = media / "DICOMDIR"
    dataset = dcmread(path)
    next(each for each in dataset.DirectoryRecordSequence if "ReferencedFileID" in each).ReferencedFileID = file_id
    dataset.save_as(path)
    return path


def test_the_files_it_names_are_opened(media: Path) -> None:
    (media / "stray.txt").write_text("not named")
    files, refused = referenced_files(media / "DICOMDIR")
    assert is_directory(media / "DICOMDIR") and len(files) == 50 and not refused
    study = open_study(media / "DICOMDIR")
    seen = {file for series in study.series for file in series.files} | {each.file for each in study.refused}
    assert seen == set(files)


def test_the_folder_opens_without_a_word_about_the_index(media: Path) -> None:
    study = open_study(media)
    assert not [refusal for refusal in study.refused if refusal.file.name == "DICOMDIR"]
    assert not study.documents


def test_names_are_found_whatever_their_case(media: Path) -> None:
    files, _ = referenced_files(media / "DICOMDIR")
    top = files[0].relative_to(media).parts[0]
    (media / top).rename(media / "moved")
    (media / "moved").rename(media / top.lower())
    found, refused = referenced_files(media / "DICOMDIR")
    assert len(found) == len(files) and not refused


@pytest.mark.parametrize("file_id", [["..", "secret"], ["PT000000", "..", "..", "secret"], "/etc/passwd", "C:secret"])
def test_names_that_lead_out_are_refused(media: Path, file_id: list[str] | str) -> None:
    shutil.copy(str(get_testdata_file("CT_small.dcm")), media.parent / "secret")
    files, refused = referenced_files(pointing_at(media, file_id))
    assert len(files) == 49 and all(file.is_relative_to(media) for file in files)
    assert "leads out of its folder" in refused[0].reason and refused[0].file == media / "DICOMDIR"
    for opened in (media, media / "DICOMDIR"):
        assert [each.file for each in open_study(opened).refused if "leads out" in each.reason] == [media / "DICOMDIR"]


def test_links_that_lead_out_are_refused(media: Path) -> None:
    shutil.copy(str(get_testdata_file("CT_small.dcm")), media.parent / "secret")
    (media / "LINK").symlink_to(media.parent / "secret")
    _, refused = referenced_files(pointing_at(media, "LINK"))
    assert "is a link that leads out" in refused[0].reason


def test_missing_files_are_named(media: Path) -> None:
    files, _ = referenced_files(media / "DICOMDIR")
    files[3].unlink()
    study = open_study(media / "DICOMDIR")
    assert (files[3], "named in the DICOMDIR, but there is no such file") in [
        (each.file, each.reason) for each in study.refused
    ]


def test_a_damaged_index_is_refused(media: Path) -> None:
    path = media / "DICOMDIR"
    path.write_bytes(path.read_bytes()[:1500])
    try:
        files, refused = referenced_files(path)
    except ReadError as error:
        assert "damaged" in error.reason
    else:
        assert len(files) + len(refused) < 50
