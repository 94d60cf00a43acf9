"""Key images in the library: they come back to the last bit, and what was taken away stays away."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imaging.geometry import Calibration, Geometry
from imaging.key_image import KeyImage, unpacked
from imaging.library.key_images import KeptKeyImages
from imaging.library.store import Library
from imaging.study import Series
from imaging.volume import Window

PLANE = Geometry((1, 5, 7), (2.5, 0.7, 1 / 3), (-0.1, 1e-9, 3.0), calibration=Calibration.PATIENT)
THORAX = Series("1.2.3", "volume", "DICOM", (Path("/scans/a.dcm"),), (3, 5, 7))
MARK = KeyImage("u1", "1.2.3", "oblique", 2, PLANE, Window(-600.0, 1500.0, "lung"), True, 10.0, "mean")
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[KeptKeyImages]:
    library = Library(tmp_path / "library.sqlite")
    yield KeptKeyImages(library)
    library.close()


def test_what_was_marked_comes_back(kept: KeptKeyImages) -> None:
    kept.save(THORAX, MARK, b"\x89PNG", "Ada", NOON)
    assert kept.of(["1.2.3", "9"]) == ((MARK, b"\x89PNG"),)
    assert kept.of(["9"]) == ()


def test_a_note_replaces_and_a_deletion_takes_away(kept: KeptKeyImages) -> None:
    noted = replace(MARK, note="Rundherd, größer als zuvor")
    other = replace(MARK, uid="u2")
    kept.save(THORAX, MARK, b"1", "Ada", NOON)
    kept.save(THORAX, other, b"2", "Ada", NOON)
    kept.save(THORAX, noted, b"1", "Ada", NOON)
    assert kept.of(["1.2.3"]) == ((noted, b"1"), (other, b"2"))
    kept.save(THORAX, other, b"2", "Ada", NOON, deleted=True)
    assert kept.of(["1.2.3"]) == ((noted, b"1"),)


def test_what_is_no_key_image_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a key image, found"):
        unpacked('{"uid": 1}')


def test_what_is_not_to_be_seen_is_left_out(kept: KeptKeyImages) -> None:
    kept.save(THORAX, MARK, b"1", "Ada", NOON)
    kept.save(THORAX, replace(MARK, uid="u2"), b"2", "Bo", NOON)
    assert [image.uid for image, _ in kept.of(["1.2.3"], frozenset({"Ada"}))] == ["u2"]
