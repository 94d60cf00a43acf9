import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from training.config import SplitConfig
from training.split import split_groups

ITEMS = st.lists(st.tuples(st.text("abcdefgh0123", min_size=1, max_size=3), st.sampled_from("xyz")), max_size=80)


@given(ITEMS, st.floats(0, 0.9), st.integers(2, 6), st.integers(0, 99))
def test_no_patient_is_in_two_parts(items: list[tuple[str, str]], test: float, folds: int, seed: int) -> None:
    config = SplitConfig(test=test, folds=folds, seed=seed)
    split = split_groups(items, config)
    parts = [*split.test, *(group for fold in split.folds for group in fold)]
    assert len(parts) == len(set(parts))
    assert set(parts) == {group for group, _ in items}
    for member in range(3):
        assert not split.learning(member) & split.validating(member)
        assert not split.learning(member) & set(split.test)
        assert not split.validating(member) & set(split.test)
        assert split.learning(member) or not items
    assert split == split_groups(reversed(items), config)


def test_one_patient_is_learnt_from_and_not_judged_on() -> None:
    split = split_groups([("a", ""), ("a", "")], SplitConfig())
    assert split.test == ()
    assert split.learning(0) == {"a"}
    assert split.validating(0) == frozenset()


def test_two_patients_leave_one_to_judge_on() -> None:
    split = split_groups([("a", ""), ("b", "")], SplitConfig())
    assert len(split.test) == 1
    assert split.learning(1) == {"a", "b"} - set(split.test)
    assert split.validating(1) == frozenset()


def test_every_part_gets_its_share_of_a_rare_class() -> None:
    items = [(f"rare{n}", "rare") for n in range(20)] + [(f"usual{n}", "usual") for n in range(200)]
    split = split_groups(items, SplitConfig(test=0.2, folds=4, seed=3))
    assert sum(group.startswith("rare") for group in split.test) == 4
    assert [sum(group.startswith("rare") for group in fold) for fold in split.folds] == [4, 4, 4, 4]
    assert len(split.test) == 44


def test_a_new_patient_moves_few_others() -> None:
    items = [(f"patient {n}", "x") for n in range(100)]
    config = SplitConfig(test=0.2, seed=1)
    before, after = split_groups(items, config), split_groups([*items, ("new", "x")], config)
    assert len(set(before.test) - set(after.test)) <= 1


def test_who_was_learnt_from_before_is_never_held_back() -> None:
    """With seven patients one is held back, with eight two: the second must not be one of the six learnt from."""
    config, items = SplitConfig(test=0.2), [(f"patient {n}", "x") for n in range(7)]
    first = split_groups(items, config)
    learnt = first.learning(0) | first.validating(0)
    assert (len(first.test), len(learnt)) == (1, 6)
    for number in range(20):
        second = split_groups([*items, (f"new {number}", "x")], config, learnt)
        assert set(second.test) == {*first.test, f"new {number}"}
    nobody = split_groups(items, config, {group for group, _ in items})
    assert nobody.test == ()
    assert sum(map(len, nobody.folds)) == 7


def test_the_split_is_kept_as_json(tmp_path: Path) -> None:
    split = split_groups([(f"{n}", "x") for n in range(10)], SplitConfig())
    split.save(tmp_path / "split.json")
    kept = json.loads((tmp_path / "split.json").read_text())
    assert kept["test"] == list(split.test)
    assert kept["digest"] == split.digest
    assert len(split.digest) == 12
