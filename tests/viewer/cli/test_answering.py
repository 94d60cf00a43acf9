"""How commands answer: failures in words with their status, one JSON document, silence where nobody watches."""

import json
import math

import pytest
import typer

from imaging.errors import ReadError
from imaging.progress import silent
from training.errors import DataError
from viewer.cli.answering import Failure, failures_in_words, print_json, progress


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ReadError("/scans/a.dcm", "ends early"), "a.dcm: ends early"),
        (DataError("too little\ndata"), "too little data"),
        (FileNotFoundError(2, "No such file or directory", "b.csv"), "b.csv: No such file or directory"),
        (Failure("nothing there", {"series": []}), "nothing there"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_failure_is_one_line_and_status_1(error: Exception, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, failures_in_words(as_json=True):
        raise error
    said = capsys.readouterr()
    assert ended.value.exit_code == 1 and said.err == f"wetread: {words}\n"
    document = json.loads(said.out)
    assert document.pop("error") == words
    assert document == ({"series": []} if isinstance(error, Failure) else {})


@pytest.mark.expects_log("unexpected error")
def test_an_error_nobody_foresaw_is_logged_and_still_worded(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), failures_in_words(as_json=False):
        raise ZeroDivisionError("division by zero")
    said = capsys.readouterr()
    assert said.out == "" and "Something unexpected went wrong (ZeroDivisionError" in said.err


def test_an_exit_status_passes_through() -> None:
    with pytest.raises(typer.Exit) as ended, failures_in_words(as_json=True):
        raise typer.Exit(7)
    assert ended.value.exit_code == 7


def test_json_has_null_for_what_is_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": [math.nan, (1.5, math.inf)], 3: "ä"})
    assert json.loads(capsys.readouterr().out) == {"a": [None, [1.5, None]], "3": "ä"}


def test_progress_is_silent_without_a_terminal() -> None:
    assert progress() is silent
