"""The walker beside pydicom: the same header, or none."""

import random
from pathlib import Path

import pytest
from pydicom.data.data_manager import DATA_ROOT
from pydicom.dataset import Dataset

from imaging.errors import ReadError
from imaging.formats.dicom import header
from imaging.formats.dicom.header import Header
from imaging.formats.reading import open_study

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

FILES = sorted((Path(DATA_ROOT) / "test_files").rglob("*.dcm"))
"""Those that come with pydicom; none is fetched."""
CT = next(file for file in FILES if file.name == "CT_small.dcm")
CHANGES_PER_FILE = 40


def _said(header: Header) -> list[object]:
    said: list[object] = [header.transfer_syntax, header.little_endian, header.pixels, header.dataset.original_encoding]
    return [*said, *(_value(header.dataset, tag) for tag in sorted(header.dataset.keys()))]


def _value(dataset: Dataset, tag: int) -> object:
    try:
        element = dataset[tag]
        return tag, element.VR, str(element.value)
    except Exception as error:  # noqa: BLE001 - whatever pydicom makes of a damaged value, both must make it
        return tag, type(error), str(error)


def _of_parser(path: Path) -> Header | ReadError:
    try:
        return header._parsed_header(path)  # pyright: ignore[reportPrivateUsage] - the reference of this test
    except ReadError as error:
        return error


def _agrees(path: Path) -> bool:
    """True when the walker read the file; fails when it read anything the parser does not."""
    walked = header._walked_header(path)  # pyright: ignore[reportPrivateUsage] - the thing under test
    if walked is None:
        return False
    parsed = _of_parser(path)
    assert isinstance(parsed, Header), f"{path}: walked, but the parser refuses it: {parsed}"
    assert _said(walked) == _said(parsed), path
    return True


def test_an_ordinary_slice_is_walked() -> None:
    assert _agrees(CT)


def test_published_files_are_the_same_to_both() -> None:
    walked = [file for file in FILES if _agrees(file)]
    assert len(walked) > len(FILES) // 3


def test_damaged_heads_are_the_same_to_both(tmp_path: Path) -> None:
    chance, path, walked = random.Random(3), tmp_path / "changed.dcm", 0
    for file in FILES:
        whole = file.read_bytes()
        if len(whole) > 400_000 or not _agrees(file):
            continue
        for _ in range(CHANGES_PER_FILE):
            changed = bytearray(whole)
            for _ in range(chance.randint(1, 3)):
                changed[chance.randrange(128, min(len(whole), 4000))] = chance.choice(
                    [0, 1, 255, 65, chance.randrange(256)]
                )
            path.write_bytes(changed[: chance.choice([len(changed), chance.randrange(140, len(changed))])])
            walked += _agrees(path)
    assert walked > CHANGES_PER_FILE


def test_a_deflated_or_big_endian_file_is_left_to_the_parser() -> None:
    for name in ("image_dfl.dcm", "MR_small_bigendian.dcm"):
        file = next(each for each in FILES if each.name == name)
        assert not _agrees(file)


def test_a_character_set_with_a_nul_in_its_name_is_refused_as_damaged(tmp_path: Path) -> None:
    whole = CT.read_bytes()
    assert whole.count(b"ISO_IR 100") == 1
    path = tmp_path / "nul.dcm"
    path.write_bytes(whole.replace(b"ISO_IR 100", b"ISO_\0\x80 100"))
    refused = open_study(path).refused
    assert [refusal.reason for refusal in refused] == ["damaged DICOM header: embedded null character"]
