"""The catalogue: what was opened is listed, found again, kept apart by patient, and remembers how far one got."""

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imaging.errors import LibraryError
from imaging.formats.reading import open_study
from imaging.geometry import Geometry
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.library.catalogue import Catalogue
from imaging.library.catalogued import ReadingState, Search, patient_key
from imaging.library.queued import WorkQueue
from imaging.library.queues import Queues
from imaging.library.schema import VERSION
from imaging.library.store import Library
from imaging.phantom import PhantomStudy
from imaging.study import Document, Patient, Phase, Series

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
ADA = Patient("17", "Ärztin^Ada", "19600102", "F", "St. Mary")


@pytest.fixture
def catalogue(library: Library) -> Catalogue:
    return Catalogue(library)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "scans" / "a.dcm"
    made.parent.mkdir()
    made.write_bytes(b"pixels")
    return made


def series(uid: str, file: Path, study: str = "1.2", patient: Patient = ADA, **more: object) -> Series:
    about: dict[str, object] = {"modality": "CT", "study_date": "20240501", "study_description": "Thorax", **more}
    return Series(uid, "volume", "DICOM", (file,), (3, 5, 7), Geometry((3, 5, 7), (1.0, 1 / 3, 2.0)),
                  study_uid=study, patient=patient, **about)  # fmt: skip # pyright: ignore[reportArgumentType]


def found(catalogue: Catalogue, **search: object) -> list[str]:
    return [study.description for study in catalogue.studies(Search(**search))]  # pyright: ignore[reportArgumentType]


def test_series_and_documents_come_back_as_they_were_found(catalogue: Catalogue, phantom_study: PhantomStudy) -> None:
    study = open_study(phantom_study.study)
    keys = catalogue.add((*study.series, *study.documents))
    again = [each.item for key in keys for each in catalogue.items(key)]
    assert sorted(again, key=str) == sorted((*study.series, *study.documents), key=str), "every field, every digit"


def test_a_study_is_counted_over_all_that_was_found_of_it(catalogue: Catalogue, file: Path) -> None:
    catalogue.add([series("1", file), series("2", file, modality="PT", number=1)])
    (key,) = catalogue.add([series("3", file, modality="PT", number=2), Document(file, "report", "SR", study_uid="1.2",
                            modality="SR", patient=ADA)])  # fmt: skip
    (study,) = catalogue.studies()
    assert (study.key, study.series, study.images) == (key, 3, 9)
    assert study.modalities == ("CT", "PT", "SR")
    assert (study.patient, study.date, study.description) == (ADA, "20240501", "Thorax")
    assert [each.item.uid for each in catalogue.items(key) if isinstance(each.item, Series)] == ["2", "3", "1"], (
        "by number"
    )
    catalogue.add([series("1", file)])
    assert catalogue.studies() == (study,), "found twice, listed once"


def test_names_that_are_no_unicode_are_listed_found_and_kept(
    library: Library, catalogue: Catalogue, tmp_path: Path
) -> None:
    """As an archive from an older system leaves them: Latin-1 in the name of a file and its folder."""
    file = tmp_path / os.fsdecode(b"M\xfcller") / os.fsdecode(b"a\xe9.png")
    file.parent.mkdir()
    file.write_bytes(b"pixels")
    picture = series("1", file, "", modality="", study_description="", description=file.name)
    (key,) = catalogue.add([picture, Document(file, "report", "SR", patient=ADA)])
    (study,) = catalogue.studies(Search(words=file.parent.name))
    assert (study.key, study.description) == (key, file.parent.name)
    assert {each.place for each in catalogue.items(key)} == {file} == {place for _, place in catalogue.places()}
    assert catalogue.add([picture]) == (key,) and len(catalogue.items(key)) == 2, "found twice, listed once"
    catalogue.begin_folder(file.parent, NOW)
    assert catalogue.unfinished_folders() == (file.parent,)
    catalogue.end_folder(file.parent, None)
    assert catalogue.unfinished_folders() == ()
    grid = Geometry((3, 5, 7))
    mask = Labelmap(np.ones(grid.shape_kji, np.uint8), grid, (Label(1, file.name),))
    library.save_mask(picture, mask, Provenance("Ada", NOW))
    (kept,) = library.annotated_series()
    assert kept.files == (file,) and library.latest_mask("1").labelmap.labels == mask.labels
    queue = WorkQueue("all", 1, "", "Ada", NOW)
    assert Queues(library).make(queue, [("1", file.name)]) == 1
    assert [case.title for case in Queues(library).cases("all", "Ada")] == [file.name]


