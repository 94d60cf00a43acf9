"""A mask on other voxels is never laid on silently: the window says what differs, asks, and marks the result."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import generate_uid
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from imaging.formats.reading import load_volume, open_study
from imaging.formats.segmentation.exporting import export_labelmap
from imaging.formats.segmentation.mask_format import MaskFormat
from imaging.labelmap import Label, Labelmap
from imaging.phantom import PhantomStudy
from tests.journeys.hands import settle
from viewer.app import Application
from viewer.dialogs.resampling import ResamplingQuestion
from viewer.panels.findings_panel import FindingsPanel
from viewer.panels.segments_box import SegmentsBox


def lifted(study: Path, folder: Path, up_mm: float, frame_of_reference: str = "") -> Path:
    """The same images, made again this much higher: another series, in the same frame of reference unless named."""
    shutil.copytree(study, folder)
    series_uid = generate_uid()
    for file in sorted(folder.rglob("*.dcm")):
        data = dcmread(file)
        data.SeriesInstanceUID, data.SOPInstanceUID = series_uid, generate_uid()
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
        data.ImagePositionPatient[2] += up_mm
        data.FrameOfReferenceUID = frame_of_reference or data.FrameOfReferenceUID
        data.save_as(file)
    return folder


@pytest.fixture
def mask(phantom_study: PhantomStudy, tmp_path: Path) -> Path:
    """A DICOM SEG of the phantom's CT: a box in slices 10 to 12."""
    series = open_study(phantom_study.ct).series[0]
    volume = load_volume(series)
    array = np.zeros(series.shape_kji, np.uint8)
    array[10:13, 20:40, 30:60] = 1
    made = Labelmap(array, volume.geometry, (Label(1, "nodule", (0, 200, 120)),))
    export_labelmap(made, volume, series, tmp_path / "nodule.dcm", MaskFormat.SEG)
    return tmp_path / "nodule.dcm"


def question(qtbot: QtBot, main: Application) -> ResamplingQuestion:
    qtbot.waitUntil(lambda: any(each.isVisible() for each in main.window.findChildren(ResamplingQuestion)))
    (found,) = main.window.findChildren(ResamplingQuestion)
    return found


def test_it_is_asked_done_and_marked(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, mask: Path, tmp_path: Path
) -> None:
    main.reading.open([lifted(phantom_study.ct, tmp_path / "again", 0.9)])
    settle(qtbot, main)
    main.exchanging.import_mask(mask)
    asked = question(qtbot, main)
    assert main.findings.prediction is None, "nothing is shown before the person agrees"
    said = asked.informativeText()
    assert "it was made from other images" in said and "voxels of" in said and "covers most of it" in said
    qtbot.mouseClick(asked.resample, Qt.MouseButton.LeftButton)
    settle(qtbot, main)
    prediction = main.findings.prediction
    assert prediction is not None and prediction.mask is not None
    assert "resampled from" in main.window.findChild(FindingsPanel).summary.text()
    before, after = 3 * 20 * 30, np.count_nonzero(prediction.mask.array)
    assert after == before, "the grid is the same one, lifted by less than half a slice"

    with qtbot.waitActive(main.window):
        main.window.activateWindow()
    qtbot.keyClick(main.window, Qt.Key.Key_A)
    assert main.segmentation.labels[0].derivation.startswith("resampled from ")
    box = main.window.findChild(SegmentsBox)
    assert box.derivation.text().startswith("Resampled from ") and not box.derivation.isHidden()
    assert main.annotating.save()
    main.history.open_anew()
    assert main.history.rows.topLevelItem(0).text(5) == "nodule (resampled)"
    main.history.close()
    main.exchanging.export_mask(tmp_path / "out.dcm", MaskFormat.SEG)
    settle(qtbot, main)
    assert dcmread(tmp_path / "out.dcm").SegmentSequence[0].SegmentDescription.startswith("resampled from ")


@pytest.mark.parametrize("how", ["button", "escape"])
def test_who_declines_keeps_the_image_as_it_is(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, mask: Path, tmp_path: Path, how: str
) -> None:
    main.reading.open([lifted(phantom_study.ct, tmp_path / "again", 0.9)])
    settle(qtbot, main)
    main.exchanging.import_mask(mask)
    asked = question(qtbot, main)
    assert asked.defaultButton() == asked.leave
    if how == "button":
        qtbot.mouseClick(asked.leave, Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(asked, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: any("It was not laid on the image" in each.text for each in main.notices.all))
    settle(qtbot, main)
    assert main.findings.prediction is None and not main.segmentation.array.any()


def test_another_frame_of_reference_is_not_even_asked(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, mask: Path, tmp_path: Path
) -> None:
    main.reading.open([lifted(phantom_study.ct, tmp_path / "again", 0.9, generate_uid())])
    settle(qtbot, main)
    main.exchanging.import_mask(mask)
    settle(qtbot, main)
    assert "Its frame of reference is" in main.notices.all[-1].text
    assert main.window.findChildren(ResamplingQuestion) == []


def test_nothing_of_the_question_is_cut_off(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, mask: Path, tmp_path: Path
) -> None:
    main.reading.open([lifted(phantom_study.ct, tmp_path / "again", 0.9)])
    settle(qtbot, main)
    main.exchanging.import_mask(mask)
    asked = question(qtbot, main)
    assert asked.width() <= 1280 and asked.height() <= 800
    for label in asked.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width())
    asked.leave.click()
