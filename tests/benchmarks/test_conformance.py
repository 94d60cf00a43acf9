"""Every file of the conformance set right, refused or listed, as its index demands; and a judge that can say no."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.conformance import index, judging
from benchmarks.conformance.page import page
from imaging.formats import reading
from imaging.phantom import PhantomStudy

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "conformance"
ROWS = index.read(FOLDER) if FOLDER.is_dir() else []
FILES = [row for row in ROWS if not row.series]
SERIES = list(dict.fromkeys(row.series for row in ROWS if row.series))

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")


@pytest.fixture(autouse=True)
def pydicom_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What pydicom logs about damaged files is no failure here."""
    monkeypatch.setattr(logging.getLogger("pydicom"), "disabled", True)


needs_the_set = pytest.mark.skipif(not ROWS, reason="no ../shared/conformance beside this checkout")


@needs_the_set
@pytest.mark.parametrize("row", FILES, ids=lambda row: f"{row.trap}-{row.file.name[:20]}")
def test_each_file_is_as_the_index_expects(row: index.Row) -> None:
    verdict = judging.judge_file(row, reading)
    assert verdict.passed, f"{verdict.outcome}: {verdict.words}"


@needs_the_set
@pytest.mark.parametrize("name", SERIES)
def test_each_voxel_of_a_series_lies_where_its_own_file_says(name: str) -> None:
    verdicts = judging.judge_series([row for row in ROWS if row.series == name], reading)
    assert [f"{one.row.file.name}: {one.words}" for one in verdicts if not one.passed] == []


def _row(phantom: PhantomStudy, **changes: object) -> index.Row:
    file = sorted(phantom.ct.iterdir())[0]
    volume = reading.load_volume(reading.open_study(file).series[0])
    values = (float(volume.array.min()), float(volume.array.max()), float(volume.array.mean(dtype=float)))
    known = index.Row(file, "", "", "decode", "", values, "", (), False, 0.0, (), (), (), "", "", "", "", ("sitk",))
    return replace(known, **changes)  # pyright: ignore[reportArgumentType]  field names are given by the tests


def test_the_judge_passes_right_values(phantom_study: PhantomStudy) -> None:
    assert judging.judge_file(_row(phantom_study), reading).passed


def test_the_judge_catches_wrong_values_names_and_spacings(phantom_study: PhantomStudy) -> None:
    for change in ({"values": (-1000.0, 1.0, 2.0)}, {"patient_name": "Somebody^Else"}, {"spacing": (9.0, 9.0)}):
        assert not judging.judge_file(_row(phantom_study, **change), reading).passed


def test_the_judge_catches_what_should_have_been_refused(phantom_study: PhantomStudy) -> None:
    assert not judging.judge_file(_row(phantom_study, expect="refuse"), reading).passed


def test_the_judge_catches_a_slice_in_another_place(phantom_study: PhantomStudy) -> None:
    files = sorted(phantom_study.ct.iterdir())
    study = reading.open_study(phantom_study.ct)
    geometry = study.series[0].geometry
    assert geometry is not None
    rows = [
        _row(
            phantom_study,
            file=file,
            values=(),
            spacing=geometry.spacing_mm[1:],
            orientation=(*geometry.axes_lps[2], *geometry.axes_lps[1]),
            position=tuple(geometry.point_lps((study.series[0].files.index(file), 0, 0))),
        )
        for file in files
    ]
    assert all(one.passed for one in judging.judge_series(rows, reading))
    x, y, z = rows[0].position
    rows[0] = replace(rows[0], position=(x + 0.3, y, z))
    assert [one.row.file for one in judging.judge_series(rows, reading) if not one.passed] == [files[0]]


def test_the_page_counts_and_marks_failures(phantom_study: PhantomStudy) -> None:
    good = judging.judge_file(_row(phantom_study), reading)
    bad = judging.judge_file(_row(phantom_study, values=(0.0, 1.0, 2.0)), reading)
    text = page([good, bad], [])
    assert "| decode | 2 | 1 |" in text
    assert "Wetread 1, pydicom 0, SimpleITK 2, dcmtk 0" in text
    assert "**wrong**" in text
