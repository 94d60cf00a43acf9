"""The list of what is open."""

from pathlib import Path

from imaging.study import Patient, Series, Study
from viewer.panels.series_list import by_study


def test_studies_of_one_patient_are_told_by_their_dates() -> None:
    def series(uid: str, study: str, date: str, patient: Patient) -> Series:
        return Series(
            uid, "volume", "DICOM", (Path(uid),), (2, 3, 4), study_uid=study, study_date=date, patient=patient
        )

    ada, bo = Patient("1", "Ada^A", issuer="here"), Patient("2", "Bo^B", issuer="here")
    listed = (
        series("a", "1.1", "20240601", ada),
        series("b", "1.2", "20230101", ada),
        series("c", "1.1", "20240601", ada),
        series("d", "1.3", "20240102", bo),
    )
    titles = [(title, [each.uid for each in members]) for title, members in by_study(Study(Path(), listed))]
    assert titles == [("Ada, A · 2024-06-01", ["a", "c"]), ("Ada, A · 2023-01-01", ["b"]), ("Bo, B", ["d"])]
