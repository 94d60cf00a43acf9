from hypothesis import given
from hypothesis import strategies as st

from viewer.dialogs.fuzzy import score


def best(typed: str, *texts: str) -> str:
    return max((text for text in texts if score(typed, text) is not None), key=lambda text: score(typed, text) or 0)


def test_letters_have_to_come_in_order() -> None:
    assert score("nsl", "Next slice") is not None
    assert score("lsn", "Next slice") is None
    assert score("", "Next slice") is not None, "nothing typed lists everything"


def test_starts_of_words_and_neighbours_go_before_letters_anywhere() -> None:
    assert best("ns", "Invert series", "Next slice") == "Next slice"
    assert best("flip", "First place in list", "Flip left and right") == "Flip left and right"
    assert best("slab", "Thicker slab", "Slab: mean") == "Slab: mean"
    assert best("zoom", "Zoom out", "Zoom out of this room") == "Zoom out"


def test_words_in_any_order() -> None:
    assert score("right rotate", "Rotate right 90°") is not None
    assert score("right left", "Rotate right 90°") is None


@given(st.text(st.characters(categories=["L", "N"]), min_size=1), st.data())
def test_every_subsequence_is_found(text: str, data) -> None:
    chosen = data.draw(st.lists(st.sampled_from(range(len(text.lower()))), unique=True, min_size=1))
    typed = "".join(text.lower()[at] for at in sorted(chosen))
    if typed.split() == [typed]:
        assert score(typed, text) is not None
