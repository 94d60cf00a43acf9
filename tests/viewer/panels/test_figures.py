"""Numbers as a person reads them."""

from math import nan

import pytest

from viewer.panels.figures import rounded


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (4521.7, 3, "4 520"),
        (38683.2, 4, "38 680"),
        (1234567.0, 3, "1 230 000"),
        (-1023.6, 3, "-1 020"),
        (999.7, 3, "1 000"),
        (999.4, 3, "999"),
        (49.42, 3, "49.4"),
        (0.5, 3, "0.5"),
        (0.0, 3, "0"),
        (nan, 3, "nan"),
    ],
)
def test_significant_digits_without_powers_of_ten(value: float, digits: int, text: str) -> None:
    assert rounded(value, digits) == text
