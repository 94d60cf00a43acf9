"""The lines in the corners: chosen per modality, kept, and refused with the line where they make no sense."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from imaging.geometry import Geometry
from imaging.study import Patient, Series
from imaging.volume import Volume
from viewer.canvas.annotation_text import chosen_corners
from viewer.commands.cornering import Cornering, builtin_sets
from viewer.settings import Settings
from viewer.state.corners import FIELDS, USUAL, set_for
from viewer.state.marks import Marks
from viewer.state.notices import Notices
from viewer.state.opened import OpenSeries
from viewer.state.pane import Pane

Make = Callable[[], tuple[Cornering, Marks, Notices]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made() -> tuple[Cornering, Marks, Notices]:
        marks, notices = Marks(), Notices()
        return Cornering(marks, Settings(tmp_path), notices), marks, notices

    return made


def pane(modality: str) -> Pane:
    made, who = Pane(), Patient("P1", "Doe^J")
    series = Series("1", "image", "DICOM", (), (1, 4, 4), modality=modality, accession="A7", patient=who)
    volume = Volume(np.zeros((1, 4, 4), np.uint8), Geometry((1, 4, 4)), "image", modality=modality)
    made.show(OpenSeries(series, volume))
    return made


def test_every_built_in_set_names_each_field_once() -> None:
    for each in (USUAL, *builtin_sets()):
        assert all(sum(name in each.lines(c) for c in ("top_left", "top_right", "bottom_left", "bottom_right")) <= 1
                   for name in FIELDS)  # fmt: skip


def test_a_choice_is_seen_kept_and_of_its_modality_only(make: Make) -> None:
    cornering, marks, _ = make()
    chosen = cornering.set_for("CT").moved("accession", "top_left").moved("patient", None)
    cornering.change("CT", chosen)
    assert chosen_corners(pane("CT"), "all", marks).top_left == ("P1", "A7")
    assert chosen_corners(pane("MR"), "all", marks).top_left == ("Doe J", "P1")
    again, marks, _ = make()
    assert chosen_corners(pane("CT"), "all", marks).top_left == ("P1", "A7")
    again.forget()
    assert again.set_for("CT") == set_for(builtin_sets(), "CT") and again.set_for("OT") == USUAL


def test_a_file_with_a_mistake_is_named_with_its_line_and_the_usual_is_shown(make: Make, tmp_path: Path) -> None:
    text = 'version = 1\n\n[[corners]]\nmodality = ["CT"]\ntop_left = ["patient", "pateint"]\n'
    (tmp_path / "corners.toml").write_text(text)
    cornering, _, notices = make()
    assert "corners.toml, line 5" in notices.all[0].text
    assert cornering.set_for("CT") == set_for(builtin_sets(), "CT")
    (tmp_path / "corners.toml").write_text(text.replace("pateint", "study"))
    assert "'study' stands in two places" in make()[2].all[0].text


def test_few_says_nothing_of_the_patient_wherever_it_stands(make: Make) -> None:
    cornering, marks, _ = make()
    cornering.change("CT", USUAL.moved("patient", "bottom_right"))
    texts = chosen_corners(pane("CT"), "few", marks)
    assert not any("Doe" in line for line in (*texts.top_left, *texts.bottom_right))
