"""A study opens at once and in its place: slices come as they load, gaps are offered to be filled, changes are told."""

import shutil
from pathlib import Path

import numpy as np
from pydicom import dcmread
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imaging.formats.reading import open_study
from imaging.phantom import PhantomStudy
from tests.journeys.hands import settle, told
from viewer.app import Application


def copied_ct(study: PhantomStudy, folder: Path, without: tuple[int, ...] = ()) -> list[Path]:
    """Copies of the phantom's CT slices in order of position, some left out."""
    folder.mkdir()
    files = open_study(study.ct).series[0].files
    kept = [file for k, file in enumerate(files) if k not in without]
    return [Path(shutil.copy(file, folder / f"{k:03d}.dcm")) for k, file in enumerate(kept)]


def test_the_middle_slice_is_seen_before_the_rest_is_there(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    seen: list[tuple[bool, int, bool]] = []
    main.session.volume_changed.connect(
        lambda: seen.append((main.session.complete, main.view.k, main.session.active.has(0)))
    )
    arrived: list[int] = []
    main.session.slice_arrived.connect(arrived.append)
    main.reading.open([phantom_study.ct])
    settle(qtbot, main)
    volume = main.session.volume
    assert volume is not None
    count = len(volume.array)
    assert (False, False) in [(complete, has_first) for complete, _, has_first in seen]
    assert len(arrived) >= count - 2 and main.session.complete
    assert abs(arrived[0] - count // 2) <= 2, "nearest to the slice on screen first"
    assert main.view.k == count // 2


def test_what_arrives_piece_by_piece_is_what_loads_at_once(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    from imaging.formats.reading import load_volume

    main.reading.open([phantom_study.ct])
    settle(qtbot, main)
    whole = load_volume(open_study(phantom_study.ct).series[0])
    assert main.session.volume is not None
    assert np.array_equal(main.session.volume.array, whole.array)
    assert main.session.volume.array.dtype == whole.array.dtype


def test_a_cancelled_load_leaves_nothing_half_on_screen(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    def stop() -> None:
        if not main.session.complete:
            main.runner.cancel("load")

    main.session.volume_changed.connect(stop, Qt.ConnectionType.QueuedConnection)
    main.reading.open([phantom_study.ct])
    settle(qtbot, main)
    if main.session.volume is None:
        assert main.session.complete
    main.reading.open([phantom_study.xray])
    settle(qtbot, main)
    assert main.session.volume is not None and main.session.volume.geometry.shape_kji[0] == 1


def test_a_missing_slice_is_told_and_filled_on_request(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    copied_ct(phantom_study, tmp_path / "gap", without=(20,))
    main.reading.open([tmp_path / "gap"])
    settle(qtbot, main)
    gapped = main.session.volume
    assert gapped is not None and gapped.slice_geometries
    assert any("missing" in warning for warning in gapped.warnings)
    qtbot.keyClick(main.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, main)
    regular = main.session.volume
    assert regular is not None and regular.kind == "volume" and not regular.slice_geometries
    assert regular.geometry.shape_kji[0] == gapped.geometry.shape_kji[0] + 1
    assert "resampled" in regular.derivation
    between = (gapped.array[19].astype(float) + gapped.array[20]) / 2
    assert np.abs(regular.array[20] - between).max() <= 1
    assert np.array_equal(regular.array[19], gapped.array[19])
    assert [one.uid.endswith("#regular") for one in main.session.study.series] == [False, True]


def test_a_file_that_changed_since_it_was_first_opened_is_told(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    files = copied_ct(phantom_study, tmp_path / "ct")
    main.reading.open([tmp_path / "ct"])
    settle(qtbot, main)
    assert "is not what it was" not in told(main)
    data = dcmread(files[7])
    pixels = bytearray(data.PixelData)
    pixels[1000] ^= 1
    data.PixelData = bytes(pixels)
    data.save_as(files[7])
    main.reading.open([tmp_path / "ct"])
    settle(qtbot, main)
    assert "is not what it was" in told(main)
    assert "1 file has changed (007.dcm); the pixels differ" in told(main)
