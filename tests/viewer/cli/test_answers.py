"""``wetread annotations answers``: answers go out, come back on other copies of the images, are listed and compared."""

import csv
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from imaging.classification import Answer, Choice, Level, Target
from imaging.formats.reading import load_volume, open_study
from imaging.labelmap import Code, Label, Labelmap, Provenance
from imaging.library.answered import Answered
from imaging.library.catalogued import study_key
from imaging.library.measured import Measured
from imaging.library.queued import BlindReading, CaseState
from imaging.library.queues import Queues
from imaging.library.store import Library
from imaging.measurement.lines import Length
from imaging.measurement.measurement import Measurement
from inference.manifest import LabelSpec
from training.index import read_index

MADE = Provenance("jane", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "finder", "2.0")
CLEAR, OPAQUE = Choice("clear"), Choice("opaque", "Opaque", Code("128477000", "SCT", "Abscess"))


def document(result) -> dict:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def answered(tmp_path: Path, make_ct) -> Path:
    """A CT of three slices with answers about the study, the series, two slices and a segment."""
    folder = make_ct()
    (series,) = open_study(folder).series
    study = study_key(series)
    image = Answer(Target(Level.IMAGE, study, series.uid, 0), "lungs", 2, "look", (CLEAR,), MADE)
    library = Library(tmp_path / "data" / "library.sqlite")
    Answered(library).save(
        series,
        (
            image,
            replace(image, target=replace(image.target, k=2), chosen=(OPAQUE,)),
            replace(image, target=replace(image.target, k=1), question="signs", chosen=(CLEAR, OPAQUE)),
            replace(image, target=Target(Level.STUDY, study), question="urgent"),
            replace(image, target=Target(Level.SERIES, study, series.uid), chosen=(OPAQUE,)),
            replace(image, target=Target(Level.REGION, study, series.uid, None, "segment 3"), question="kind"),
        ),
    )
    gone = replace(image, question="gone")
    Answered(library).save(series, (gone,))
    Answered(library).save(series, (gone,), withdrawn=True)
    library.close()
    return folder


def test_answers_are_listed_with_who_gave_them(wetread, answered) -> None:
    (one,) = document(wetread("annotations", "list", "--json"))["annotations"]
    assert [(each["level"], each["slice"], each["question"], each["chosen"]) for each in one["answers"]] == [
        ("image", 1, "look", ["clear"]),
        ("image", 3, "look", ["opaque"]),
        ("image", 2, "signs", ["clear", "opaque"]),
        ("study", None, "urgent", ["clear"]),
        ("series", None, "look", ["opaque"]),
        ("region", None, "kind", ["clear"]),
    ]
    text = wetread("annotations", "list").stdout
    assert "image 2  signs: clear, opaque  (lungs; jane, from finder 2.0, 2026-01-02T03:04:05)" in text
    assert "region segment 3  kind: clear" in text


def test_a_table_has_a_row_for_each_answer_with_its_instance(wetread, answered, tmp_path) -> None:
    out = tmp_path / "out" / "answers.csv"
    assert document(wetread("annotations", "answers", "export", answered, out, "--json"))["answers"] == 6
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert rows[1] == {
        "patient": "P7", "study": "2.25.100", "series": "2.25.101", "sop_instance": "2.25.101.3", "frame": "1",
        "slice": "3", "region": "", "region_name": "", "level": "image", "label_set": "lungs", "set_version": "2",
        "question": "look",
        "answer": "opaque", "codes": "SCT:128477000", "author": "jane", "time": "2026-01-02T03:04:05+00:00",
        "model": "finder", "model_version": "2.0",
    }  # fmt: skip
    assert (rows[2]["answer"], rows[5]["region"], rows[3]["sop_instance"]) == ("clear|opaque", "segment 3", "")


def test_a_region_is_named_as_it_is_called_now(wetread, answered, tmp_path) -> None:
    (series,) = open_study(answered).series
    volume = load_volume(series)
    library = Library(tmp_path / "data" / "library.sqlite")
    (kind,) = (each for each in Answered(library).of(study_key(series), series.uid) if each.question == "kind")
    line = Measurement("u", Length(((0, 0, 0), (1, 0, 0))), "lps", "gap")
    Measured(library).save(series, (line,), "jane", MADE.time)
    measured = replace(kind.target, region="measurement u")
    Answered(library).save(series, (replace(kind, target=measured),))
    mask = np.zeros(volume.array.shape, np.uint8)
    library.save_mask(series, Labelmap(mask, volume.geometry, (Label(3, "cavity"),)), MADE)
    library.close()
    out = tmp_path / "answers.csv"
    wetread("annotations", "answers", "export", answered, out)
    rows = csv.DictReader(out.read_text().splitlines())
    assert [(each["region"], each["region_name"]) for each in rows if each["region"]] == [
        ("segment 3", "cavity"), ("measurement u", "gap"),
    ]  # fmt: skip


