"""Values cross whole; what is not of the expected type does not arrive."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.geometry import Calibration, Geometry
from imaging.sandbox.requests import error_from
from imaging.sandbox.wire import ArraySpec, WireError, array_layout, decode, encode
from imaging.study import Document, Patient, Phase, Refusal, Series, Study

SERIES = Series(
    uid="1.2.3#2",
    kind="volume",
    format="DICOM",
    files=(Path("a/b.dcm"), Path("a/\udc80.dcm")),
    shape_kji=(3, 4, 5),
    geometry=Geometry((3, 4, 5), (1.5, 0.5, 0.5), (1.0, -2.0, 3.0), calibration=Calibration.PATIENT),
    number=None,
    frame_time_ms=40.0,
    patient=Patient("7", "Yamada^Tarou=山田^太郎"),
    phase=Phase("g", 1, 2, "echo 2"),
    warnings=("one", "two"),
)


def _no_array(_value: Any) -> Any:
    raise AssertionError("no arrays here")


def test_study_arrives_as_it_left() -> None:
    document = Document(Path("r.dcm"), "report", "Comprehensive SR Storage", refers_to=("1.2",))
    study = Study(Path(), (SERIES,), (Refusal(Path("x"), "why"),), (document,))
    assert decode(Study, encode(study, _no_array), _no_array) == study


@given(st.text(), st.none() | st.integers(), st.floats(allow_nan=False))
def test_any_text_and_number_arrives(text: str, number: int | None, time_ms: float) -> None:
    series = Series(text, "clip", text, (), (1, 1, 1), number=number, frame_time_ms=time_ms)
    assert decode(Series, encode(series, _no_array), _no_array) == series


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        (0, 5),
        (1, "sculpture"),
        (3, "a.dcm"),
        (3, ["a\0b"]),
        (4, [1, 2]),
        (4, [1, 2, "3"]),
        (4, [1, 2, True]),
        (5, [[1, 1, 1]]),
        (8, 1.5),
        (-1, {"text": "x"}),
    ],
)
def test_field_of_another_type_is_refused(field: int, wrong: Any) -> None:
    data: Any = encode(SERIES, _no_array)
    data[field] = wrong
    with pytest.raises(WireError, match="expected"):
        decode(Series, data, _no_array)


def test_value_that_is_none_of_ours_does_not_leave() -> None:
    @dataclass(frozen=True)
    class Holder:
        what: Any

    with pytest.raises(WireError, match="function cannot be sent"):
        encode(Holder(lambda: None), _no_array)


@pytest.mark.parametrize(
    "spec",
    [
        {"shape": [2, -1], "dtype": "<i2"},
        {"shape": "2", "dtype": "<i2"},
        {"shape": [1] * 9, "dtype": "<i2"},
        {"shape": [2], "dtype": "O"},
        {"shape": [2], "dtype": "V8"},
        {"shape": [2], "dtype": "i2,i2"},
        {"shape": [2], "dtype": None},
    ],
)
def test_array_that_holds_no_numbers_is_refused(spec: ArraySpec) -> None:
    with pytest.raises(WireError, match="expected a"):
        array_layout(spec)


def test_size_of_an_array_does_not_overflow() -> None:
    assert array_layout({"shape": [1 << 32, 1 << 32], "dtype": "<f8"}) == ((1 << 32, 1 << 32), np.dtype("<f8"), 1 << 67)


def test_unknown_error_is_a_read_error() -> None:
    error = error_from("SystemExit", "a\0b.dcm", "words")
    assert type(error).__name__ == "ReadError"
    assert str(error) == "ab.dcm: words"