def test_many_list_the_same_study_at_once(database: str, file: Path) -> None:
    library, start, failures = Library(database), Barrier(3), []

    def add(study: str) -> None:
        start.wait()
        try:
            Catalogue(library).add([series(f"{study}.1", file, study)])
        except LibraryError as error:
            failures.append(str(error))

    for number in range(10):
        threads = [Thread(target=add, args=(f"1.{number}",)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failures and len(Catalogue(library).studies()) == 10
    library.close()


def test_files_that_vanished_meanwhile_are_not_listed(catalogue: Catalogue, file: Path, tmp_path: Path) -> None:
    assert catalogue.add([series("1", tmp_path / "gone.dcm")]) == ()
    assert catalogue.studies() == ()


def test_the_reading_state_outlives_the_program_and_new_finds(library: Library, place: Path, file: Path) -> None:
    catalogue = Catalogue(library)
    (key,) = catalogue.add([series("1", file)])
    assert catalogue.study(key).state is ReadingState.UNREAD
    catalogue.set_state(key, ReadingState.READ)
    catalogue.add([series("2", file)])
    library.close()
    again = Library(place)
    study = Catalogue(again).study(key)
    again.close()
    assert study.state is ReadingState.READ and study.series == 2


def test_opening_begins_the_reading_and_lists_as_recent(catalogue: Catalogue, file: Path) -> None:
    first, second, third = (
        catalogue.add([series(study, file, study, study_description=study)])[0] for study in ("1", "2", "3")
    )
    catalogue.set_state(third, ReadingState.FLAGGED)
    catalogue.set_opened(second, NOW)
    catalogue.set_opened(third, NOW.replace(hour=4))
    assert found(catalogue, recent=True) == ["3", "2"]
    assert catalogue.study(second).opened == NOW
    states = [catalogue.study(key).state for key in (first, second, third)]
    assert states == [ReadingState.UNREAD, ReadingState.STARTED, ReadingState.FLAGGED]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ({"words": "ada ärztin"}, ["new", "old"]),
        ({"words": "ÄRZTIN 17"}, ["new", "old"]),
        ({"words": "ärztin new"}, ["new"]),
        ({"words": "A-77"}, ["old"]),
        ({"words": "2023-12-31"}, ["old"]),
        ({"words": "pe protocol"}, ["new"]),
        ({"words": "%"}, []),
        ({"words": "_"}, []),
        ({"modality": "CT"}, ["new"]),
        ({"modality": "C"}, []),
        ({"modality": "US"}, ["other"]),
        ({"state": ReadingState.FLAGGED}, ["other"]),
        ({"first_date": "20240101"}, ["new"]),
        ({"last_date": "20231231"}, ["old"]),
        ({"first_date": "20231231", "last_date": "20240501"}, ["new", "old"]),
        ({}, ["new", "old", "other"]),
    ],
)
def test_search(catalogue: Catalogue, file: Path, search: dict[str, object], expected: list[str]) -> None:
    catalogue.add([series("1", file, "1", study_description="new", description="PE protocol")])
    catalogue.add([series("2", file, "2", study_description="old", study_date="20231231", modality="MR",
                          accession="A-77")])  # fmt: skip
    other = series("3", file, "3", Patient("9", "Bo"), study_description="other", study_date="", modality="US")
    catalogue.set_state(catalogue.add([other])[0], ReadingState.FLAGGED)
    assert found(catalogue, **search) == expected


