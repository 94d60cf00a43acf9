"""Bad input gets a sentence that names the file and the reason; nothing is lost and the rest opens."""

import shutil
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGLSLossless
from pytestqt.qtbot import QtBot

from imaging.errors import LibraryError
from imaging.phantom import PhantomStudy
from viewer.app import Application
from viewer.dialogs.leaving import LeavingQuestion


def open_path(qtbot: QtBot, main: Application, *paths: Path) -> str:
    main.reading.open(list(paths))
    qtbot.waitUntil(lambda: not main.runner.busy(), timeout=60_000)
    return " ".join(notice.text for notice in main.notices.all)


def ct_files(study: PhantomStudy, folder: Path) -> list[Path]:
    """Copies of the phantom's CT slices."""
    from imaging.formats.reading import open_study

    series = next(one for one in open_study(study.study).series if one.modality == "CT")
    folder.mkdir()
    return [Path(shutil.copy(file, folder / f"{k:03d}.dcm")) for k, file in enumerate(series.files)]


def test_an_empty_folder(qtbot: QtBot, main: Application, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "empty holds no files" in open_path(qtbot, main, tmp_path / "empty")


def test_a_path_that_is_not_there(qtbot: QtBot, main: Application, tmp_path: Path) -> None:
    assert "nowhere" in open_path(qtbot, main, tmp_path / "nowhere")


def test_a_text_file_called_dcm_is_named_and_the_rest_opens(
    qtbot: QtBot, main: Application, tmp_path: Path, phantom_study: PhantomStudy
) -> None:
    files = ct_files(phantom_study, tmp_path / "mixed")
    (tmp_path / "mixed" / "letter.dcm").write_text("Dear colleague,\n")
    assert "letter.dcm" in open_path(qtbot, main, tmp_path / "mixed")
    assert main.session.volume is not None
    assert main.session.volume.geometry.shape_kji[0] == len(files)


def test_a_truncated_slice_is_named(
    qtbot: QtBot, main: Application, tmp_path: Path, phantom_study: PhantomStudy
) -> None:
    files = ct_files(phantom_study, tmp_path / "cut")
    data = files[5].read_bytes()
    files[5].write_bytes(data[: len(data) // 2])
    assert files[5].name in open_path(qtbot, main, tmp_path / "cut")


def test_a_missing_slice_makes_no_volume_and_is_told(
    qtbot: QtBot, main: Application, tmp_path: Path, phantom_study: PhantomStudy
) -> None:
    files = ct_files(phantom_study, tmp_path / "gap")
    files[20].unlink()
    open_path(qtbot, main, tmp_path / "gap")
    volume = main.session.volume
    assert volume is not None
    assert volume.kind == "image", "slices with a gap are no volume"
    assert any("missing" in warning for warning in volume.warnings)
    assert len(volume.slice_geometries) == len(files) - 1


def test_a_model_for_another_modality_says_so(qtbot: QtBot, main: Application, phantom_study: PhantomStudy) -> None:
    open_path(qtbot, main, phantom_study.study)
    assert main.session.study is not None
    main.reading.load(next(one for one in main.session.study.series if one.modality == "US"))
    qtbot.waitUntil(lambda: not main.runner.busy(), timeout=60_000)
    main.models.choose(next(p for p in main.models.packages if p.manifest and p.manifest.name == "cxr-findings"))
    main.inferring.predict()
    assert "reads CR, DX; this is US" in main.notices.all[-1].text or "clip" in main.notices.all[-1].text


def test_a_full_disk_on_save_keeps_the_mask_in_the_window(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_path(qtbot, main, phantom_study.study)

    def full(*_: object) -> int:
        raise LibraryError("library.sqlite: the annotation could not be saved (database or disk is full)")

    with monkeypatch.context() as patch:
        patch.setattr(main.shelf.library, "save_mask", full)
        main.annotating.clear_slice(0)
        painted = main.segmentation.array.copy()
        from tests.strokes import stroke

        geometry = main.segmentation.geometry
        assert geometry is not None
        made = stroke(painted, geometry, 0, 3, [(60.0, 60.0)], 8.0, 1)
        assert made is not None
        main.segmentation.apply(made)
        assert not main.annotating.save()
        assert "disk is full" in main.notices.all[-1].text
        assert main.segmentation.array.any()
        main.window.close()
        assert main.window.isVisible(), "the window stays open rather than lose the mask"
        question = main.window.findChild(LeavingQuestion)
        assert question is not None and "disk is full" in question.informativeText()
        question.stay.click()
    assert main.annotating.save()
    kept = main.shelf.library.latest_mask(main.session.series.uid if main.session.series else "")
    assert kept is not None
    assert np.array_equal(kept.labelmap.array, main.segmentation.array)


def test_a_slice_that_cannot_be_decoded_is_left_out_and_the_others_are_shown(
    qtbot: QtBot, main: Application, tmp_path: Path, phantom_study: PhantomStudy
) -> None:
    files = ct_files(phantom_study, tmp_path / "coded")
    for k, file in enumerate(files):
        data = dcmread(file)
        stream = bytes(imagecodecs.jpegls_encode(data.pixel_array.astype(np.uint16)))
        data.PixelData = encapsulate([stream[:40] if k == 5 else stream])
        data["PixelData"].VR, data.file_meta.TransferSyntaxUID = "OB", JPEGLSLossless
        data.save_as(file)
    said = open_path(qtbot, main, tmp_path / "coded")
    qtbot.waitUntil(lambda: main.session.volume is not None and not main.runner.busy(), timeout=60_000)
    volume, study = main.session.volume, main.session.study
    assert volume is not None and study is not None
    assert len(volume.array) == len(files) - 1
    assert [one.file.name for one in study.refused] == [files[5].name] and files[5].name in said
    assert any(words.startswith(f"{files[5].name} was left out") for words in volume.warnings)
    assert main.session.series in study.series
