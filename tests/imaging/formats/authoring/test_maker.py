"""Whose image it is, as files that are written of it say: images without a Study Instance UID."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import UID

from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.authoring.maker import subject_of
from imaging.formats.capture import write_capture
from imaging.formats.key_objects import write_key_objects
from imaging.formats.measurement_report.writing import write_report
from imaging.formats.presentation.presentation import Presentation
from imaging.formats.presentation.writing import write_presentation
from imaging.formats.reading import load_volume, open_study
from imaging.formats.segmentation.exporting import export_labelmap
from imaging.formats.segmentation.mask_format import MaskFormat
from imaging.geometry import triples
from imaging.key_image import KeyImage
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.measurement.lines import Length
from imaging.measurement.measurement import Measurement
from imaging.measurement.ruler import Ground
from imaging.phantom import PhantomStudy
from imaging.study import Series
from imaging.volume import Volume, Window

MADE = Provenance("Doe Jane", datetime(2026, 2, 3, tzinfo=UTC))


@pytest.fixture
def orphan(phantom_study: PhantomStudy, tmp_path: Path) -> tuple[Series, Volume]:
    """Four slices of the built-in CT without a Study Instance UID."""
    ct = next(each for each in open_study(phantom_study.study).series if each.modality == "CT")
    (tmp_path / "in").mkdir()
    for n, path in enumerate(ct.files[:4]):
        data = dcmread(path)
        data.StudyInstanceUID = ""
        data.save_as(tmp_path / "in" / f"{n}.dcm")
    (series,) = open_study(tmp_path / "in").series
    return series, load_volume(series)


def test_every_object_of_an_image_without_a_study_is_of_one_made_study(
    orphan: tuple[Series, Volume], tmp_path: Path
) -> None:
    series, volume = orphan
    ground, grid = Ground(volume), grid_of(volume)
    array = np.zeros(volume.array.shape, np.uint8)
    array[1, 4:9, 4:9] = 1
    mask = Labelmap(array, volume.geometry, (Label(1, "lesion"),), MADE)
    length = Measurement("1" * 32, Length(triples(volume.geometry.point_lps([(1, 2, 3), (1, 2, 9)]))), "lps")
    key = KeyImage("u", series.uid, "stored", 1, volume.slice_geometry(1), Window(0.0, 1.0))
    export_labelmap(mask, volume, series, tmp_path / "seg.dcm", MaskFormat.SEG)
    export_labelmap(mask, volume, series, tmp_path / "rt.dcm", MaskFormat.RTSTRUCT)
    write_presentation(Presentation(1, Window(40.0, 400.0)), (), ground, series, tmp_path / "pr.dcm", MADE)
    write_report([length], ground, series, tmp_path / "sr.dcm", MADE)
    write_key_objects([(key, series, grid)], tmp_path / "ko.dcm")
    write_capture(np.zeros((9, 9, 3), np.uint8), series, grid, 1, tmp_path / "sc.dcm")
    said = {path.stem: dcmread(path).StudyInstanceUID for path in tmp_path.glob("*.dcm")}
    assert len(said) == 6
    assert set(said.values()) == {subject_of(series).study_uid}
    assert UID(said["ko"]).is_valid
    assert dcmread(tmp_path / "ko.dcm").CurrentRequestedProcedureEvidenceSequence[0].StudyInstanceUID == said["ko"]


def test_series_without_a_study_are_of_studies_of_their_own(orphan: tuple[Series, Volume], tmp_path: Path) -> None:
    series, _ = orphan
    (tmp_path / "other").mkdir()
    data = dcmread(series.files[0])
    data.SeriesInstanceUID = "1.2.826.0.1.99.8"
    data.save_as(tmp_path / "other" / "1.dcm")
    (other,) = open_study(tmp_path / "other").series
    assert subject_of(other).study_uid != subject_of(series).study_uid
