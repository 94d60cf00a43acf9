"""The arithmetic of the benchmarks; times themselves are never asserted."""

from benchmarks.timing import Row, compare, compare_p95, table


def test_runs_alternate_and_the_first_does_not_count() -> None:
    order: list[str] = []
    mine, theirs = iter([9.0, 0.3, 0.1, 0.2]), iter([9.0, 0.02, 0.05, 0.03])

    def ours() -> float:
        order.append("ours")
        return next(mine)

    def reference() -> float:
        order.append("reference")
        return next(theirs)

    row = compare("job", ours, "limit", reference, 3, "note")
    assert order == ["ours", "reference"] * 4
    assert (round(row.ours_ms, 6), round(row.reference_ms, 6), round(row.ratio, 6)) == (200, 30, 6.666667)


def test_p95_is_near_the_worst() -> None:
    times = iter([0.0, *([0.001] * 18), 0.1, 0.1])
    row = compare_p95("frame", lambda: next(times), "blit", lambda: 0.001, 20)
    assert round(row.ours_ms) == 100 and round(row.reference_ms, 6) == 1 and row.what == "frame (p95)"


def test_the_table_is_aligned() -> None:
    lines = table([Row("a", 1.0, "limit", 2.0), Row("longer", 100.0, "limit", 2.0, "why")]).splitlines()
    assert lines[0].split() == ["what", "ours", "ms", "reference", "ms", "ratio", "reference", "note"]
    assert lines[1].split() == ["a", "1.00", "2.00", "0.50", "limit"]
    assert lines[1].index("limit") == lines[2].index("limit")