def test_modalities_to_choose_from(catalogue: Catalogue, file: Path) -> None:
    catalogue.add([series("1", file), series("2", file, modality="PT"), series("3", file, "1.3", modality="US")])
    assert catalogue.modalities() == ("CT", "PT", "US")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Patient("1", "A^B", "", "", "X"), Patient("1", "Other spelling", "19600101", "", "X"), True),
        (Patient("1", "A^B", "", "", "X"), Patient("1", "A^B", "", "", "Y"), False),
        (Patient("1", "A^B", "19600101"), Patient("1", "Ab", "19600101"), True),
        (Patient("1", "A^B", "19600101"), Patient("1", "A^B", "19610101"), False),
        (Patient("", "Meier^Anna", "19600101"), Patient("", "MEIER  ANNA", "19600101"), True),
        (Patient("", "Meier^Anna", "19600101"), Patient("", "Meier^Anna", "19600102"), False),
        (Patient("", "Meier^Anna"), Patient("", "Meier^Anna"), False),
        (Patient(), Patient(), False),
    ],
)
def test_patients_are_one_only_where_the_files_prove_it(one: Patient, other: Patient, same: bool) -> None:
    assert (patient_key(one, "1") == patient_key(other, "2")) is same


def test_one_study_uid_of_two_patients_stays_two_studies(catalogue: Catalogue, file: Path) -> None:
    keys = catalogue.add([series("1", file, "1.2", ADA), series("2", file, "1.2", Patient("18", "Bo"))])
    assert len(set(keys)) == len(catalogue.studies()) == 2
    assert [study.series for study in catalogue.studies()] == [1, 1]


def test_pictures_of_one_folder_are_one_study_named_after_it(catalogue: Catalogue, file: Path) -> None:
    catalogue.add([Series(uid, "image", "PNG", (file,), (1, 4, 4)) for uid in ("a", "b")])
    (study,) = catalogue.studies()
    assert (study.description, study.series, study.date) == ("scans", 2, "")


def test_missing_until_found_again(catalogue: Catalogue, file: Path) -> None:
    (key,) = catalogue.add([series("1", file)])
    catalogue.set_missing({key: True, "unknown": True})
    assert catalogue.study(key).missing
    catalogue.add([series("1", file)])
    assert not catalogue.study(key).missing


def test_the_stamp_tells_a_changed_file(catalogue: Catalogue, file: Path) -> None:
    (key,) = catalogue.add([series("1", file)])
    before = catalogue.items(key)[0].stamp
    catalogue.add([series("1", file)])
    assert catalogue.items(key)[0].stamp == before
    file.write_bytes(b"other")
    catalogue.add([series("1", file)])
    assert catalogue.items(key)[0].stamp != before


def test_a_series_is_found_by_its_uid(catalogue: Catalogue, file: Path) -> None:
    wanted = series("2", file, phase=Phase("g", 0, 2, "first", 0.5))
    catalogue.add([series("1", file), wanted])
    assert catalogue.series("2") == wanted
    assert catalogue.series("3") is None


def test_what_another_version_wrote_is_left_out(catalogue: Catalogue, place: Path, file: Path) -> None:
    (key,) = catalogue.add([series("1", file), series("2", file)])
    with sqlite3.connect(place) as database:
        database.execute("""UPDATE study_item SET value = '["no", "series"]' WHERE identity = '1'""")
    database.close()
    assert [each.item.uid for each in catalogue.items(key) if isinstance(each.item, Series)] == ["2"]


def test_forgetting_leaves_the_files(catalogue: Catalogue, file: Path) -> None:
    (key,) = catalogue.add([series("1", file)])
    catalogue.forget(key)
    catalogue.forget(key)
    assert catalogue.studies() == () and catalogue.items(key) == () and file.exists()


