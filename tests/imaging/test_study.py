"""What one opening found."""

from pathlib import Path

import pytest

from imaging.study import Patient, Series, Study


def series(uid: str, **attributes) -> Series:
    return Series(uid, "volume", "DICOM", (Path("a"),), (7, 2, 3), **attributes)


def test_frames_are_the_first_axis():
    assert series("1").frames == 7


def test_training_groups_by_patient_then_study_then_series():
    assert series("1", patient=Patient(id="P"), study_uid="S").group == "P"
    assert series("1", study_uid="S").group == "S"
    assert series("1").group == "1"


def test_two_studies_of_one_person_without_an_id_are_kept_together():
    first, second = (Patient(name=name, birth_date="19500101") for name in ("Doe^Jane", "DOE^ Jane"))
    group = series("1", patient=first, study_uid="S").group
    assert group == series("2", patient=second, study_uid="T").group
    assert "doe" not in group.casefold(), "it goes into files that others read"
    assert series("1", patient=Patient(name="Doe^Jane"), study_uid="S").group == "S", "a name alone is many people's"


def test_series_are_found_by_identity():
    study = Study(Path("folder"), (series("1"), series("1#2")))
    assert study.find("1#2") is study.series[1]
    with pytest.raises(KeyError, match="no series 3 in folder"):
        study.find("3")