def test_out_and_in_again_elsewhere_loses_nothing(wetread, answered, tmp_path, monkeypatch) -> None:
    """Another library, another folder, other file names, and one slice more before the others."""
    out = tmp_path / "answers.json"
    wetread("annotations", "answers", "export", answered, out)
    monkeypatch.setenv("WETREAD_DATA", str(tmp_path / "other"))
    moved = tmp_path / "moved"
    shutil.copytree(answered, moved)
    assert document(wetread("annotations", "answers", "import", moved, out, "--json")) == {
        "file": str(out), "kept": 6, "known": 0, "elsewhere": 0,
    }  # fmt: skip
    again = tmp_path / "again.json"
    wetread("annotations", "answers", "export", moved, again)
    assert json.loads(again.read_text()) == json.loads(out.read_text())
    assert document(wetread("annotations", "answers", "import", moved, out, "--json"))["known"] == 6


def test_a_slice_is_found_by_its_instance_and_told_when_it_is_not_there(
    wetread, answered, tmp_path, make_ct, monkeypatch
) -> None:
    out = tmp_path / "answers.json"
    wetread("annotations", "answers", "export", answered, out)
    monkeypatch.setenv("WETREAD_DATA", str(tmp_path / "other"))
    fewer = make_ct("fewer", (1, 2))
    found = document(wetread("annotations", "answers", "import", fewer, out, "--json"))
    assert (found["kept"], found["elsewhere"]) == (5, 1), "the first slice is not among these"
    (one,) = document(wetread("annotations", "list", "--json"))["annotations"]
    slices = [(each["question"], each["slice"]) for each in one["answers"] if each["level"] == "image"]
    assert slices == [("look", 2), ("signs", 1)], "numbers are those of the images here"
    strange = make_ct("strange", uid="2.25.500")
    text = wetread("annotations", "answers", "import", strange, out).stdout
    assert "0 answers kept, 1 known already, 5 about other images" in text, "the study's own answer is of this study"


def test_an_answer_that_was_given_later_stays_what_counts(wetread, answered, tmp_path) -> None:
    out = tmp_path / "answers.json"
    wetread("annotations", "answers", "export", answered, out)
    written = json.loads(out.read_text())
    for number, time in ((0, "2025-01-01T00:00:00+00:00"), (1, "2027-01-01T00:00:00+00:00")):
        written["answers"][number]["provenance"] |= {"author": "bob", "time": time}
        written["answers"][number]["chosen"] = [{"name": "other"}]
    out.write_text(json.dumps(written))
    expected = {"kept": 2, "known": 4, "elsewhere": 0}
    found = document(wetread("annotations", "answers", "import", answered, out, "--json"))
    assert {name: found[name] for name in expected} == expected
    (one,) = document(wetread("annotations", "list", "--json"))["annotations"]
    assert [(each["author"], each["chosen"]) for each in one["answers"][:2]] == [
        ("jane", ["clear"]), ("bob", ["other"]),
    ]  # fmt: skip
    assert document(wetread("annotations", "answers", "import", answered, out, "--json"))["known"] == 6


def test_an_index_is_what_training_reads(wetread, answered, tmp_path) -> None:
    out = tmp_path / "index.csv"
    found = document(wetread("annotations", "answers", "export", answered, out, "--index", "look", "--json"))
    assert (found["answers"], found["left_out"]) == (2, 1), "the series has more than one picture"
    labels = (LabelSpec(name="clear", value=0), LabelSpec(name="opaque", value=1))
    examples = read_index(out, "lungs", "classification", labels).examples
    assert [(each.label, each.group, each.k) for each in examples] == [("clear", "P7", 0), ("opaque", "P7", 0)]
    assert [each.load().array[each.k].min() for each in examples] == [0 - 1024, 200 - 1024], "of slices 1 and 3"
    assert [row["path"] for row in csv.DictReader(out.read_text().splitlines())] == ["ct/0.dcm", "ct/2.dcm"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("answers.txt",), "answers are written as .json, which can be imported again, or .csv"),
        (("a.csv", "--index", "colour"), "no picture is answered with one choice to 'colour'. Answered are: kind, loo"),
        (("a.csv", "--series", "1.2"), "no series 1.2 in"),
    ],
)
def test_what_cannot_be_written_is_said(wetread, answered, tmp_path, arguments, words) -> None:
    name, *options = arguments
    result = wetread("annotations", "answers", "export", answered, tmp_path / name, *options)
    assert result.exit_code == 1 and words in result.stderr
    assert not (tmp_path / name).exists()


