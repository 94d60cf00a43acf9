"""What several acquisitions have in common."""

from imaging.acquisition import UNKNOWN, Acquisition, common


def test_what_differs_is_left_out_and_what_is_alike_is_kept() -> None:
    low, high = (
        Acquisition(tube_kv=120, tube_ma=80, kernel="B30f"),
        Acquisition(tube_kv=120, tube_ma=210, kernel="B30f"),
    )
    assert common([low, high]) == Acquisition(tube_kv=120, kernel="B30f")
    assert common([low, low]) == low
    assert common([]) == UNKNOWN
