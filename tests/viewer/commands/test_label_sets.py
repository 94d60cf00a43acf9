"""Label sets: the program's own hold what they promise; a person's own come first; what is wrong is named."""

import json
from pathlib import Path

import pytest
from pydicom.sr.codedict import codes

from imaging.classification import YES_NO_UNSURE, Kind, Level
from viewer.commands.label_sets import builtin_label_sets, label_sets
from viewer.places import resources
from viewer.settings import SettingsError, read
from viewer.state.label_sets import LabelSetFile
from viewer.state.notices import Notices

HEAD = 'version = 1\nname = "mine"\ntitle = "Mine"\n'
ASKED = '[[question]]\nname = "q"\ntext = "What?"\nlevel = "image"\n'
CHOICES = 'choices = [\n  { name = "a" },\n  { name = "b", title = "Bee" },\n]\n'


def put(folder: Path, text: str, name: str = "mine.toml") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def test_every_code_stands_in_the_context_groups_of_dicom() -> None:
    chosen = [choice for each in builtin_label_sets() for question in each.questions for choice in question.choices]
    coded = [choice.code for choice in chosen if choice.code]
    known = {
        (scheme, getattr(group, name).value)
        for scheme, group in (("SCT", codes.SCT), ("RADLEX", codes.RADLEX))
        for name in group.dir()
    }
    assert len(coded) > 20
    assert {(code.scheme, code.value) for code in coded} - known == set()


def test_there_is_a_set_for_every_examination_and_a_question_for_every_level() -> None:
    found = {each.name: each for each in builtin_label_sets()}
    assert set(found) == {"breast-ultrasound", "chest-ct", "chest-xray", "lung-ultrasound"}
    assert {question.level for each in found.values() for question in each.questions} == set(Level)
    assert {question.kind for each in found.values() for question in each.questions} == set(Kind)


def test_the_chest_x_ray_set_answers_what_the_built_in_model_finds() -> None:
    manifest = json.loads((resources() / "models" / "cxr-findings" / "manifest.json").read_text())
    (chest,) = (each for each in builtin_label_sets() if each.name == "chest-xray")
    (impression,) = (each for each in chest.questions if each.name == "impression")
    assert {label["name"] for label in manifest["labels"]} <= {each.name for each in impression.choices}


def test_a_set_of_ones_own_stands_first_and_replaces_one_of_the_same_name(tmp_path: Path) -> None:
    put(tmp_path, HEAD.replace("mine", "chest-ct") + 'modalities = ["CT"]\n' + ASKED + CHOICES)
    notices = Notices()
    first, *others = label_sets(tmp_path, notices)
    assert (first.name, first.title, first.version, first.modalities) == ("chest-ct", "Mine", 1, ("CT",))
    assert [choice.text for choice in first.questions[0].choices] == ["a", "Bee"]
    assert "chest-ct" not in {each.name for each in others} and len(others) == 3 and not notices.all


def test_yes_and_no_need_no_choices(tmp_path: Path) -> None:
    found = read(put(tmp_path, HEAD + ASKED + 'kind = "yes-no"\n'), LabelSetFile).label_set
    assert found.questions[0].choices == YES_NO_UNSURE


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (HEAD + ASKED.replace("image", "planet") + CHOICES, 7, "question.0.level: Input should be 'study', 'series'"),
        (HEAD + ASKED + 'kind = "yes-no"\n' + CHOICES, 9, "leave the choices out"),
        (HEAD + ASKED, 4, "expected at least two choices"),
        (HEAD + ASKED + CHOICES.replace('"b"', '"a"'), 10, "this choice stands above already"),
        (HEAD + ASKED + CHOICES.replace('"b"', '"Bee sting"'), 10, "choices.1.name: String should match pattern"),
        (HEAD + ASKED + CHOICES + ASKED + CHOICES, 13, "this question stands above already"),
        (HEAD + ASKED + CHOICES + "colour = 1\n", 12, "question.0.colour: Extra inputs are not permitted"),
        (HEAD, 1, "question: Field required"),
        (HEAD + "modalities = ['ct']\n" + ASKED + CHOICES, 4, "modalities.0: String should match pattern"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, line: int, reason: str) -> None:
    path = put(tmp_path, text)
    with pytest.raises(SettingsError, match=rf"^mine\.toml, line {line}: ") as caught:
        read(path, LabelSetFile)
    assert reason in str(caught.value)
    notices = Notices()
    assert label_sets(tmp_path, notices) == builtin_label_sets()
    assert f"mine.toml, line {line}" in notices.all[-1].text and "the file is kept" in notices.all[-1].text


def test_the_example_of_the_readme_is_a_label_set(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    example = readme.split("## Asking your own questions")[1].split("```toml\n")[1].split("```")[0]
    found = read(put(tmp_path, example), LabelSetFile).label_set
    assert (found.title, [each.level for each in found.questions]) == ("My questions", [Level.IMAGE])