def test_folders_are_gone_on_with_until_they_are_finished_or_given_up(catalogue: Catalogue, tmp_path: Path) -> None:
    one, two, three = tmp_path / "one", tmp_path / "two", tmp_path / "three"
    for n, folder in enumerate((two, one, three)):
        catalogue.begin_folder(folder, NOW.replace(second=n))
    assert catalogue.unfinished_folders() == (two, one, three)
    catalogue.end_folder(one, NOW)
    catalogue.end_folder(two, None)
    assert catalogue.unfinished_folders() == (three,)
    catalogue.begin_folder(one, NOW)
    assert catalogue.unfinished_folders() == (one, three), "asked for again"


TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)


@given(name=TEXT, words=TEXT)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_study_is_found_by_any_word_of_its_name(catalogue: Catalogue, file: Path, name: str, words: str) -> None:
    (key,) = catalogue.add([series("1", file, "9.9", Patient("77", name), study_description=words)])
    for word in words.split():
        assert key in [study.key for study in catalogue.studies(Search(words=word))]
    catalogue.forget(key)


@pytest.mark.parametrize("dropped", [("study_item", "study", "indexed_folder")])
def test_a_library_of_the_second_version_gets_a_catalogue(place: Path, file: Path, dropped: tuple[str, ...]) -> None:
    Library(place).close()
    with sqlite3.connect(place) as database:
        for table in dropped:
            database.execute(f"DROP TABLE {table}")
        database.execute("UPDATE schema SET version = 2")
    database.close()
    again = Library(place)
    assert Catalogue(again).add([series("1", file)])
    again.close()
    with sqlite3.connect(place) as database:
        assert database.execute("SELECT max(version) FROM schema").fetchone() == (VERSION,)
    database.close()


def test_what_lay_in_an_archive_depends_on_the_archive(catalogue: Catalogue, file: Path, tmp_path: Path) -> None:
    archive = tmp_path / "scans.zip"
    archive.write_bytes(b"PK")
    (key,) = catalogue.add([series("1", file)], archive)
    (found,) = catalogue.items(key)
    assert found.archived and found.files == (archive,)
    assert catalogue.places() == ((key, archive),)
    catalogue.add([series("1", file)])
    (found,) = catalogue.items(key)
    assert not found.archived and found.files == (file,)


def test_what_is_taken_off_leaves_the_rest_with_its_state(catalogue: Catalogue, file: Path) -> None:
    one, two = series("1", file), series("2", file, modality="PT")
    (key,) = catalogue.add([one, two])
    catalogue.set_state(key, ReadingState.FLAGGED)
    catalogue.take_off([two])
    (study,) = catalogue.studies()
    assert (study.series, study.modalities, study.state) == (1, ("CT",), ReadingState.FLAGGED)
    catalogue.take_off([one])
    assert catalogue.studies() == ()


def test_the_study_before_is_the_newest_earlier_one_of_the_patient_with_the_modality(
    catalogue: Catalogue, file: Path
) -> None:
    earlier = [
        series("old", file, "1.1", study_date="20200101"),
        series("newer", file, "1.2", study_date="20230101"),
        series("other modality", file, "1.3", study_date="20231231", modality="DX"),
        series("same day", file, "1.4", study_date="20240501"),
        series("later", file, "1.5", study_date="20250101"),
        series("no date", file, "1.6", study_date=""),
        series("somebody else", file, "1.7", patient=Patient("18", issuer="St. Mary"), study_date="20240101"),
    ]
    catalogue.add(earlier)
    now = series("now", file, "1.8")
    assert [each.uid for each in catalogue.prior_of(now)] == ["newer"]
    assert catalogue.prior_of(series("undated", file, "1.9", study_date="")) == ()


def test_a_study_before_whose_files_are_gone_is_passed_over(catalogue: Catalogue, file: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone.dcm"
    gone.write_bytes(b"pixels")
    catalogue.add([series("old", file, "1.1", study_date="20200101"), series("gone", gone, "1.2", study_date="2023")])
    gone.unlink()
    assert [each.uid for each in catalogue.prior_of(series("now", file, "1.8"))] == ["old"]
