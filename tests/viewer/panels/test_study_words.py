"""What the lists say of a series."""

from pathlib import Path

from imaging.regular import regularised
from imaging.study import Series
from viewer.panels.study_words import series_lines


def test_a_regularised_series_says_what_it_is_made_from():
    series = Series("1.2", "image", "DICOM", (Path("a.dcm"),), (7, 512, 512), modality="CT", description="thorax")
    assert series_lines(series) == ("thorax", "CT · 7 images, 512×512")
    assert series_lines(regularised(series)) == ("thorax, regularised", "CT · regularised from 7 slices")
