"""Numbers for a person."""

from math import floor, isfinite, log10


def rounded(value: float, digits: int) -> str:
    """The number to so many significant digits, large ones written out: ``4 520``, never ``4.52e+03``."""
    if not isfinite(value) or abs(value) < 10**digits - 0.5:
        return f"{value:.{digits}g}"
    return f"{round(value, digits - 1 - floor(log10(abs(value)))):,.0f}".replace(",", " ")