def test_images_without_answers_and_files_without_answers_are_named(wetread, answered, tmp_path, make_ct) -> None:
    other = make_ct("other", uid="2.25.900")
    shutil.rmtree(answered)
    (tmp_path / "bad.json").write_text('{"answers": [{"series": "1"}]}')
    missing = wetread("annotations", "answers", "import", other, tmp_path / "none.json")
    assert missing.exit_code == 1 and "none.json" in missing.stderr
    bad = wetread("annotations", "answers", "import", other, tmp_path / "bad.json")
    assert bad.exit_code == 1 and "not a file of answers as Wetread writes it: expected an answer" in bad.stderr


def test_two_readers_are_compared_question_by_question(wetread, answered, tmp_path) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    wetread("annotations", "answers", "export", answered, one)
    written = json.loads(one.read_text())
    written["answers"][1]["chosen"] = [{"name": "clear"}]
    del written["answers"][3]
    other.write_text(json.dumps(written))
    found = document(wetread("annotations", "answers", "diff", one, other, "--json"))
    assert found["questions"] == {
        "look": {"same": 2, "different": 1, "one": 0, "other": 0},
        "signs": {"same": 1, "different": 0, "one": 0, "other": 0},
        "urgent": {"same": 0, "different": 0, "one": 1, "other": 0},
        "kind": {"same": 1, "different": 0, "one": 0, "other": 0},
    }
    assert [(each["question"], each["one"], each["other"]) for each in found["differences"]] == [
        ("look", ["opaque"], ["clear"])
    ]
    text = wetread("annotations", "answers", "diff", one, other).stdout
    assert "look: 2 same, 1 different" in text and "2.25.101.3" in text and "look opaque against clear" in text


def test_what_a_blind_reader_answers_or_draws_is_shown_to_nobody_else(wetread, answered, tmp_path, monkeypatch) -> None:
    document(wetread("queue", "make", "blind", answered, "--blind", "--json"))
    library = Library(tmp_path / "data" / "library.sqlite")
    queues, (series,) = Queues(library), open_study(answered).series
    case = queues.next(queues.all()[0], "jane")
    assert case is not None
    reading = queues.begin(case.id, "jane", MADE.time).reading_of("jane")
    assert reading is not None
    grid = load_volume(series).geometry
    mask = Labelmap(np.ones(grid.shape_kji, np.uint8), grid, (Label(1, "cavity"),))
    revision = library.save_mask(series, mask, MADE, blind=BlindReading(reading.id, None))
    out = tmp_path / "answers.json"

    monkeypatch.setenv("WETREAD_READER", "Bo")
    (one,) = document(wetread("annotations", "list", "--json"))["annotations"]
    assert one["answers"] == [] and one["revisions"] == []
    assert wetread("annotations", "answers", "export", answered, out).exit_code == 1 and not out.exists()
    for refused in (
        wetread("annotations", "export", answered, tmp_path / "m.seg.nrrd", "--revision", revision),
        wetread("annotations", "diff", revision, revision),
    ):
        assert refused.exit_code == 1 and "is being read blind" in refused.stderr

    monkeypatch.setenv("WETREAD_READER", "jane")
    assert document(wetread("annotations", "answers", "export", answered, out, "--json"))["answers"] == 6
    wetread("annotations", "diff", revision, revision, "--json")
    queues.judge(case.id, "jane", CaseState.FIXED, revision, MADE.time)
    other = queues.next(queues.all()[0], "Bo")
    assert other is not None
    queues.judge(case.id, "Bo", CaseState.ACCEPTED, None, MADE.time)
    monkeypatch.setenv("WETREAD_READER", "Bo")
    assert document(wetread("annotations", "answers", "export", answered, out, "--json"))["answers"] == 6
    assert document(wetread("annotations", "diff", revision, revision, "--json"))["changed_voxels"] == 0
    library.close()


def test_each_readers_answers_leave_in_a_file_of_their_own(wetread, answered, tmp_path) -> None:
    (series,) = open_study(answered).series
    library = Library(tmp_path / "data" / "library.sqlite")
    (urgent,) = (each for each in Answered(library).of(study_key(series), series.uid) if each.question == "urgent")
    bo = replace(urgent, chosen=(OPAQUE,), provenance=Provenance("Bo", MADE.time))
    Answered(library).save(series, (bo,))
    library.close()
    files = {name: tmp_path / f"{name}.json" for name in ("jane", "Bo")}
    for name, file in files.items():
        wetread("annotations", "answers", "export", answered, file, "--reader", name)
    found = document(wetread("annotations", "answers", "diff", *files.values(), "--json"))
    assert found["questions"]["urgent"] == {"same": 0, "different": 1, "one": 0, "other": 0}
    assert found["questions"]["look"]["one"] == 3, "what jane alone answered"
    nobody = wetread("annotations", "answers", "export", answered, tmp_path / "x.json", "--reader", "Zoe")
    assert nobody.exit_code == 1 and "no answers by Zoe" in nobody.stderr
