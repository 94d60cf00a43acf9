"""A mask in a file is seen over its images with a click, says where it comes from, and is taken over with a key."""

import shutil
from pathlib import Path

import highdicom as hd
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import generate_uid
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidgetItem
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
from viewer.panels.series_list import SeriesList


def write_seg(files: list[Path], mask: np.ndarray, path: Path) -> Path:
    """A SEG of slices in the order of ``files``, as another program would write it."""
    lesion = hd.sr.CodedConcept("52988006", "SCT", "Lesion")
    finder = hd.AlgorithmIdentificationSequence(
        "Other finder", hd.sr.CodedConcept("123110", "DCM", "Artificial Intelligence"), "4.2"
    )
    described = hd.seg.SegmentDescription(
        1, "nodule", lesion, lesion, "AUTOMATIC", finder, display_color=hd.color.CIELabColor.from_rgb(0, 200, 120)
    )
    seg = hd.seg.Segmentation(
        [dcmread(file) for file in files], mask, "BINARY", [described], generate_uid(), 50, generate_uid(), 1,
        "Elsewhere", "Marker", "1", "1", series_description="Nodules by another program",
    )  # fmt: skip
    seg.save_as(path)
    return path


@pytest.fixture
def folder(phantom_study: PhantomStudy, tmp_path: Path) -> Path:
    """The phantom's CT and a mask of it: a box in slices 10 to 12."""
    folder = tmp_path / "a-case"
    shutil.copytree(phantom_study.ct, folder)
    series = open_study(folder).series[0]
    mask = np.zeros(series.shape_kji, np.uint8)
    mask[10:13, 20:40, 30:60] = 1
    write_seg(list(series.files), mask, folder / "000-mask.dcm")
    return folder


def items(tree_items: list[QTreeWidgetItem]) -> list[str]:
    return [item.text(0).splitlines()[0] for item in tree_items]


def test_a_mask_is_seen_and_taken_over(qtbot: QtBot, main: Application, folder: Path) -> None:
    main.reading.open([folder])
    settle(qtbot, main)
    volume = main.session.volume
    assert volume is not None and volume.modality == "CT"
    tree = main.window.findChild(SeriesList).tree
    ((mask_item, ct_item),) = [
        (series.child(0), series)
        for row in range(tree.topLevelItemCount())
        for series in [tree.topLevelItem(row).child(0)]
        if series.childCount()
    ]
    assert items([mask_item]) == ["▣ Nodules by another program"]
    assert ct_item.isExpanded() and tree.topLevelItem(0).childCount() == 1

    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualItemRect(mask_item).center())
    settle(qtbot, main)
    prediction = main.findings.prediction
    assert prediction is not None and prediction.mask is not None
    assert prediction.model == "Other finder (000-mask.dcm)" and prediction.version == "4.2"
    expected = np.zeros(volume.array.shape, np.uint8)
    expected[10:13, 20:40, 30:60] = 1
    np.testing.assert_array_equal(prediction.mask.array, expected)
    assert not main.segmentation.array.any()
    said = main.window.findChild(FindingsPanel).summary.text()
    assert "Mask by Other finder (000-mask.dcm) 4.2" in said and "nodule: " in said

    qtbot.keyClick(main.window, Qt.Key.Key_A)
    np.testing.assert_array_equal(main.segmentation.array, expected)
    assert [(label.name, label.colour) for label in main.segmentation.labels] == [("nodule", (0, 200, 120))]
    main.segmentation.undo()
    assert not main.segmentation.array.any()


def test_structures_are_seen_over_their_images(qtbot: QtBot, main: Application, folder: Path) -> None:
    series = open_study(folder).series[0]
    volume = load_volume(series)
    array = np.zeros(volume.array.shape, np.uint8)
    array[4:6, 10:30, 12:40] = 1
    (folder / "000-mask.dcm").unlink()
    mask = Labelmap(array, volume.geometry, (Label(1, "target"),))
    export_labelmap(mask, volume, series, folder / "outlines.dcm", MaskFormat.RTSTRUCT)
    main.reading.open([folder])
    settle(qtbot, main)
    tree = main.window.findChild(SeriesList).tree
    item = tree.topLevelItem(0).child(0).child(0)
    assert item.text(0) == "▣ OUTLINES\nStructures · outlines.dcm"
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualItemRect(item).center())
    settle(qtbot, main)
    prediction = main.findings.prediction
    assert prediction is not None and prediction.mask is not None
    np.testing.assert_array_equal(prediction.mask.array, array)


def test_a_mask_of_other_images_says_why_it_is_not_shown(qtbot: QtBot, main: Application, folder: Path) -> None:
    """The file was damaged on its way: one frame names an image that is not there."""
    data = dcmread(folder / "000-mask.dcm")
    source = data.PerFrameFunctionalGroupsSequence[1].DerivationImageSequence[0].SourceImageSequence[0]
    source.ReferencedSOPInstanceUID = "1.2.3.4"
    data.save_as(folder / "000-mask.dcm")
    main.reading.open([folder])
    settle(qtbot, main)
    study = main.session.study
    assert study is not None
    main.overlaying.show(study.documents[0])
    settle(qtbot, main)
    qtbot.waitUntil(lambda: any(each.isVisible() for each in main.window.findChildren(ResamplingQuestion)))
    (question,) = main.window.findChildren(ResamplingQuestion)
    qtbot.mouseClick(question.leave, Qt.MouseButton.LeftButton)
    assert main.findings.prediction is None
    assert "frame 2 does not fit: it was made from image 1.2.3.4" in main.notices.all[-1].text
