"""Key images with real keys: marked, noted on, found again in another session, written for others."""

from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from imaging.study import Series, Study
from imaging.volume import Window
from tests.journeys.hands import settle, told
from viewer.app import Application

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def main(main: Application, qtbot: QtBot, phantom_study: PhantomStudy) -> Application:
    return opened(qtbot, main, phantom_study)


def opened(qtbot: QtBot, made: Application, study: PhantomStudy) -> Application:
    made.reading.open([study.study])
    settle(qtbot, made)
    made.window.run("layout-1x1")
    made.reading.load(next(each for each in study_series(made) if each.modality == "CT"))
    settle(qtbot, made)
    return made


def study_series(main: Application) -> tuple[Series, ...]:
    assert main.session.study is not None
    return main.session.study.series


def key(main: Application, code: Qt.Key) -> None:
    QTest.keyClick(main.window, code, NONE)


def test_a_key_image_comes_back_in_the_next_session_as_it_was_looked_at(
    qtbot: QtBot, main: Application, start: Callable[[], Application], phantom_study: PhantomStudy
) -> None:
    main.view.set_slice(11)
    main.view.set_window(Window(-600.0, 1500.0, "lung"))
    key(main, Qt.Key.Key_K)
    main.session.active.set_plane("coronal")
    main.view.set_slice(40)
    main.view.set_slab(8.0, "mean")
    key(main, Qt.Key.Key_K)
    first, second = main.key_images.all
    main.marking.note(first.key_image.uid, "nodule")
    main.window.close()
    again = opened(qtbot, start(), phantom_study)
    assert [each.key_image.note for each in again.key_images.all] == ["nodule", ""]
    film = next(each for each in study_series(again) if each.modality == "DX")
    again.reading.load(film)
    settle(qtbot, again)
    again.marking.show(first.key_image.uid)
    settle(qtbot, again)
    assert again.session.series is not None
    assert again.session.series.modality == "CT"
    assert (again.session.active.plane, again.view.k) == ("stored", 11)
    assert again.view.window == Window(-600.0, 1500.0, "lung")
    again.marking.show(second.key_image.uid)
    assert (again.session.active.plane, again.view.k) == ("coronal", 40)
    assert (again.view.slab_mm, again.view.projection) == (8.0, "mean")
    again.window.close()


def test_an_oblique_plane_comes_back_in_its_place(main: Application) -> None:
    pane = main.session.active
    centre = pane.centre_lps()
    assert centre is not None
    pane.turn_plane(centre, (0.0, 0.6, 0.8), (0.0, -0.8, 0.6))
    before = pane.slice_geometry(main.view.k)
    key(main, Qt.Key.Key_K)
    pane.set_plane("stored")
    main.marking.show(main.key_images.all[0].key_image.uid)
    after = pane.slice_geometry(main.view.k)
    assert before is not None
    assert after is not None
    corner = before.index_kji(after.corners_lps)[:, 0]
    assert pane.plane == "oblique"
    assert corner == pytest.approx(corner[0], abs=1e-6)
    assert abs(corner[0]) < 0.51


def test_the_list_notes_shows_and_deletes(qtbot: QtBot, main: Application) -> None:
    for k in (3, 9):
        main.view.set_slice(k)
        key(main, Qt.Key.Key_K)
    main.window.run("key-images")
    rows, dialog = main.dialogs.key_images.rows, main.dialogs.key_images
    assert rows.count() == 2
    assert not rows.item(0).icon().isNull()
    rows.setCurrentRow(0)
    QTest.keyClicks(dialog.note, "apex")
    QTest.keyClick(dialog.note, Qt.Key.Key_Return)
    assert "apex" in rows.item(0).text()
    dialog.show_chosen()
    assert main.view.k == 3
    main.marking.remove(dialog.chosen)
    assert rows.count() == 1
    dialog.close()


