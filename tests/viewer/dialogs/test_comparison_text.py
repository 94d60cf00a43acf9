"""Two masks compared, in words."""

from imaging.comparison import Comparison, LabelComparison
from viewer.dialogs.comparison_text import extent, label_lines


def test_a_renamed_segment_is_called_by_both_names_and_a_lacking_one_by_its_own() -> None:
    renamed = LabelComparison((1, 1), ("nodule", "tumour"), (4, 3), 6 / 7, 0.8571, 0.5)
    added = LabelComparison((None, 2), ("", "vessel"), (0, 1000), 0.0, None, None)
    found = Comparison((renamed, added), 1001, (3,))
    assert extent(found) == "1,001 voxels on 1 slice"
    assert label_lines(found) == [
        "nodule (tumour in the other): Dice 0.8571, kappa 0.8571, HD95 0.50 mm, 4 and 3 voxels",
        "vessel: Dice 0.0000, kappa –, HD95 –, 0 and 1,000 voxels",
    ]


def test_a_kappa_that_rounds_to_nothing_has_no_sign() -> None:
    apart = LabelComparison((1, 1), ("lesion", "lesion"), (100, 100), 0.0, -0.00002, 42.0)
    assert label_lines(Comparison((apart,), 200, (3,))) == [
        "lesion: Dice 0.0000, kappa 0.0000, HD95 42.00 mm, 100 and 100 voxels"
    ]
