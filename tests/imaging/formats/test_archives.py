"""Zip archives and gzipped files, good and hostile."""

import gzip
import io
import stat
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from imaging.errors import ReadError
from imaging.formats import archives
from imaging.formats.reading import load_volume, open_study
from imaging.sandbox import Sandbox

CT = Path(str(get_testdata_file("CT_small.dcm")))


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, *names: str) -> Path:
    with tarfile.open(path, "w") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    return path


def test_a_zip_opens_as_the_folder_it_holds(tmp_path: Path) -> None:
    path = zipped(tmp_path / "any.name", **{"a/CT": CT.read_bytes(), "readme": b"hello"})
    study = open_study(path)
    assert study.path == path
    assert [series.modality for series in study.series] == ["CT"]
    assert [refusal.file.name for refusal in study.refused] == ["readme"]
    assert load_volume(study.series[0]).array.shape == (1, 128, 128)


def test_a_zip_opens_through_the_sandbox(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        study = sandbox.open_study(zipped(tmp_path / "a.zip", CT=CT.read_bytes()))
        assert study.path == tmp_path / "a.zip"
        assert sandbox.load_volume(study.series[0]).array.shape == (1, 128, 128)


def test_the_same_archive_is_unpacked_once(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", CT=CT.read_bytes())
    assert archives.unpack(path).folder == archives.unpack(path).folder


@pytest.mark.parametrize("name", ["../outside", "/outside", "a/../../outside", "C:\\outside", "a\\..\\..\\outside"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", **{name: CT.read_bytes(), "inside": CT.read_bytes()})
    unpacked = archives.unpack(path)
    assert [file.name for file in unpacked.folder.rglob("*")] == ["inside"]
    assert "leads out of the archive" in unpacked.refused[0].reason
    assert not list(tmp_path.glob("outside")) and not list(unpacked.folder.parent.glob("outside"))


def test_folders_may_be_parted_by_backslashes(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{"study\\series\\ct": CT.read_bytes()})
    assert (archives.unpack(path).folder / "study" / "series" / "ct").is_file()


def test_a_name_too_long_costs_only_its_member(tmp_path: Path) -> None:
    unpacked = archives.unpack(zipped(tmp_path / "a.zip", **{"n" * 300: b"", "inside": CT.read_bytes()}))
    assert [file.name for file in unpacked.folder.iterdir()] == ["inside"]
    assert unpacked.refused[0].reason == "its name is longer than the 255 bytes of a file's name: not unpacked"


@pytest.mark.skipif(sys.platform == "win32", reason="paths are refused in other words there")
def test_folders_too_deep_cost_only_their_member(tmp_path: Path) -> None:
    deep = "/".join(["n" * 250] * 20)
    for path in (zipped(tmp_path / "a.zip", **{deep: b"", "in": b"x"}), tarred(tmp_path / "a.tar", deep, "in")):
        unpacked = archives.unpack(path)
        assert [file.name for file in unpacked.folder.rglob("*")] == ["in"]
        assert [each.reason for each in unpacked.refused] == [
            "its folders' names together are longer than a path may be: not unpacked"
        ]


@pytest.mark.parametrize("below", ["a\\b", "a/b", "a/b/c"])
def test_a_file_that_is_a_folder_too_costs_only_what_would_lie_in_it(tmp_path: Path, below: str) -> None:
    paths = [zipped(tmp_path / "a.zip", **{"a": b"1", below: b"2", "in": b"3"})]
    if "/" in below:
        paths.append(tarred(tmp_path / "a.tar", "a", below, "in"))
    for path in paths:
        unpacked = archives.unpack(path)
        assert sorted(file.name for file in unpacked.folder.rglob("*")) == ["a", "in"]
        assert [each.reason for each in unpacked.refused] == [
            "the archive holds its folder's name as a file, too: not unpacked"
        ]


def test_a_way_of_packing_that_is_not_read_is_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", CT=CT.read_bytes())
    deflated = path.read_bytes()
    path.write_bytes(deflated.replace(b"\x14\0\0\0\x08\0", b"\x14\0\0\0\x09\0"))  # Deflate64
    assert path.read_bytes() != deflated
    with pytest.raises(ReadError, match="packed in a way that is not read: That compression method"):
        archives.unpack(path)


def test_links_are_not_made(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    unpacked = archives.unpack(tmp_path / "a.zip")
    assert not list(unpacked.folder.iterdir())
    assert "link" in unpacked.refused[0].reason


def test_a_name_that_occurs_twice_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a", b"first")
        archive.writestr("a", b"second")
    unpacked = archives.unpack(tmp_path / "a.zip")
    assert (unpacked.folder / "a").read_bytes() == b"first"
    assert "twice" in unpacked.refused[0].reason


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 1 << 20)
    path = zipped(tmp_path / "a.zip", bomb=bytes(4 << 20))
    with pytest.raises(ReadError, match="unpacks to 4 MiB"):
        open_study(path)
    (tmp_path / "a.gz").write_bytes(gzip.compress(bytes(4 << 20)))
    with pytest.raises(ReadError, match="unpacks to more than 1 MiB"):
        open_study(tmp_path / "a.gz")


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path / "a.zip", a=b"secret").read_bytes())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(ReadError, match="encrypted"):
        open_study(tmp_path / "a.zip")


@pytest.mark.parametrize("cut", [5, 40, 200])
def test_a_damaged_archive_is_refused(tmp_path: Path, cut: int) -> None:
    data = zipped(tmp_path / "whole", a=CT.read_bytes()).read_bytes()
    (tmp_path / "cut").write_bytes(data[:-cut])
    with pytest.raises(ReadError, match="damaged"):
        open_study(tmp_path / "cut")


def test_a_gzipped_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "ct.dcm.gz").write_bytes(gzip.compress(CT.read_bytes()))
    assert [series.modality for series in open_study(tmp_path / "ct.dcm.gz").series] == ["CT"]


def test_an_archive_inside_a_folder_or_an_archive_stays_packed(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "in.zip", CT=CT.read_bytes()).read_bytes()
    Image.new("L", (4, 4)).save(tmp_path / "a.png")
    study = open_study(tmp_path)
    assert len(study.series) == 1
    assert "open it by itself" in study.refused[0].reason
    outer = open_study(zipped(tmp_path / "out.zip", inner=inner))
    assert not outer.series and "open it by itself" in outer.refused[0].reason


@pytest.mark.parametrize("name", ["a.tar", "a.tgz", "a.tar.gz"])
def test_a_tar_opens_without_what_leads_out_of_it(tmp_path: Path, name: str) -> None:
    path, inside = tmp_path / "box" / name, CT.read_bytes()
    path.parent.mkdir()
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(path, "w" if name == "a.tar" else "w:gz") as archive:
        for member in ("study/ct.dcm", "study/ct.dcm", "../out.dcm", "/abs.dcm"):
            info = tarfile.TarInfo(member)
            info.size = len(inside)
            archive.addfile(info, io.BytesIO(inside))
        archive.addfile(link)
    study = open_study(path)
    assert len(study.series) == 1 and not (tmp_path / "out.dcm").exists()
    reasons = [refusal.reason for refusal in study.refused]
    words = ("twice", "leads out", "leads out", "link")
    assert len(reasons) == 4 and all(sum(word in reason for reason in reasons) == words.count(word) for word in words)


def test_a_tar_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 1 << 20)
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as archive:
        info = tarfile.TarInfo("big.dcm")
        info.size = 4 << 20
        archive.addfile(info, io.BytesIO(bytes(info.size)))
    with pytest.raises(ReadError, match="unpacks to"):
        open_study(tmp_path / "a.tgz")