def test_pictures_name_the_patient_only_when_asked(main: Application, tmp_path: Path) -> None:
    main.window.run("crosshair")
    key(main, Qt.Key.Key_K)
    main.window.run("key-images")
    dialog = main.dialogs.key_images
    dialog.rows.setCurrentRow(0)
    dialog.write_picture(tmp_path / "drawn.png")
    dialog.named.setChecked(True)
    dialog.write_picture(tmp_path / "named.png")
    dialog.named.setChecked(False)
    dialog.drawn.setChecked(False)
    dialog.write_picture(tmp_path / "plain.png")
    dialog.close()
    drawn, named, plain = (QImage(str(tmp_path / f"{name}.png")) for name in ("drawn", "named", "plain"))
    assert drawn.size() == named.size() == plain.size() == main.canvas.size()
    corner = (0, 0, main.canvas.width() // 3, 60)
    assert named.copy(*corner) != drawn.copy(*corner), "who it is stands in the top left corner"
    assert plain.copy(*corner) == drawn.copy(*corner), "and nowhere unless asked for"


def test_key_images_are_written_as_key_objects(qtbot: QtBot, main: Application, tmp_path: Path) -> None:
    main.view.set_slice(5)
    key(main, Qt.Key.Key_K)
    main.selecting.write(tmp_path / "key.dcm")
    settle(qtbot, main)
    assert "key.dcm refers to 1 images" in told(main)
    assert main.session.series is not None
    image = pydicom.dcmread(main.session.series.files[5], stop_before_pixels=True)
    document = pydicom.dcmread(tmp_path / "key.dcm")
    evidence = document.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]
    assert evidence.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == image.SOPInstanceUID


def test_key_images_come_back_from_key_objects_in_another_library(
    qtbot: QtBot, main: Application, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    main.view.set_slice(5)
    key(main, Qt.Key.Key_K)
    main.marking.note(main.key_images.all[0].key_image.uid, "nodule")
    clip = next(each for each in study_series(main) if each.modality == "US")
    main.reading.load(clip)
    settle(qtbot, main)
    main.view.set_slice(3)
    key(main, Qt.Key.Key_K)
    main.selecting.write(tmp_path / "key.dcm")
    settle(qtbot, main)
    first, second = main.key_images.all
    main.marking.remove(first.key_image.uid)
    main.window.run("key-images")
    dialog = main.dialogs.key_images
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(tmp_path / "key.dcm"), ""))
    buttons = {each.text(): each for each in dialog.findChildren(QPushButton)}
    QTest.mouseClick(buttons["Import DICOM…"], Qt.MouseButton.LeftButton)
    settle(qtbot, main)
    kept, back = main.key_images.all
    assert kept == second, "what is marked already stays as it was looked at"
    assert (back.key_image.series_uid, back.key_image.k, back.key_image.note) == (
        first.key_image.series_uid,
        5,
        "nodule",
    )
    assert back.key_image.geometry == first.key_image.geometry
    assert QImage.fromData(back.picture).height() > 50
    assert "1 key images of key.dcm (Of Interest). 1 were marked already." in told(main)
    main.marking.show(back.key_image.uid)
    settle(qtbot, main)
    assert main.session.series is not None and main.session.series.modality == "CT"
    assert main.view.k == 5
    dialog.close()


def test_key_objects_of_another_study_are_refused_in_words(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    key(main, Qt.Key.Key_K)
    main.selecting.write(tmp_path / "key.dcm")
    settle(qtbot, main)
    document = pydicom.dcmread(tmp_path / "key.dcm")
    for item in document.ContentSequence:
        for reference in item.get("ReferencedSOPSequence", ()):
            reference.ReferencedSOPInstanceUID = "2.25.1"
    document.save_as(tmp_path / "other.dcm")
    main.selecting.read(tmp_path / "other.dcm")
    settle(qtbot, main)
    assert "refers to 1 images, none of which is in this study" in told(main)
    main.selecting.read(phantom_study.study / "nothing.dcm")
    settle(qtbot, main)
    assert "nothing.dcm" in told(main)
    assert len(main.key_images.all) == 1


def test_key_objects_of_series_that_went_meanwhile_mark_nothing(
    qtbot: QtBot, main: Application, tmp_path: Path
) -> None:
    key(main, Qt.Key.Key_K)
    main.selecting.write(tmp_path / "key.dcm")
    settle(qtbot, main)
    main.marking.remove(main.key_images.all[0].key_image.uid)
    main.selecting.read(tmp_path / "key.dcm")
    ct = next(each for each in study_series(main) if each.modality == "CT")
    main.session.put_in_place(ct, Study(tmp_path))
    settle(qtbot, main)
    assert "Nothing of key.dcm was marked: the study is no longer the one it was." in told(main)
    assert main.key_images.all == ()
