"""Terminologies: every code as DICOM's own dictionary has it, a person's list, broken lists, the search."""

import re
from pathlib import Path

from pydicom.sr.codedict import codes

from imaging.labelmap import Code
from viewer.commands.naming_terms import builtin_terminologies, terminologies
from viewer.settings import Settings
from viewer.state.notices import Notices
from viewer.state.terminology import Terminology

RADLEX = re.compile(r"RID\d{3,5}")
OWN = 'version = 1\n[[term]]\nname = "Halo sign"\ncolour = [1, 2, 3]\n'


def known_codes() -> set[str]:
    """SNOMED CT codes of the context groups in PS3.16, as pydicom has them."""
    return {getattr(codes.SCT, name).value for name in codes.SCT.dir()}


def test_every_snomed_code_stands_in_the_context_groups_of_dicom() -> None:
    coded = {term.code for each in builtin_terminologies() for term in each.term if term.code}
    assert {code.value for code in coded if code.scheme == "SCT"} - known_codes() == set()
    assert all(RADLEX.fullmatch(code.value) for code in coded if code.scheme != "SCT")
    assert {code.scheme for code in coded} == {"SCT", "RADLEX"}


def test_one_code_means_one_thing() -> None:
    meanings: dict[str, set[str]] = {}
    for each in builtin_terminologies():
        for term in each.term:
            if term.code:
                meanings.setdefault(term.code.value, set()).add(term.code.meaning)
    assert [value for value, said in meanings.items() if len(said) > 1] == []


def test_four_examinations_have_lists() -> None:
    titles = {each.title for each in builtin_terminologies()}
    assert titles == {"Chest CT", "Chest X-ray", "Lung ultrasound", "Breast ultrasound"}


def test_a_label_has_the_terms_code_and_colour() -> None:
    (effusion,) = builtin_terminologies()[0].found("60046008")
    label = effusion.label(4)
    assert (label.value, label.name) == (4, "Pleural effusion")
    assert label.code == Code("60046008", "SCT", "Pleural effusion")


def test_the_search_takes_words_in_any_order() -> None:
    ct = next(each for each in builtin_terminologies() if each.title == "Chest CT")
    assert [term.name for term in ct.found("EFFUSION pleural")] == ["Pleural effusion"]
    assert ct.found("zebra") == ()
    assert ct.found("") == ct.term


def test_a_persons_own_list_stands_first(tmp_path: Path) -> None:
    (tmp_path / "terminology.toml").write_text(OWN)
    first = terminologies(Settings(tmp_path), Notices())[0]
    assert isinstance(first, Terminology)
    assert [term.name for term in first.term] == ["Halo sign"]


def test_a_broken_list_is_told_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "terminology.toml"
    path.write_text(OWN + OWN.replace("version = 1\n", ""))
    notices = Notices()
    assert len(terminologies(Settings(tmp_path), notices)) == 4
    assert "line 6: this name stands above already" in notices.all[0].text
    assert path.exists()
