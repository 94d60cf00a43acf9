"""Times of DICOM in milliseconds, worked out by hand."""

import pytest

from imaging.formats.dicom.time import clock, moment_ms


@pytest.mark.parametrize(
    ("keyword", "found", "expected"),
    [
        ("TriggerTime", "12.5", 12.5),
        ("TemporalPositionTimeOffset", "1.5", 1500.0),
        ("FrameReferenceTime", "no number", None),
        ("AcquisitionTime", "01", 3_600_000.0),
        ("AcquisitionTime", "0102", 3_720_000.0),
        ("AcquisitionTime", "010203.25", 3_723_250.0),
        ("AcquisitionTime", "", None),
        ("FrameAcquisitionDateTime", "20263031000000", None),
    ],
)
def test_values_by_hand(keyword, found, expected):
    assert moment_ms(keyword, found) == expected


def test_midnight_and_the_end_of_a_month_are_passed():
    before, after = (
        moment_ms("FrameAcquisitionDateTime", each) for each in ("20260228235959.000", "20260301000001.500+0100")
    )
    assert before is not None and after is not None and after - before == 2500.0


def test_a_clock_is_read_by_people():
    assert clock("20260301093015.5") == "09:30:15.5" and clock("0930") == "09:30" and clock("soon") == "soon"
