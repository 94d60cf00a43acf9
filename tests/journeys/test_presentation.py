"""What a file says of how to show it reaches the screen: phases, tables, overlays, by real keys."""

from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imaging.formats.reading import open_study
from imaging.phantom import PhantomStudy
from tests.journeys.hands import settle
from viewer.app import Application
from viewer.panels.view_panel import ViewPanel

CTRL = Qt.KeyboardModifier.ControlModifier


def press(qtbot: QtBot, main: Application, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    qtbot.keyClick(main.window, key, modifier or Qt.KeyboardModifier.NoModifier)
    settle(qtbot, main)


def slices(study: PhantomStudy, count: int) -> list[Dataset]:
    """The first slices of the phantom's CT, as data sets to be changed."""
    return [dcmread(file) for file in open_study(study.ct).series[0].files[:count]]


def write_phases(folder: Path, study: PhantomStudy, phases: int) -> None:
    """Five positions at several temporal positions; values tell the phase."""
    folder.mkdir()
    for n, data in enumerate(slices(study, 5)):
        for t in range(phases):
            data.PixelData = np.full((data.Rows, data.Columns), 100 * (t + 1) + n, np.int16).tobytes()
            data.TemporalPositionIdentifier, data.NumberOfTemporalPositions = t + 1, phases
            data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{n}.{t}"
            data.InstanceNumber = 1 + n + 5 * t
            data.save_as(folder / f"{t}-{n}.dcm")


def test_the_same_slice_of_the_next_phase_is_one_key_away(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    write_phases(tmp_path / "phases", phantom_study, 3)
    main.reading.open([tmp_path / "phases"])
    settle(qtbot, main)
    assert main.session.study is not None and len(main.session.study.series) == 3
    main.view.set_slice(4)
    press(qtbot, main, Qt.Key.Key_2)
    before, seen = main.view.window, []
    main.view.set_zoom(2.0)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        press(qtbot, main, key, CTRL)
        volume, series = main.session.volume, main.session.series
        assert volume is not None and series is not None and series.phase is not None
        seen.append((series.phase.index, int(volume.array[main.view.k].max()) - int(volume.array[0].max())))
        assert (main.view.k, main.view.window, main.view.zoom) == (4, before, 2.0)
    assert [index for index, _ in seen] == [1, 2, 0, 2]
    assert {abs(step) for _, step in seen} == {4}
    panel = main.window.findChild(ViewPanel)
    assert isinstance(panel, ViewPanel) and panel.phase_text.text() == "temporal position 3 of 3", "said once"


def test_other_series_are_no_phases(qtbot: QtBot, main: Application, phantom_study: PhantomStudy) -> None:
    main.reading.open([phantom_study.ct])
    settle(qtbot, main)
    assert not main.reading.has_phases()
    shown = main.session.volume
    press(qtbot, main, Qt.Key.Key_Right, CTRL)
    assert main.session.volume is shown


def write_presented(path: Path, study: PhantomStudy) -> Path:
    """One slice with two windows, a table and an overlay in its middle."""
    data = slices(study, 1)[0]
    data.Modality, data.SOPClassUID = "MR", "1.2.840.10008.5.1.4.1.1.4"
    data.WindowCenter, data.WindowWidth, data.WindowCenterWidthExplanation = [40, 50], [400, 100], ["WIDE", "NARROW"]
    table = Dataset()
    table.add_new("LUTDescriptor", "SS", [256, -128, 8])
    table.add_new("LUTData", "OW", bytes(range(256)))
    table.LUTExplanation = "STRAIGHT"
    data.VOILUTSequence = [table]
    bits = np.zeros((data.Rows, data.Columns), np.uint8)
    bits[data.Rows // 2 - 20 : data.Rows // 2 + 20] = 1
    for element, vr, value in (
        (0x0010, "US", data.Rows),
        (0x0011, "US", data.Columns),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x3000, "OW", np.packbits(bits, bitorder="little").tobytes()),
    ):
        data.add_new((0x6000, element), vr, value)
    data.save_as(path)
    return path


def test_windows_and_tables_of_the_file_are_on_key_0(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    main.reading.open([write_presented(tmp_path / "one.dcm", phantom_study)])
    settle(qtbot, main)
    volume, view = main.session.volume, main.view
    assert volume is not None and len(volume.voi_tables) == 1
    assert (view.window.name, view.table) == ("wide", None)
    press(qtbot, main, Qt.Key.Key_0)
    assert (view.window.name, view.table) == ("narrow", None)
    press(qtbot, main, Qt.Key.Key_0)
    assert view.table is volume.voi_tables[0] and view.table.name == "straight"
    press(qtbot, main, Qt.Key.Key_0)
    assert (view.window.name, view.table) == ("wide", None)
    press(qtbot, main, Qt.Key.Key_3)
    assert (view.window.name, view.table) == ("strong contrast", None), "the preset of MR on this key"
    main.binding.choose("weasis")
    press(qtbot, main, Qt.Key.Key_2)
    assert (view.window.name, view.table) == ("narrow", None), "keys 1 and 2 of Weasis"
    press(qtbot, main, Qt.Key.Key_1)
    assert (view.window.name, view.table) == ("wide", None)
    main.binding.choose("wetread")
    press(qtbot, main, Qt.Key.Key_Space)
    assert (view.window.name, view.table) == ("wide", None)


def test_overlays_come_and_go_with_their_key(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    def middle() -> tuple[int, ...]:
        colour = main.canvas.grab().toImage().pixelColor(main.canvas.width() // 2, main.canvas.height() // 2)
        return colour.red(), colour.green(), colour.blue()

    main.reading.open([write_presented(tmp_path / "one.dcm", phantom_study)])
    settle(qtbot, main)
    assert middle() == (255, 236, 120)
    press(qtbot, main, Qt.Key.Key_O)
    assert len(set(middle())) == 1
    press(qtbot, main, Qt.Key.Key_O)
    assert middle() == (255, 236, 120)


def test_the_window_follows_the_slice_until_a_person_chooses_one(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    (tmp_path / "series").mkdir()
    for n, data in enumerate(slices(phantom_study, 5)):
        data.WindowCenter, data.WindowWidth, data.WindowCenterWidthExplanation = 40 + n, 400, f"SLICE {n}"
        data.save_as(tmp_path / "series" / f"{n}.dcm")
    main.reading.open([tmp_path / "series"])
    settle(qtbot, main)
    view = main.session.view
    assert (view.k, view.window.centre) == (2, 42)
    press(qtbot, main, Qt.Key.Key_Down)
    assert (view.k, view.window.centre, view.window.name) == (3, 43, "slice 3")
    press(qtbot, main, Qt.Key.Key_2)
    chosen = view.window
    press(qtbot, main, Qt.Key.Key_Up)
    assert (view.k, view.window) == (2, chosen) and chosen.centre != 42
