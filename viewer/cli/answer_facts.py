"""Answers of the library as JSON-ready values and as text, written to files, taken from files, compared."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imaging.annotation import newest
from imaging.classification import Level
from imaging.formats.answer_files import PlacedAnswer, as_csv, as_index, as_json, from_json, laid_on, placed
from imaging.formats.authoring.source import instances_of
from imaging.library.answered import Answered
from imaging.library.catalogued import study_key
from imaging.library.measured import Measured
from imaging.library.queues import Queues
from imaging.library.revisions import Revisions
from imaging.saving import write_bytes
from viewer.cli.answering import Failure
from viewer.places import author

if TYPE_CHECKING:
    from imaging.classification import Answer
    from imaging.library.store import Library
    from imaging.study import Series, Study


def answer_facts(library: "Library", series_uid: str) -> list[dict[str, Any]]:
    """The answers that were given while a series was looked at, as they are now and as this person may see them."""
    unseen = Queues(library).unseen([series_uid], author())
    seen = [each for each in Answered(library).seen_in(series_uid) if each.answer.provenance.author not in unseen]
    return [
        {
            "answer": each.id,
            "level": each.answer.target.level.value,
            "slice": None if each.answer.target.k is None else each.answer.target.k + 1,
            "region": each.answer.target.region,
            "label_set": each.answer.label_set,
            "set_version": each.answer.set_version,
            "question": each.answer.question,
            "chosen": [choice.name for choice in each.answer.chosen],
            "author": each.answer.provenance.author,
            "time": each.answer.provenance.time.isoformat(),
            "model": each.answer.provenance.model,
            "model_version": each.answer.provenance.model_version,
        }
        for each in newest(seen)
    ]


def answer_text(facts: dict[str, Any]) -> str:
    """An answer in one line."""
    where = "".join((f" {facts['slice']}" if facts["slice"] else "", f" {facts['region']}" if facts["region"] else ""))
    model = f", from {facts['model']} {facts['model_version']}".rstrip() if facts["model"] else ""
    said = f"{facts['question']}: {', '.join(facts['chosen'])}"
    return f"{facts['level']}{where}  {said}  ({facts['label_set']}; {facts['author']}{model}, {facts['time'][:19]})"


def export_answers(
    library: "Library",
    study: "Study",
    series_uid: str | None,
    out: Path,
    question: str | None,
    reader: str | None = None,
) -> dict[str, Any]:
    """What was written to ``out``: the answers about a study's images, or an index for training of one question's.

    Args:
        reader: only what this person answered.

    Raises:
        Failure: nothing is answered that may be seen, or ``out`` is neither .json nor .csv.
        ImagingError: the library or a file cannot be read, or ``out`` cannot be written.
    """
    found = tuple(_placed(library, _chosen(study, series_uid), reader))
    if not found:
        by = f" by {reader}" if reader else ""
        blind = Queues(library).unseen([series.uid for series in study.series], author())
        hidden = "; a blind reading goes on, and what its readers answer is not shown" if blind else ""
        raise Failure(f"the library keeps no answers{by} about {study.path}{hidden}")
    left_out = 0
    if question is not None:
        text, left_out = as_index(found, question, out.parent)
        if text.count("\n") == 1:
            asked = ", ".join(sorted({each.answer.question for each in found}))
            raise Failure(f"no picture is answered with one choice to {question!r}. Answered are: {asked}")
    elif out.suffix.lower() in (".json", ".csv"):
        text = as_json(found) if out.suffix.lower() == ".json" else as_csv(found)
    else:
        raise Failure(f"{out.name}: answers are written as .json, which can be imported again, or .csv")
    write_bytes(out, text.encode())
    written = sum(each.answer.question == question for each in found) - left_out if question else len(found)
    return {"out": str(out), "answers": written, "left_out": left_out}


def import_answers(library: "Library", study: "Study", path: Path) -> dict[str, Any]:
    """How many answers of a file are kept now, were there already, and are about images that are not here.

    Raises:
        ImagingError: the file is none of answers, or the library cannot be written.
    """
    counted: Counter[str] = Counter()
    here = {series.uid: (series, instances_of(series)) for series in study.series}
    of_study = {series.study_uid: (series, ()) for series in study.series if series.study_uid}
    for place, answer in from_json(path):
        series, instances = here.get(str(place.get("series")), (None, ()))
        if series is None and answer.target.level is Level.STUDY:
            series, instances = of_study.get(str(place.get("study")), (None, ()))
        laid = None if series is None else laid_on(place, answer, series, instances)
        if series is None or laid is None:
            counted["elsewhere"] += 1
        else:
            counted["kept" if _keep(Answered(library), series, laid) else "known"] += 1
    return {"file": str(path), **{name: counted[name] for name in ("kept", "known", "elsewhere")}}


def _keep(answered: Answered, series: "Series", answer: "Answer") -> bool:
    """Add an answer to its revisions, True unless it is among them; one that was given later stays what counts."""
    history = answered.history(answer.target.study, series.uid)
    if any(each.answer == answer and not each.withdrawn for each in history):
        return False
    now = next((each.answer for each in newest(history) if each.answer.key == answer.key), None)
    later = (now,) if now is not None and now.provenance.time > answer.provenance.time else ()
    answered.save(series, (answer, *later))
    return True


def compare_answers(one: Path, other: Path) -> dict[str, Any]:
    """For each question how many answers of two files agree, differ or stand in one of them only, and which differ.

    Raises:
        ReadError: a file is none of answers.
    """
    ours, theirs = _by_question(one), _by_question(other)
    questions: dict[str, Counter[str]] = {}
    differing: list[dict[str, Any]] = []
    for key in sorted({*ours, *theirs}, key=str):
        mine, yours = ours.get(key), theirs.get(key)
        name = "one" if yours is None else "other" if mine is None else "same" if mine == yours else "different"
        questions.setdefault(key[-1], Counter())[name] += 1
        if mine is not None and yours is not None and mine != yours:
            differing.append({"place": list(key[:-1]), "question": key[-1], "one": list(mine), "other": list(yours)})
    counts = {
        question: {name: found[name] for name in ("same", "different", "one", "other")}
        for question, found in questions.items()
    }
    return {"files": [str(one), str(other)], "questions": counts, "differences": differing}


def comparison_lines(document: dict[str, Any]) -> str:
    """A comparison of answers in lines for a person."""
    lines = [
        f"{question}: {found['same']} same, {found['different']} different, {found['one']} only in the first, "
        f"{found['other']} only in the second"
        for question, found in document["questions"].items()
    ]
    for each in document["differences"]:
        place = " ".join(str(part) for part in each["place"] if part not in ("", None))
        lines.append(f"  {place}: {each['question']} {', '.join(each['one'])} against {', '.join(each['other'])}")
    return "\n".join(lines) or "Neither file holds an answer."


def _placed(library: "Library", chosen: Sequence["Series"], reader: str | None) -> Iterable[PlacedAnswer]:
    """The answers about some series that this person may see, those about a study once."""
    seen: set[Answer] = set()
    unseen = Queues(library).unseen([series.uid for series in chosen], author())
    for series in chosen:
        found = Answered(library).of(study_key(series), series.uid, unseen, reader)
        answers = [each for each in found if each not in seen]
        seen.update(answers)
        if answers:
            yield from placed(answers, series, instances_of(series), _region_names(library, series.uid))


def _region_names(library: "Library", series_uid: str) -> dict[str, str]:
    """What the segments of the newest mask and the measurements of a series are called."""
    heads = Revisions(library).of(series_uid)
    segments = {f"segment {label.value}": label.name for label in heads[0].labels} if heads else {}
    return segments | {f"measurement {each.uid}": each.title for each in Measured(library).of(series_uid)}


def _chosen(study: "Study", uid: str | None) -> Sequence["Series"]:
    chosen = [each for each in study.series if uid in (None, each.uid)]
    if not chosen:
        raise Failure(f"no series {uid or ''} in {study.path}")
    return chosen


def _by_question(path: Path) -> dict[tuple[Any, ...], tuple[str, ...]]:
    """What was chosen, by instance or series, frame, slice, region, label set and question."""
    found: dict[tuple[Any, ...], tuple[str, ...]] = {}
    for place, answer in from_json(path):
        target = answer.target
        where = place.get("study") if not target.series_uid else place.get("sop_instance") or place.get("series")
        key = (target.level.value, where, place.get("frame"), target.k, target.region, answer.label_set)
        found[*key, answer.question] = tuple(choice.name for choice in answer.chosen)
    return found
