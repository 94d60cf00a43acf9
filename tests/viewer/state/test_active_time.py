"""The time of a case: gaps between inputs count up to a minute, pauses not at all."""

from hypothesis import given
from hypothesis import strategies as st

from viewer.state.active_time import PAUSE_S, ActiveTime


def test_short_gaps_count_whole_and_long_ones_a_minute() -> None:
    time = ActiveTime(100.0)
    time.touch(130.0)
    time.touch(130.0 + 600.0)
    assert time.seconds(740.0) == 30.0 + PAUSE_S + 10.0


def test_nothing_counts_while_another_program_is_in_front() -> None:
    time = ActiveTime(0.0)
    time.pause(20.0)
    assert time.seconds(5000.0) == 20.0
    time.touch(5000.0)
    assert time.seconds(5003.0) == 23.0
    time.pause(5004.0)
    time.pause(5009.0)
    assert time.seconds(6000.0) == 24.0


@given(st.lists(st.floats(0, 500), max_size=20))
def test_never_more_than_the_clock_says_nor_less_than_before(gaps: list[float]) -> None:
    time, now, before = ActiveTime(0.0), 0.0, 0.0
    for gap in gaps:
        now += gap
        time.touch(now)
        assert before <= time.seconds(now) <= now + 1e-6
        before = time.seconds(now)
