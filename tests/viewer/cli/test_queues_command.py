"""``wetread queue``: made of folders, listed, shown as a reader may see it, exported with times."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imaging.library.queued import CaseState
from imaging.library.queues import Queues
from imaging.library.store import Library

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def document(result) -> dict:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def library(tmp_path: Path):
    opened = Library(tmp_path / "data" / "library.sqlite")
    yield opened
    opened.close()


def test_a_queue_is_made_of_folders_and_grows(wetread, make_ct) -> None:
    first, second = make_ct(), make_ct("other", uid="2.25.202")
    made = document(wetread("queue", "make", "lungs", first, "--json"))
    assert made == {"queue": "lungs", "readings": 1, "adjudicator": "", "added": 1, "cases": 1}
    assert document(wetread("queue", "make", "lungs", first, second, "--json"))["added"] == 1
    (listed,) = document(wetread("queue", "list", "--json"))["queues"]
    assert (listed["queue"], listed["cases"], listed["done"], listed["readings"]) == ("lungs", 2, 0, 1)
    assert wetread("queue", "list").stdout == "lungs: 0 of 2 done, one reading\n"


def test_a_relative_folder_is_found_from_anywhere(wetread, make_ct, library, monkeypatch) -> None:
    folder = make_ct()
    monkeypatch.chdir(folder.parent)
    document(wetread("queue", "make", "lungs", folder.name, "--json"))
    from imaging.library.catalogue import Catalogue

    found = Catalogue(library).series("2.25.101")
    assert found is not None and all(file.is_absolute() for file in found.files)


def test_what_is_blind_is_shown_to_nobody_else(wetread, make_ct, library, monkeypatch) -> None:
    document(wetread("queue", "make", "blind", make_ct(), "--blind", "--adjudicator", "Cleo", "--json"))
    queues = Queues(library)
    (queue,) = queues.all()
    case = queues.next(queue, "Ada")
    assert case is not None
    queues.begin(case.id, "Ada", NOW)
    queues.add_time(case.id, "Ada", 61.04)
    queues.judge(case.id, "Ada", CaseState.REJECTED, None, NOW)
    monkeypatch.setenv("WETREAD_READER", "Bo")
    shown = document(wetread("queue", "show", "blind", "--json"))
    assert shown["adjudicator"] == "Cleo" and shown["table"][0]["state"] == "in progress"
    assert shown["table"][0]["seconds"] == 0 and "rejected" not in wetread("queue", "show", "blind").stdout
    monkeypatch.setenv("WETREAD_READER", "Ada")
    shown = document(wetread("queue", "show", "blind", "--json"))
    assert (shown["table"][0]["state"], shown["table"][0]["seconds"]) == ("rejected", 61.0)
    assert "reading by Ada: rejected, 61.0 s" in wetread("queue", "show", "blind").stdout


@pytest.mark.parametrize("name", ["queue.csv", "queue.json"])
def test_a_queue_is_exported(wetread, make_ct, tmp_path, name) -> None:
    document(wetread("queue", "make", "lungs", make_ct(), "--json"))
    out = tmp_path / name
    assert document(wetread("queue", "export", "lungs", out, "--json"))["cases"] == 1
    text = out.read_text()
    rows = json.loads(text)["table"] if out.suffix == ".json" else list(csv.DictReader(text.splitlines()))
    assert [(row["title"], row["case_state"]) for row in rows] == [("Test Seven · CT · Axial", "undone")]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("show", "x"), "there is no work queue 'x'"),
        (("export", "x", "x.txt"), "expected a name that ends in .csv or .json"),
        (("make", "x", ".", "--adjudicator", "Cleo"), "--adjudicator is for --blind"),
    ],
)
def test_what_makes_no_sense_is_said(wetread, arguments, expected) -> None:
    result = wetread("queue", *arguments)
    assert result.exit_code == 1 and expected in result.stderr


def test_a_folder_without_images_makes_no_queue(wetread, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    result = wetread("queue", "make", "x", tmp_path / "empty")
    assert result.exit_code == 1 and "nothing was made" in result.stderr
    assert document(wetread("queue", "list", "--json"))["queues"] == []
